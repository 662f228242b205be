//! The one way to the network: HTTPS, proxies of the environment, a deadline, a cap on what may come, and failures that
//! say what to do.

use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};

use crate::error::{Failure, FailureKind, Result};

/// A host that does not answer at all is given up sooner than one that is slow.
const CONNECT: Duration = Duration::from_secs(5);

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The file is the one that we have.
    Unchanged,
    /// The file, and the tag to ask with next time.
    File {
        /// Its bytes, unpacked.
        bytes: Vec<u8>,
        /// The server's tag of this version.
        etag: Option<String>,
    },
}

/// A client for one piece of work.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
}

/// The address as a URL that may be asked: HTTPS, or plain HTTP on this machine.
///
/// # Errors
/// When it is neither.
pub fn address(text: &str, setting: &str) -> Result<Url> {
    let refused = |why: String| {
        let next = format!("Set {setting} to an https:// address, or leave it out.");
        Failure::new(FailureKind::Input, format!("{text:.200?} cannot be asked"), why, next)
    };
    let url = Url::parse(text).map_err(|error| refused(format!("it is no address: {error}")))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(&url) => Ok(url),
        "http" => Err(refused("plain HTTP could be changed on the way; it is taken from this machine only".into())),
        scheme => Err(refused(format!("{scheme}: is not spoken here"))),
    }
}

/// True for an address that leads nowhere else.
pub fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Http {
    /// A client that takes `deadline` at most for one answer, and the proxy of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
    /// and `NO_PROXY`.
    ///
    /// # Errors
    /// When the certificates of this machine cannot be read.
    pub fn new(deadline: Duration) -> Result<Self> {
        let redirects = redirect::Policy::custom(|attempt| {
            let plain = attempt.url().scheme() != "https" && !is_this_machine(attempt.url());
            if plain || attempt.previous().len() > 5 { attempt.stop() } else { attempt.follow() }
        });
        let client = Client::builder()
            .user_agent(concat!("tt-jukebox/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT.min(deadline))
            .timeout(deadline)
            .redirect(redirects)
            .build();
        Ok(Self { client: client.map_err(no_client)? })
    }

    /// Fetches a file of at most `cap` bytes; with `etag`, only when it is another one.
    ///
    /// # Errors
    /// When it cannot be had in time and whole.
    pub async fn get(&self, url: &Url, etag: Option<&str>, cap: usize) -> Result<Answer> {
        let mut request = self.client.get(url.clone());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let mut response = request.send().await.map_err(|error| no_answer(url, &error))?;
        if response.status() == StatusCode::NOT_MODIFIED && etag.is_some() {
            return Ok(Answer::Unchanged);
        }
        if response.status() != StatusCode::OK {
            return Err(refusal(url, &response));
        }
        let too_much = || {
            let why = format!("it is larger than {} MB", cap >> 20);
            failure(url, why, "Check the address: this is not the file that belongs there.")
        };
        if response.content_length().is_some_and(|length| length > cap as u64) {
            return Err(too_much());
        }
        let etag = text_of(response.headers(), &ETAG);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(url, &error))? {
            if bytes.len() + chunk.len() > cap {
                return Err(too_much());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Answer::File { bytes, etag })
    }
}

fn text_of(headers: &HeaderMap, name: &reqwest::header::HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= 200).then(|| text.to_owned())
}

/// A client for long answers: it gives up when no byte has come for `stall`, and follows no redirect, so that whoever
/// asks decides what goes where.
///
/// # Errors
/// When the certificates of this machine cannot be read.
pub fn streaming(stall: Duration) -> Result<Client> {
    let client = Client::builder()
        .user_agent(concat!("tt-jukebox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(stall.min(Duration::from_secs(10)))
        .read_timeout(stall)
        .redirect(redirect::Policy::none())
        // What comes is measured and hashed as it is stored.
        .gzip(false);
    client.build().map_err(no_client)
}

fn no_client(error: reqwest::Error) -> Failure {
    let next = "Check the certificates of this machine (on Debian and Ubuntu: the package ca-certificates).";
    Failure::new(FailureKind::Network, "no connection can be made", chain(&error), next)
}

/// The failure of a server that answered something else.
fn refusal(url: &Url, response: &Response) -> Failure {
    let status = response.status();
    let (why, next) = match status.as_u16() {
        404 => ("the file is not there".to_owned(), "Check the address.".to_owned()),
        403 | 429 => {
            let wait = text_of(response.headers(), &RETRY_AFTER);
            let wait = wait.map_or("later".to_owned(), |seconds| format!("after {seconds} s"));
            ("the server refuses for now; many ask it from your address".to_owned(), format!("Try again {wait}."))
        }
        407 => ("the proxy asks for a password".to_owned(), "Put it into HTTPS_PROXY.".to_owned()),
        300..=399 => ("it leads to an address that is not asked".to_owned(), "Check the address.".to_owned()),
        500..=599 => ("the server is in trouble".to_owned(), "Try again later.".to_owned()),
        _ => ("this is no answer with a file".to_owned(), "Check the address.".to_owned()),
    };
    failure(url, format!("{why} ({status})"), &next)
}

/// The failure of a server that gave no answer, or not the whole of it.
pub fn no_answer(url: &Url, error: &reqwest::Error) -> Failure {
    let why = if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else if error.is_body() || error.is_decode() {
        format!("the answer was cut off or damaged: {}", chain(error))
    } else {
        chain(error)
    };
    failure(url, why, "Check the network; behind a proxy, set HTTPS_PROXY. Everything else works without.")
}

/// The failure of an address, named without the secrets that can stand in it.
pub fn failure(url: &Url, why: impl Into<String>, next: &str) -> Failure {
    let mut shown = url.clone();
    // A name and password in an address are nobody's business; where there is none to remove, nothing is.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    // Behind the question mark of a link to a store stands the right to read it.
    shown.set_query(None);
    Failure::new(FailureKind::Network, format!("{shown} could not be fetched"), why, next)
}

/// The innermost cause says what happened; the outer ones repeat the address, in which a password can stand.
pub(crate) fn chain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(cause, error) { "the request failed".to_owned() } else { cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_may_be_asked() {
        for good in ["https://example.org/x", "http://127.0.0.1:8080/x", "http://localhost/", "http://[::1]:1/"] {
            assert!(address(good, "catalog_url").is_ok(), "{good}");
        }
        for bad in ["http://example.org/x", "http://127.0.0.1.example.org/", "file:///etc/passwd", "ftp://x/", "x", ""]
        {
            assert_eq!(address(bad, "catalog_url").unwrap_err().kind, FailureKind::Input, "{bad}");
        }
    }
}
