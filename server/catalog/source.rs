//! Which catalog is used when nobody names one: the fetched one where it is newer than the bundled one.

use super::Catalog;
use super::cache::{Cache, State};
use crate::clock::seconds_now;
use crate::error::Result;

/// The folder of fetched files, where this user has one.
pub fn cache() -> Option<Cache> {
    let dirs = directories::ProjectDirs::from("", "", "tt-jukebox")?;
    Some(Cache::new(dirs.cache_dir().join("catalog")))
}

/// The newest catalog that is on this machine.
///
/// # Errors
/// When the bundled data are broken, which a test rules out.
pub fn newest(cache: Option<&Cache>) -> Result<Catalog> {
    let fetched = cache.and_then(|cache| Some((cache.catalog(|| Catalog::bundled().ok())?, cache.state())));
    match fetched {
        Some((catalog, state)) => {
            let source = format!("release {}, fetched{}", catalog.newest(), age(&state, seconds_now()));
            Catalog { source, ..catalog }.with_marks()
        }
        None => {
            let bundled = Catalog::bundled()?;
            let trouble = cache.map(Cache::state).and_then(|state| state.trouble);
            let trouble = trouble.map_or("", |_| "; newer files could not be fetched");
            Ok(Catalog { source: format!("{}{trouble}", bundled.source), ..bundled })
        }
    }
}

/// How old what we know is, and whether the last try failed.
fn age(state: &State, now: u64) -> String {
    let Some(checked) = state.checked_at else { return String::new() };
    let minutes = now.saturating_sub(checked) / 60;
    let age = match minutes {
        0..60 => "within the hour".to_owned(),
        60..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    };
    let trouble = if state.trouble.is_some() { "; it could not be refreshed since" } else { "" };
    format!(" {age}{trouble}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_in_words() {
        let state = |checked_at, trouble: Option<&str>| State {
            checked_at: Some(checked_at),
            trouble: trouble.map(str::to_owned),
            ..State::default()
        };
        let day = 86_400;
        assert_eq!(age(&state(10 * day, None), 10 * day + 59), " within the hour");
        assert_eq!(age(&state(10 * day, None), 10 * day + 7_200), " 2 h ago");
        assert_eq!(age(&state(10 * day, Some("x")), 13 * day), " 3 days ago; it could not be refreshed since");
        assert_eq!(age(&state(10 * day, None), 9 * day), " within the hour", "a clock that was set back");
        assert_eq!(age(&State::default(), day), "");
    }
}
