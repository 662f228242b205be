//! Questions to the hub: addresses, the token and who gets it, redirects, and what an answer means.

use std::ops::Range;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, RANGE, RETRY_AFTER};
use reqwest::{Client, Response, Url};

use super::pace::{Pace, Tries, Trouble};
use super::refusal::Refused;
use super::token::Found;
use crate::error::{Failure, Result};
use crate::http;

/// The hub itself.
const ENDPOINT: &str = "https://huggingface.co";
/// A file of the hub is one or two redirects away: a renamed repository, and the store of large files.
const MAX_REDIRECTS: usize = 5;

/// A hub and who asks it.
#[derive(Debug)]
pub struct Hub {
    http: Client,
    endpoint: Url,
    /// The token, if there is one. It is sent to the hub and to nobody else.
    pub token: Option<Found>,
    /// How long it is waited for.
    pub pace: Pace,
}

/// An answer with something in it, and the address that it came from in the end.
#[derive(Debug)]
pub struct Reply {
    /// The answer: 200, 206 or 416.
    pub response: Response,
    /// Where it came from.
    pub url: Url,
}

impl Hub {
    /// The hub that `HF_ENDPOINT` names.
    ///
    /// # Errors
    /// When that is no address that may be asked.
    pub fn new(env: impl Fn(&str) -> Option<String>, token: Option<Found>) -> Result<Self> {
        let named = env("HF_ENDPOINT").filter(|text| !text.trim().is_empty());
        let endpoint = http::address(named.as_deref().unwrap_or(ENDPOINT).trim_end_matches('/'), "HF_ENDPOINT")?;
        let pace = Pace::from(env);
        Ok(Self { http: http::streaming(pace.stall())?, endpoint, token, pace })
    }

    /// An address below the hub.
    pub fn url<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.endpoint.clone();
        // An address of http always has a path that can be added to.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }

    /// The page of a repository.
    pub fn page(&self, repo: &str) -> String {
        self.url(repo.split('/')).to_string()
    }

    /// Asks once and follows redirects. The token goes to the hub only: a link to a store carries its own right to read.
    ///
    /// # Errors
    /// When there is no answer with content; `repo` is what the failure speaks of.
    pub async fn ask(&self, url: &Url, range: Option<&Range<u64>>, repo: &str) -> Result<Reply, Trouble> {
        self.pace.turn().await;
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.hop(&url, range).await?;
            let status = response.status().as_u16();
            match status {
                200 | 206 | 416 => return Ok(Reply { response, url }),
                301 | 302 | 303 | 307 | 308 => url = target(&url, response.headers())?,
                408 | 429 | 500..=599 => return Err(busy(&url, &response)),
                // A link to a store lives for some minutes: a new one is asked for.
                400..=499 if !self.is_ours(&url) => {
                    return Err(Trouble::again(trouble(
                        &url,
                        format!("the store refuses it ({status})"),
                        "Try again later.",
                    )));
                }
                _ => return Err(Trouble::Final(self.refused(&response).failure(repo, &self.page(repo)))),
            }
        }
        let why = format!("it leads on and on: more than {MAX_REDIRECTS} redirects");
        Err(Trouble::Final(trouble(&url, why, "Check HF_ENDPOINT and the proxy.")))
    }

    async fn hop(&self, url: &Url, range: Option<&Range<u64>>) -> Result<Response, Trouble> {
        let mut request = self.http.get(url.clone()).header(ACCEPT_ENCODING, "identity");
        if let Some(range) = range {
            request = request.header(RANGE, format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        }
        if let Some(found) = self.token.as_ref().filter(|_| self.is_ours(url))
            && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", found.secret.expose()))
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request.send().await.map_err(|error| self.no_answer(url, &error))
    }

    /// The trouble of a connection that was not made, was cut, or is silent.
    pub fn no_answer(&self, url: &Url, error: &reqwest::Error) -> Trouble {
        let mut failure = http::no_answer(url, error);
        if error.is_timeout() && !error.is_connect() {
            failure.why = format!("no byte came for {} s", self.pace.stall().as_secs());
        }
        failure.next =
            "Check the network; behind a proxy, set HTTPS_PROXY. What has come stays and is not fetched twice.".into();
        Trouble::again(failure)
    }

    fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.endpoint.origin()
    }

    /// What a refusal says.
    pub fn refused(&self, response: &Response) -> Refused {
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Refused {
            status: response.status().as_u16(),
            code: text("x-error-code").to_owned(),
            message: text("x-error-message").to_owned(),
            token: self.token.as_ref().map(|found| found.source.clone()),
        }
    }

    /// Reads a whole short answer, asking again where that may help.
    ///
    /// # Errors
    /// When it does not come, or is longer than `cap` bytes.
    pub async fn read(&self, url: &Url, repo: &str, cap: usize) -> Result<Vec<u8>> {
        let mut tries = Tries::default();
        loop {
            match self.read_once(url, repo, cap).await {
                Ok(bytes) => return Ok(bytes),
                Err(trouble) => self.pace.after(trouble, &mut tries).await?,
            }
        }
    }

    async fn read_once(&self, url: &Url, repo: &str, cap: usize) -> Result<Vec<u8>, Trouble> {
        let Reply { mut response, url } = self.ask(url, None, repo).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.no_answer(&url, &error))? {
            if bytes.len() + chunk.len() > cap {
                let why = format!("it is larger than {} MB", cap >> 20);
                return Err(Trouble::Final(trouble(&url, why, "Check HF_ENDPOINT.")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Where a redirect leads.
fn target(url: &Url, headers: &HeaderMap) -> Result<Url, Trouble> {
    let refused = |why: &str| Trouble::Final(trouble(url, why, "Check HF_ENDPOINT and the proxy."));
    let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).and_then(|to| url.join(to).ok());
    let to = to.ok_or_else(|| refused("it leads nowhere"))?;
    if to.scheme() == "https" || (to.scheme() == "http" && http::is_this_machine(&to)) {
        return Ok(to);
    }
    Err(refused("it leads to an address that is not asked: plain HTTP could be changed on the way"))
}

/// The trouble of a server that has too much to do.
fn busy(url: &Url, response: &Response) -> Trouble {
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let wait = wait.map(Duration::from_secs);
    let next = wait.map_or("Try again later.".to_owned(), |wait| format!("Try again in {} s.", wait.as_secs()));
    let status = response.status();
    let why = if status.as_u16() == 429 { "the hub asks for a pause" } else { "the server is in trouble" };
    Trouble::Again { failure: trouble(url, format!("{why} ({status})"), &next), wait }
}

/// A failure that names an address without the rights that stand in it.
pub fn trouble(url: &Url, why: impl Into<String>, next: &str) -> Failure {
    http::failure(url, why, next)
}
