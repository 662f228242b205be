//! Looks for newer spec files, at most once an hour, and keeps the last good ones whatever comes.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use reqwest::Url;

use super::cache::{Cache, State, is_release};
use super::history::compare_releases;
use super::published::{self, Published};
use super::{Catalog, spec};
use crate::clock::seconds_now;
use crate::error::{Failure, FailureKind, Result};
use crate::http::{Answer, Http};

/// How long an answer of the server counts, in seconds; tt-jukebox had the same.
pub const LIFETIME_S: u64 = 3600;
/// The newest file has one megabyte.
const MAX_BYTES: usize = 16 << 20;
/// The file that is published on the main branch and at each tag.
const FILE: &str = "release_model_spec.json";
/// Another window that refreshes is waited for so long when somebody has asked for it.
const OTHER_WINDOW: Duration = Duration::from_secs(20);

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The last answer still counts, or another window is at it.
    NotDue,
    /// The server has nothing newer.
    Unchanged,
    /// There is a newer catalog now, of this release.
    Updated(String),
}

/// Looks for newer files. `now_wanted` looks even when the last answer still counts.
///
/// # Errors
/// When nothing newer could be had. The last good files stay, and the reason is written down beside them.
pub async fn refresh(cache: &Cache, url: &str, now_wanted: bool, deadline: Duration) -> Result<Outcome> {
    let now = seconds_now();
    if !now_wanted && !is_due(&cache.state(), now) {
        return Ok(Outcome::NotDue);
    }
    let patience = if now_wanted { OTHER_WINDOW } else { Duration::ZERO };
    let Some(_lock) = cache.lock(patience).map_err(|error| no_folder(cache, &error))? else {
        return Ok(Outcome::NotDue);
    };
    let mut state = cache.state();
    // Another window may have looked while this one waited.
    if !now_wanted && !is_due(&state, now) {
        return Ok(Outcome::NotDue);
    }
    state.tried_at = Some(now);
    let result = fetch(cache, &mut state, url, deadline).await;
    state.trouble = result.as_ref().err().map(|failure| format!("{}: {}", failure.what, failure.why));
    if result.is_ok() {
        state.checked_at = Some(now);
    }
    cache.set_state(&state).map_err(|error| no_folder(cache, &error))?;
    result
}

/// The same in a process of its own, whose memory goes with it.
///
/// # Errors
/// As [`refresh`], and when that process cannot be started.
pub async fn refresh_in_child(cache: &Cache, url: &str, now_wanted: bool, deadline: Duration) -> Result<Outcome> {
    if !now_wanted && !is_due(&cache.state(), seconds_now()) {
        return Ok(Outcome::NotDue);
    }
    super::child::refresh(url, now_wanted, deadline).await
}

/// True when nobody has looked within the hour.
pub fn is_due(state: &State, now: u64) -> bool {
    // A clock that was set back must not stop the looking for good.
    state.tried_at.is_none_or(|tried| now.abs_diff(tried) >= LIFETIME_S)
}

async fn fetch(cache: &Cache, state: &mut State, base: &str, deadline: Duration) -> Result<Outcome> {
    let address =
        |path: &str| crate::http::address(&format!("{}/{path}/{FILE}", base.trim_end_matches('/')), "catalog_url");
    let main = address("main")?;
    let http = Http::new(deadline)?;
    let known = cache.newest();
    let etag = state.etag.clone().filter(|_| state.url == main.as_str() && known.is_some());
    let bundled = Catalog::bundled()?;
    let (release, newest, changed) = match (http.get(&main, etag.as_deref(), MAX_BYTES).await?, known) {
        (Answer::Unchanged, Some((release, newest))) => (release, newest, false),
        (Answer::Unchanged, None) => return Ok(Outcome::Unchanged),
        (Answer::File { bytes, etag }, _) => {
            let (release, newest) = usable(&main, &bytes, &bundled)?;
            cache.keep_newest(&bytes).map_err(|error| no_folder(cache, &error))?;
            (state.url, state.etag) = (main.to_string(), etag);
            (release, newest, true)
        }
    };
    let new_tags = fetch_tags(cache, &http, &address, &bundled, &release, &newest).await?;
    if !changed && !new_tags && state.merged_by.as_deref() == Some(env!("CARGO_PKG_VERSION")) {
        return Ok(Outcome::Unchanged);
    }
    let merged = cache.merge(bundled, release.clone(), newest);
    cache.keep_merged(&merged).map_err(|error| no_folder(cache, &error))?;
    state.merged_by = Some(env!("CARGO_PKG_VERSION").to_owned());
    Ok(Outcome::Updated(release))
}

/// Fetches the files of releases that entries are pinned to and that nobody here has. True when one came.
async fn fetch_tags(
    cache: &Cache,
    http: &Http,
    address: &impl Fn(&str) -> Result<Url>,
    bundled: &Catalog,
    release: &str,
    newest: &Published,
) -> Result<bool> {
    let pinned: BTreeSet<&str> =
        newest.specs.iter().map(|spec: &spec::ModelSpec| spec.release.version.as_str()).collect();
    let wanted = pinned.into_iter().filter(|tag| {
        is_release(tag) && *tag != release && !cache.has_tag(tag) && !bundled.releases.iter().any(|known| known == tag)
    });
    let mut came = false;
    for tag in wanted {
        let url = address(&format!("refs/tags/v{tag}"))?;
        // A tag without the file, or a hiccup, costs only what that release said; the newest file is here already.
        match http.get(&url, None, MAX_BYTES).await {
            Ok(Answer::File { bytes, .. }) => match read(&url, &bytes) {
                Ok(_) => {
                    cache.keep_tag(tag, &bytes).map_err(|error| no_folder(cache, &error))?;
                    came = true;
                }
                Err(failure) => tracing::info!("{failure}"),
            },
            Ok(Answer::Unchanged) => {}
            Err(failure) => tracing::info!("{failure}"),
        }
    }
    Ok(came)
}

/// The fetched file, when it is one that may take the place of what is here.
fn usable(url: &Url, bytes: &[u8], bundled: &Catalog) -> Result<(String, Published)> {
    let published = read(url, bytes)?;
    let not = |why: String| not_taken(url, why);
    let release = published.label.clone().filter(|label| is_release(label));
    let release = release.ok_or_else(|| not("it does not say which release it is".into()))?;
    is_newer(&release, bundled).map_err(not)?;
    Ok((release, published))
}

/// Says no to a release that is older than what the program carries.
///
/// # Errors
/// One sentence with both releases.
pub(super) fn is_newer(release: &str, bundled: &Catalog) -> std::result::Result<(), String> {
    if compare_releases(release, bundled.newest()).is_lt() {
        return Err(format!("it is release {release}, and this program carries {}", bundled.newest()));
    }
    Ok(())
}

fn read(url: &Url, bytes: &[u8]) -> Result<Published> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_taken(url, "it is not text".into()))?;
    if text.trim_start().starts_with('<') {
        return Err(not_taken(url, "a web page came in its place, as from a proxy that wants a sign-in".into()));
    }
    published::parse(text).map_err(|why| not_taken(url, why))
}

fn not_taken(url: &Url, why: String) -> Failure {
    let next = "The catalog that was here stays in use. Check the setting catalog_url, or try again later.";
    Failure::new(FailureKind::Network, format!("what {url} answered is not used"), why, next)
}

fn no_folder(cache: &Cache, error: &io::Error) -> Failure {
    Failure::new(
        FailureKind::Input,
        format!("the catalog's cache {} cannot be written to", cache.dir().display()),
        error.to_string(),
        "Free some space or set XDG_CACHE_HOME to a folder that you may write to. Nothing else needs it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_an_hour_whatever_the_clock_does() {
        let tried = |tried_at| State { tried_at, ..State::default() };
        assert!(is_due(&tried(None), 10_000));
        assert!(!is_due(&tried(Some(10_000)), 13_599));
        assert!(is_due(&tried(Some(10_000)), 13_600));
        assert!(is_due(&tried(Some(1_000_000)), 10_000), "the clock was set back");
    }

    #[test]
    fn releases_are_numbers_and_nothing_else() {
        for (text, is) in
            [("0.25.0", true), ("0.25", false), ("../../x", false), ("1.2.x", false), ("", false), ("1.2.3.4", false)]
        {
            assert_eq!(is_release(text), is, "{text}");
        }
    }
}
