//! Versions of firmware and driver, and the requirements that spec files publish.

use std::cmp::Ordering;

/// A version as numbers, `19.5.0.0` as `[19, 5, 0, 0]`; a suffix such as `-rc1` is dropped, since a release candidate of
/// a fix has the fix (tt-inference-server#1670).
pub fn parse(text: &str) -> Option<Vec<u64>> {
    let text = text.trim().trim_start_matches('v');
    let core: &str = text.split(['-', '+', ' ']).next()?;
    core.split('.').map(|part| part.parse().ok()).collect()
}

/// Compares two versions by value; missing parts are zero.
pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let length = a.len().max(b.len());
    let part = |version: &[u64], at: usize| version.get(at).copied().unwrap_or(0);
    (0..length).map(|at| part(a, at).cmp(&part(b, at))).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// A firmware bundle for comparison. Bundles were numbered 80.x until 2025 and then 18.x: 80.17 is older than 18.0.
pub fn firmware(text: &str) -> Option<Vec<u64>> {
    let mut version = parse(text)?;
    if let Some(major) = version.first_mut()
        && *major >= 80
    {
        *major = 0;
    }
    Some(version)
}

/// Whether `version` satisfies a specifier such as `>=18.6.0,<20`. None when one of the two cannot be read.
///
/// The operators are those of PEP 440 that spec files use or may use: `==`, `!=`, `>=`, `<=`, `>`, `<`, `~=`.
pub fn satisfies(version: &[u64], specifier: &str) -> Option<bool> {
    let mut all = true;
    for clause in specifier.split(',').map(str::trim).filter(|clause| !clause.is_empty()) {
        let operator = ["==", "!=", ">=", "<=", "~=", ">", "<"].into_iter().find(|op| clause.starts_with(op))?;
        let wanted = parse(&clause[operator.len()..])?;
        let order = compare(version, &wanted);
        all &= match operator {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            ">=" => order.is_ge(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            "<" => order.is_lt(),
            // Compatible release: at least this one, and the same in all parts but the last.
            _ => order.is_ge() && version.iter().take(wanted.len() - 1).eq(wanted.iter().take(wanted.len() - 1)),
        };
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers() {
        let rows = [
            ("18.6.0", ">=18.6.0", Some(true)),
            ("18.5.9.9", ">=18.6.0", Some(false)),
            ("19.2", ">=18.6.0,<20", Some(true)),
            ("2.1.0-rc1", ">=2.1.0", Some(true)),
            ("2.10.0", "<2.9", Some(false)),
            ("2.2.5", "~=2.2.0", Some(true)),
            ("2.3.0", "~=2.2.0", Some(false)),
            ("1.0", "is new", None),
            ("1.0", "", Some(true)),
        ];
        for (version, specifier, expected) in rows {
            assert_eq!(satisfies(&parse(version).unwrap(), specifier), expected, "{version} {specifier}");
        }
    }

    #[test]
    fn the_old_numbering_of_bundles_is_older() {
        let old = firmware("80.17.0.0").unwrap();
        assert_eq!(satisfies(&old, ">=18.3.0"), Some(false));
        assert_eq!(satisfies(&firmware("19.5.0.0").unwrap(), ">=18.3.0"), Some(true));
    }
}
