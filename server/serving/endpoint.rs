//! A model server at an address: who may be asked over which way, and the short questions, such as which models it
//! serves.

mod client;

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, Url};
use serde::Deserialize;
use serde_json::Value;

use super::delta::{Words, words};
use super::secret::Secret;
use super::trouble::{Asked, Trouble, printable};
use crate::error::{Failure, FailureKind, Result};
use crate::http::{chain, is_this_machine};
use crate::protocol::ServedModel;

/// A server that is there answers a short question in milliseconds; a busy one in seconds.
const SHORT: Duration = Duration::from_secs(10);
/// `/metrics` of vLLM has 50 kB; `/tokenize` answers with every token.
const MAX_BODY: usize = 16 << 20;

/// A model server.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Without `/v1`, with a slash at the end.
    root: Url,
    key: Option<Secret>,
    held_back: bool,
    client: Client,
}

impl Endpoint {
    /// The server at a base address, with or without `/v1` at its end. Over plain HTTP a key goes to this machine only.
    ///
    /// # Errors
    /// When the text is no such address.
    pub fn new(text: &str, key: Option<Secret>) -> Result<Self> {
        let refused = |why: String| {
            let next = "Give it like http://127.0.0.1:8000 or https://example.org/v1.";
            Failure::new(FailureKind::Input, format!("{:.200} is no address of a server", printable(text)), why, next)
        };
        let mut root = Url::parse(text.trim()).map_err(|error| refused(error.to_string()))?;
        if !matches!(root.scheme(), "http" | "https") || root.host_str().is_none() {
            return Err(refused("only http:// and https:// are spoken here".into()));
        }
        if !root.username().is_empty() || root.password().is_some() {
            return Err(refused("a name or password stands in it, where it would show; set a key instead".into()));
        }
        root.set_query(None);
        root.set_fragment(None);
        let path = root.path().trim_end_matches('/').to_owned();
        let path = path.strip_suffix("/v1").unwrap_or(&path).to_owned();
        root.set_path(&format!("{path}/"));
        let (secure, here) = (root.scheme() == "https", is_this_machine(&root));
        let held_back = key.is_some() && !secure && !here;
        let key = key.filter(|_| !held_back);
        Ok(Self { client: client::client(secure, here)?, root, key, held_back })
    }

    /// Base address for people, without a slash at the end.
    pub fn url(&self) -> &str {
        self.root.as_str().trim_end_matches('/')
    }

    /// True when the server runs on this machine.
    pub fn is_here(&self) -> bool {
        is_this_machine(&self.root)
    }

    /// What a person should know about the way to this server.
    pub fn note(&self) -> Option<String> {
        let open = self.root.scheme() == "http" && !self.is_here();
        open.then(|| {
            format!("{} is asked over plain HTTP: whoever is on the way can read the conversation", self.url())
        })
    }

    /// Whom failures are about.
    pub fn asked<'a>(&'a self, model: Option<&'a str>) -> Asked<'a> {
        Asked { url: self.url(), model, with_key: self.key.is_some(), held_back: self.held_back }
    }

    /// A request to a path below the root, with the key.
    fn request(&self, path: &str, body: Option<&Value>) -> RequestBuilder {
        let mut url = self.root.clone();
        url.set_path(&format!("{}{path}", self.root.path()));
        let mut request = match body {
            Some(body) => self.client.post(url).header("content-type", "application/json").body(body.to_string()),
            None => self.client.get(url),
        };
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose());
        }
        request
    }

    /// Sends a request and returns the answer as soon as it begins.
    ///
    /// # Errors
    /// When there is no answer, or one that is no success.
    pub async fn begin(&self, path: &str, body: Option<&Value>) -> Result<Response, Trouble> {
        let response = self.request(path, body).send().await.map_err(|error| no_answer(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = tokio::time::timeout(SHORT, whole(response, 64 << 10)).await.ok().and_then(Result::ok);
        let words = body.as_deref().and_then(words).unwrap_or_default();
        Err(Trouble::Status { code: status.as_u16(), words, retry_after })
    }

    /// The whole body of a short answer.
    ///
    /// # Errors
    /// As [`Endpoint::begin`], and when it is not whole in time.
    pub async fn fetch(&self, path: &str, body: Option<&Value>, deadline: Duration) -> Result<Vec<u8>, Trouble> {
        let answer = async { whole(self.begin(path, body).await?, MAX_BODY).await };
        tokio::time::timeout(deadline, answer).await.unwrap_or(Err(Trouble::Silent(deadline.as_secs().max(1))))
    }

    /// The models that it serves.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn models(&self, deadline: Duration) -> Result<Vec<ServedModel>, Trouble> {
        let body = self.fetch("v1/models", None, deadline).await?;
        models(&body).ok_or_else(|| {
            let start: String = String::from_utf8_lossy(&body).chars().take(80).collect();
            Trouble::Foreign(format!("/v1/models answers {start:?}, which names no models"))
        })
    }

    /// Tokens of a conversation as the server counts them, with its template. None where it cannot be asked.
    pub async fn count(&self, body: &Value) -> Option<u64> {
        #[derive(Deserialize)]
        struct Counted {
            count: u64,
        }
        let answer = self.fetch("tokenize", Some(body), SHORT).await.ok()?;
        serde_json::from_slice::<Counted>(&answer).ok().map(|counted| counted.count)
    }
}

/// The models of a `/v1/models` body; none when it is something else.
fn models(body: &[u8]) -> Option<Vec<ServedModel>> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        id: String,
        max_model_len: Option<u64>,
    }
    let list: List = serde_json::from_slice(body).ok()?;
    let rows = list.data.into_iter().take(200);
    Some(
        rows.map(|row| ServedModel { id: row.id.chars().take(300).collect(), max_model_len: row.max_model_len })
            .collect(),
    )
}

async fn whole(mut response: Response, cap: usize) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Trouble::Broken(chain(&error)))? {
        if bytes.len() + chunk.len() > cap {
            return Err(Trouble::Foreign(format!("its answer is longer than {} kB", cap >> 10)));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn no_answer(error: &reqwest::Error) -> Trouble {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
        let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if kind == Some(std::io::ErrorKind::ConnectionRefused) {
            return Trouble::Refused;
        }
    }
    match error {
        _ if error.is_timeout() => Trouble::Unreachable("no connection came about in time".into()),
        _ if error.is_connect() => Trouble::Unreachable(chain(error)),
        _ => Trouble::Broken(chain(error)),
    }
}

/// The failure of an address that gave an error without words of its own.
pub(super) fn unworded(code: u16) -> Trouble {
    Trouble::Status { code, words: Words::default(), retry_after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_mean_the_same_with_and_without_v1() {
        for (text, url) in [
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000"),
            (" https://example.org/api/v1?x#y", "https://example.org/api"),
        ] {
            assert_eq!(Endpoint::new(text, None).unwrap().url(), url);
        }
        for text in ["", "localhost:8000", "file:///etc/passwd", "http://user:secret@h/"] {
            let failure = Endpoint::new(text, None).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Input, "{text}");
        }
    }

    #[test]
    fn a_key_never_goes_over_plain_http_to_another_machine() {
        let key = || Secret::new("k");
        let open = Endpoint::new("http://lab:8000", key()).unwrap();
        assert!(open.key.is_none() && open.asked(None).held_back && open.note().is_some());
        for safe in ["https://lab:8000", "http://127.0.0.1:8000", "http://[::1]:8000"] {
            let safe = Endpoint::new(safe, key()).unwrap();
            assert!(safe.key.is_some() && safe.note().is_none());
        }
    }

    #[test]
    fn model_lists() {
        let body = br#"{"object":"list","data":[{"id":"tiny","max_model_len":1024,"x":1},{"id":"b"}]}"#;
        let found = models(body).unwrap();
        assert_eq!((found[0].max_model_len, found[1].max_model_len), (Some(1024), None));
        assert!(models(b"<html>").is_none() && models(br#"{"detail":"Not Found"}"#).is_none());
    }
}
