//! Who a token belongs to, and which repositories it may read.
//!
//! Source: `GET /api/whoami-v2` and `GET /api/models/<repo>/auth-check` of the hub, as `HfApi.whoami` and
//! `HfApi.auth_check` of `huggingface_hub` 1.x ask them.

use std::sync::Arc;

use serde::Deserialize;
use tokio::task::JoinSet;

use super::client::Hub;
use super::pace::defect;
use crate::error::{Failure, FailureKind, Result};

/// An account has some kilobytes of organizations.
const MAX_BYTES: usize = 1 << 20;
/// Questions at once.
const AT_ONCE: usize = 4;

#[derive(Deserialize)]
struct Account {
    name: String,
}

/// The name of the account that the token belongs to.
///
/// # Errors
/// Without a token, when the hub does not know it, and when the hub cannot be asked.
pub async fn who(hub: &Hub) -> Result<String> {
    let Some(token) = &hub.token else {
        let next = "`tt-jukebox login` keeps one; HF_TOKEN and the token file of `hf auth login` are found too.";
        return Err(Failure::new(FailureKind::Input, "there is no token", "none was found in any of its places", next));
    };
    let source = token.source.clone();
    let bytes = hub.read(&hub.url(["api", "whoami-v2"]), "whoami", MAX_BYTES).await.map_err(|failure| {
        // The hub answers 401 here for one reason only.
        if !failure.what.starts_with("whoami ") {
            return failure;
        }
        let next = "Make a new one on https://huggingface.co/settings/tokens and run `tt-jukebox login`.";
        Failure::new(
            FailureKind::Input,
            format!("the token from {source} is not good"),
            "the hub does not know it",
            next,
        )
    })?;
    let account: Account = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(
            FailureKind::Network,
            "the hub did not say whose token it is",
            error.to_string(),
            "Check HF_ENDPOINT.",
        )
    })?;
    Ok(account.name.chars().filter(|c| !c.is_control()).take(100).collect())
}

/// Asks for each repository whether it may be read; the failure says why not. In the order of the question.
///
/// # Errors
/// When a question ends in a defect of ours.
pub async fn readable(hub: &Arc<Hub>, repos: &[String]) -> Result<Vec<Result<()>>> {
    let mut answers: Vec<Option<Result<()>>> = vec![None; repos.len()];
    let (mut asked, mut running) = (repos.iter().cloned().enumerate(), JoinSet::new());
    loop {
        while running.len() < AT_ONCE
            && let Some((at, repo)) = asked.next()
        {
            let hub = Arc::clone(hub);
            running.spawn(async move {
                let parts = ["api", "models"].into_iter().chain(repo.split('/')).chain(["auth-check"]);
                (at, hub.read(&hub.url(parts), &repo, MAX_BYTES).await.map(drop))
            });
        }
        let Some(answer) = running.join_next().await else { break };
        let (at, answer) = answer.map_err(defect)?;
        if let Some(place) = answers.get_mut(at) {
            *place = Some(answer);
        }
    }
    Ok(answers.into_iter().flatten().collect())
}
