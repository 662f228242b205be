//! Which bytes of a file are there. Pure.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Ranges of bytes in ascending order that neither touch nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub struct Ranges(Vec<Range<u64>>);

impl Ranges {
    /// Adds a range.
    pub fn add(&mut self, new: Range<u64>) {
        if new.start >= new.end {
            return;
        }
        // What touches the new one becomes one with it.
        let first = self.0.partition_point(|old| old.end < new.start);
        let last = self.0.partition_point(|old| old.start <= new.end);
        let mut merged = new;
        if let (Some(low), Some(high)) = (self.0.get(first), self.0.get(last.wrapping_sub(1)))
            && first < last
        {
            merged = merged.start.min(low.start)..merged.end.max(high.end);
        }
        self.0.splice(first..last, [merged]);
    }

    /// Number of bytes.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// Bytes from the start of the file without a gap.
    pub fn prefix(&self) -> u64 {
        self.0.first().filter(|range| range.start == 0).map_or(0, |range| range.end)
    }

    /// What is missing of a file of `size` bytes, in pieces of at most `piece` bytes.
    pub fn missing(&self, size: u64, piece: u64) -> Vec<Range<u64>> {
        let mut missing = Vec::new();
        let mut at = 0;
        for range in self.0.iter().cloned().chain(std::iter::once(size..size)) {
            while at < range.start.min(size) {
                let end = (at + piece.max(1)).min(range.start).min(size);
                missing.push(at..end);
                at = end;
            }
            at = at.max(range.end);
        }
        missing
    }

    /// True when every byte lies below `size`.
    pub fn fits(&self, size: u64) -> bool {
        self.0.last().is_none_or(|range| range.end <= size)
    }
}

impl From<Vec<(u64, u64)>> for Ranges {
    fn from(pairs: Vec<(u64, u64)>) -> Self {
        let mut ranges = Self::default();
        pairs.into_iter().for_each(|(start, end)| ranges.add(start..end));
        ranges
    }
}

impl From<Ranges> for Vec<(u64, u64)> {
    fn from(ranges: Ranges) -> Self {
        ranges.0.into_iter().map(|range| (range.start, range.end)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pieces_of_what_is_missing() {
        let ranges = Ranges::from(vec![(10, 20), (20, 25), (40, 50)]);
        assert_eq!(Vec::from(ranges.clone()), [(10, 25), (40, 50)]);
        assert_eq!(ranges.missing(55, 10), [0..10, 25..35, 35..40, 50..55]);
        assert_eq!((ranges.prefix(), ranges.bytes()), (0, 25));
        assert_eq!(Ranges::default().missing(0, 10), []);
        assert_eq!(Ranges::from(vec![(0, 5)]).missing(5, 10), []);
    }

    proptest! {
        #[test]
        fn they_say_what_a_set_of_bytes_says(parts in prop::collection::vec((0u64..60, 0u64..20), 0..12), piece in 1u64..9) {
            let mut ranges = Ranges::default();
            let mut bytes = [false; 64];
            for (start, length) in parts {
                let end = (start + length).min(64);
                ranges.add(start..end);
                (start..end).for_each(|at| bytes[usize::try_from(at).unwrap()] = true);
            }
            let there = bytes.iter().filter(|there| **there).count() as u64;
            prop_assert_eq!(ranges.bytes(), there);
            prop_assert_eq!(ranges.prefix(), bytes.iter().take_while(|there| **there).count() as u64);
            let missing = ranges.missing(64, piece);
            prop_assert!(missing.iter().all(|part| part.start < part.end && part.end - part.start <= piece));
            prop_assert_eq!(missing.iter().map(|part| part.end - part.start).sum::<u64>(), 64 - there);
            missing.into_iter().for_each(|part| ranges.add(part));
            prop_assert_eq!(Vec::from(ranges), vec![(0, 64)]);
        }
    }
}
