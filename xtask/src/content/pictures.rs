//! The pictures of the lessons: small, of a sane size, nothing in them that acts.

use std::fs;

use anyhow::{Context, Result};

use super::Looked;

const MAX_BYTES: u64 = 200 * 1024;
/// Pixels; the walkthrough's page has about half of that.
const MAX_WIDTH: usize = 1600;
/// What a drawing may not hold: it is shown on machines of strangers, also without a network.
const ACTS: [&str; 6] = ["<script", "<foreignObject", "<image", "href=", "@import", "onload="];

pub fn check(looked: &mut Looked) -> Result<()> {
    let folder = looked.root.join("content/pictures");
    for entry in fs::read_dir(&folder).context("content/pictures")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let place = format!("content/pictures/{name}");
        let bytes = fs::metadata(&path)?.len();
        if bytes > MAX_BYTES {
            looked.find(&place, format!("{} KB are more than {}", bytes / 1024, MAX_BYTES / 1024));
        }
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("png") => match imagesize::size(&path) {
                Ok(size) if size.width > MAX_WIDTH => {
                    looked.find(&place, format!("{} pixels are wider than {MAX_WIDTH}", size.width));
                }
                Ok(_) => {}
                Err(error) => looked.find(&place, format!("it is no picture: {error}")),
            },
            Some("svg") => {
                let text = fs::read_to_string(&path)?;
                if !text.split('>').any(|tag| tag.contains("<svg") && tag.contains("viewBox=")) {
                    looked.find(&place, "a drawing needs a viewBox, so that it can be scaled");
                }
                for acts in ACTS.iter().filter(|acts| text.contains(**acts)) {
                    looked.find(&place, format!("{acts} does not belong into a drawing"));
                }
            }
            _ => looked.find(&place, "a picture is a .png or a .svg"),
        }
    }
    Ok(())
}
