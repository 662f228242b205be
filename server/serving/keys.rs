//! Which key goes to which server. A key that was given for an address goes to that origin and to no other.

use std::collections::BTreeMap;

use reqwest::Url;

use super::secret::Secret;

/// Keys that may be sent.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// What came with the request: for the server that it is about.
    pub asked: Option<Secret>,
    /// What the editor keeps, by origin.
    pub kept: BTreeMap<String, Secret>,
    /// What the environment says: for the server that is asked.
    pub environment: Option<Secret>,
    /// The key of servers that were started here: for servers that were found on this machine only.
    pub own: Option<Secret>,
}

impl Keys {
    /// The key for an address that somebody has named, in a request or in the settings.
    pub fn for_named(&self, url: &str) -> Option<Secret> {
        let kept = origin(url).and_then(|origin| self.kept.get(&origin));
        self.asked.as_ref().or(kept).or(self.environment.as_ref()).cloned()
    }

    /// The key for a server that was found on this machine.
    pub fn for_found(&self, url: &str) -> Option<Secret> {
        self.for_named(url).or_else(|| self.own.clone())
    }
}

/// Scheme, host and port of an address; none of what is no address of a server.
pub fn origin(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    url.origin().is_tuple().then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_to_its_origin_only() {
        let key = |text| Secret::new(text);
        let kept = [("https://lab.example:8443".to_owned(), key("lab").unwrap())].into();
        let keys = Keys { kept, own: key("own"), ..Keys::default() };
        for same in ["https://lab.example:8443", "https://LAB.example:8443/v1/", " https://lab.example:8443/a?b"] {
            assert_eq!(keys.for_named(same), key("lab"), "{same}");
        }
        for other in
            ["http://lab.example:8443", "https://lab.example", "https://lab.example:8443.evil.example", "", "x"]
        {
            assert_eq!(keys.for_named(other), None, "{other}");
        }
        assert_eq!(keys.for_found("http://127.0.0.1:8000"), key("own"));
        let keys = Keys { environment: key("env"), asked: None, ..keys };
        assert_eq!(keys.for_named("https://lab.example:8443"), key("lab"));
        assert_eq!(keys.for_named("https://other.example"), key("env"));
        assert_eq!(Keys { asked: key("asked"), ..keys }.for_named("https://lab.example:8443"), key("asked"));
        assert_eq!((origin("file:///etc/passwd"), origin("data:,x")), (None, None));
    }
}
