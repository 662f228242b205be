//! What a download that was cut off has written down, beside what the hub has sent.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde_json::Value;

/// What the notes beside the files on their way say is there: path of the file by the hash of its content.
pub fn noted(blobs: &Path, names: &[(String, &'static str)]) -> Vec<(String, Range<u64>)> {
    let mut noted = Vec::new();
    for (blob, file) in names {
        let Ok(text) = fs::read_to_string(blobs.join(format!("{blob}.jukebox.ranges"))) else { continue };
        let note: Value = serde_json::from_str(&text).unwrap();
        for range in note["written"].as_array().unwrap() {
            noted.push(((*file).to_owned(), range[0].as_u64().unwrap()..range[1].as_u64().unwrap()));
        }
    }
    noted
}

/// Bytes that were sent although they were noted.
pub fn overlap(served: &[(String, Range<u64>)], noted: &[(String, Range<u64>)]) -> u64 {
    let both = |(a, x): &(String, Range<u64>), (b, y): &(String, Range<u64>)| {
        if a == b { x.end.min(y.end).saturating_sub(x.start.max(y.start)) } else { 0 }
    };
    served.iter().flat_map(|sent| noted.iter().map(move |known| both(sent, known))).sum()
}
