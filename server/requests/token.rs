//! `tenstorrent/token`: which token there is, whose it is, and what it may read.

use std::collections::{BTreeMap, BTreeSet};

use crate::environment::weights::is_repo;
use crate::error::Result;
use crate::hub;
use crate::matching::placement_for;
use crate::protocol::{RepoAccess, TokenParams, TokenSetParams, TokenState};
use crate::session::Session;

/// Says where the token comes from; with `check` also whose it is, and which repositories of this box it may read.
///
/// # Errors
/// When the hub cannot be asked at all. A token that is not good is an answer.
pub async fn token(session: &Session, params: TokenParams) -> Result<TokenState> {
    let source = session.token().map(|found| found.source);
    let mut state = TokenState { schema: 1, source, who: None, trouble: None, repos: Vec::new() };
    if !params.check {
        return Ok(state);
    }
    let hub = session.hub()?;
    match hub::who(&hub).await {
        Ok(who) => state.who = Some(who),
        // With a token that the hub does not know every further answer would be the same.
        Err(failure) if state.source.is_some() => {
            state.trouble = Some(failure);
            return Ok(state);
        }
        Err(failure) => state.trouble = Some(failure),
    }
    let wanted = repos_of_this_box(session)?;
    let repos: Vec<String> = wanted.keys().cloned().collect();
    let answers = hub::readable(&hub, &repos).await?;
    state.repos = wanted
        .into_iter()
        .zip(answers)
        .map(|((repo, models), answer)| RepoAccess {
            repo,
            models: models.into_iter().collect(),
            refused: answer.err(),
        })
        .collect();
    Ok(state)
}

/// Takes the token that the editor keeps, in memory only.
///
/// # Errors
/// Never; the shape is that of all requests.
pub async fn set_token(session: &Session, params: TokenSetParams) -> Result<TokenState> {
    session.set_token(params.token);
    token(session, TokenParams::default()).await
}

/// Repositories of the weights of everything that runs here, with the models.
fn repos_of_this_box(session: &Session) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let (host, catalog) = (session.host()?, session.catalog()?);
    let mut repos: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for spec in catalog.entries.iter().map(|entry| &entry.spec).filter(|spec| placement_for(spec, &host).is_some()) {
        let repo = spec.model.weights_repo();
        if is_repo(repo) {
            repos.entry(repo.to_owned()).or_default().insert(spec.model.model_name.clone());
        }
    }
    Ok(repos)
}
