//! The HTTP clients for model servers, each made when it is first needed.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, redirect};

use crate::error::{Failure, FailureKind, Result};
use crate::http::chain;

/// A server that is there takes a connection at once.
const CONNECT: Duration = Duration::from_secs(5);

/// A client without TLS for plain HTTP, and one with the certificates of this machine, whose reading takes a while; each
/// once without a proxy, for servers on this machine, and once with the proxies of the environment.
///
/// # Errors
/// When the certificates of this machine cannot be used.
pub(super) fn client(secure: bool, here: bool) -> Result<Client> {
    static CLIENTS: [[OnceLock<Client>; 2]; 2] = [const { [const { OnceLock::new() }; 2] }; 2];
    let place = &CLIENTS[usize::from(secure)][usize::from(here)];
    if let Some(client) = place.get() {
        return Ok(client.clone());
    }
    // No connection is kept: servers close idle ones whenever they like, and a new one to this machine costs microseconds.
    let mut builder = Client::builder()
        .user_agent(concat!("tt-jukebox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(0)
        .tcp_nodelay(true)
        .redirect(redirect::Policy::none());
    if !secure {
        builder = builder.tls_built_in_root_certs(false);
    }
    if here {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|error| {
        let next = "Check the certificates of this machine (on Debian and Ubuntu: the package ca-certificates).";
        Failure::new(FailureKind::Network, "no connection can be made", chain(&error), next)
    })?;
    Ok(place.get_or_init(|| client).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_this_machine_is_asked_past_every_proxy() {
        for (secure, here) in [(false, false), (false, true), (true, false), (true, true)] {
            let client = format!("{:?}", client(secure, here).unwrap());
            assert_eq!(client.contains("proxies"), !here, "{secure} {here}: {client}");
        }
    }
}
