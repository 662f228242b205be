//! Which key goes to which server. A key that was given for an address goes to that origin and to no other, and none goes
//! to whoever happens to listen on a port.

use std::collections::BTreeMap;

use reqwest::Url;

use super::secret::Secret;
use crate::http::is_this_machine;

/// What is known of who listens at an address. Anybody with an account on this machine can bind a port that is free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nothing.
    #[default]
    Unknown,
    /// It is a process of this user, or a container of those who may run some.
    User,
    /// It is a server that was started here: its own processes, or its container, have the port.
    Started,
    /// Somebody has named the address, in a request or in the settings.
    Named,
}

/// Keys that may be sent.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// What came with the request: for the server that it is about.
    pub asked: Option<Secret>,
    /// What the editor keeps, by origin.
    pub kept: BTreeMap<String, Secret>,
    /// What the environment says: for the server that the settings name, where they name one.
    pub environment: Option<Secret>,
    /// Origin of the server that the settings name.
    pub setting: Option<String>,
    /// The key of servers that were started here: for those alone.
    pub own: Option<Secret>,
}

impl Keys {
    /// The key that may be sent to an address.
    pub fn of(&self, url: &str, trust: Trust) -> Option<Secret> {
        let origin = origin(url);
        let asked = self.asked.as_ref().filter(|_| trust != Trust::Unknown);
        let kept = origin.as_ref().and_then(|origin| self.kept.get(origin));
        let environment = self.environment.as_ref().filter(|_| match trust {
            Trust::Unknown => false,
            _ if self.setting.is_none() || self.setting == origin => true,
            // An editor names whatever was found here; that is somewhere else only because a person says so.
            Trust::Named => !Url::parse(url.trim()).is_ok_and(|url| is_this_machine(&url)),
            Trust::User | Trust::Started => false,
        });
        let own = self.own.as_ref().filter(|_| trust == Trust::Started);
        asked.or(kept).or(environment).or(own).cloned()
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

    const HERE: &str = "http://127.0.0.1:8000";

    fn key(text: &str) -> Option<Secret> {
        Secret::new(text)
    }

    #[test]
    fn a_key_goes_to_its_origin_only() {
        let kept = [("https://lab.example:8443".to_owned(), key("lab").unwrap())].into();
        let keys = Keys { kept, own: key("own"), ..Keys::default() };
        for same in ["https://lab.example:8443", "https://LAB.example:8443/v1/", " https://lab.example:8443/a?b"] {
            assert_eq!(keys.of(same, Trust::Named), key("lab"), "{same}");
        }
        for other in
            ["http://lab.example:8443", "https://lab.example", "https://lab.example:8443.evil.example", "", "x"]
        {
            assert_eq!(keys.of(other, Trust::Named), None, "{other}");
        }
        let keys = Keys { environment: key("env"), asked: None, ..keys };
        assert_eq!(keys.of("https://lab.example:8443", Trust::Named), key("lab"));
        assert_eq!(keys.of("https://other.example", Trust::Named), key("env"));
        assert_eq!(Keys { asked: key("asked"), ..keys }.of("https://lab.example:8443", Trust::Named), key("asked"));
        assert_eq!((origin("file:///etc/passwd"), origin("data:,x")), (None, None));
    }

    #[test]
    fn who_only_listens_gets_no_key() {
        use Trust::{Named, Started, Unknown, User};
        let of = |keys: &Keys| [Unknown, User, Started, Named].map(|trust| keys.of(HERE, trust));
        let own = Keys { own: key("own"), ..Keys::default() };
        assert_eq!(of(&own), [None, None, key("own"), None]);
        let env = Keys { environment: key("env"), ..own };
        assert_eq!(of(&env), [None, key("env"), key("env"), key("env")]);
        // Where the settings name a server, the key of the environment is for that one.
        let env = Keys { setting: origin("https://lab.example/v1"), ..env };
        assert_eq!(of(&env), [None, None, key("own"), None]);
        assert_eq!(env.of("https://lab.example", Named), key("env"));
        assert_eq!(env.of("https://other.example", Named), key("env"));
        let asked = Keys { asked: key("asked"), ..env };
        assert_eq!(of(&asked), [None, key("asked"), key("asked"), key("asked")]);
    }
}
