//! What a line of git, ninja, cmake, pip or uv counts.

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Phase that is counted, such as `Receiving objects`: another one starts from nothing.
    pub phase: String,
    /// Units that are done.
    pub done: u64,
    /// Units in all; none when the line does not say.
    pub total: Option<u64>,
    /// What is counted.
    pub unit: &'static str,
}

/// Reads a line of git, ninja, cmake, pip or uv; none when it counts nothing.
pub fn parse(line: &str) -> Option<Count> {
    let line = line.trim();
    of_ninja(line).or_else(|| of_git(line)).or_else(|| of_installer(line))
}

/// `[12/345] Building CXX object`, or cmake's own `[ 42%] Building`.
fn of_ninja(line: &str) -> Option<Count> {
    let (inside, _) = line.strip_prefix('[')?.split_once(']')?;
    if let Some((done, total)) = inside.split_once('/') {
        let (done, total) = (done.trim().parse().ok()?, total.trim().parse().ok()?);
        return Some(Count { phase: "ninja".into(), done, total: Some(total), unit: "files" });
    }
    let done = inside.trim().strip_suffix('%')?.parse().ok()?;
    Some(Count { phase: "cmake".into(), done, total: Some(100), unit: "percent" })
}

/// `Receiving objects:  42% (420/1000), 1.20 MiB | 3.00 MiB/s`, with or without `remote: ` before it.
fn of_git(line: &str) -> Option<Count> {
    let (phase, rest) = line.strip_prefix("remote: ").unwrap_or(line).split_once(": ")?;
    let (percent, rest) = rest.trim_start().split_once("% (")?;
    percent.parse::<u8>().ok()?;
    let (done, total) = rest.split_once(')')?.0.split_once('/')?;
    let unit = match phase {
        "Resolving deltas" => "deltas",
        "Updating files" | "Checking out files" => "files",
        _ => "objects",
    };
    Some(Count { phase: phase.to_owned(), done: done.parse().ok()?, total: Some(total.parse().ok()?), unit })
}

/// pip names packages one after the other; uv says how many there are.
fn of_installer(line: &str) -> Option<Count> {
    let count = |phase: &str, done, total| Some(Count { phase: phase.to_owned(), done, total, unit: "packages" });
    if line.starts_with("Collecting ") || line.starts_with("Requirement already satisfied: ") {
        // One more; the meter adds it up.
        return count("pip", 1, None);
    }
    for word in ["Resolved ", "Prepared ", "Installed "] {
        if let Some((number, rest)) = line.strip_prefix(word).and_then(|rest| rest.split_once(' '))
            && rest.starts_with("package")
        {
            let number = number.parse().ok()?;
            return if word == "Resolved " { count("uv", 0, Some(number)) } else { count("uv", number, None) };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_tools() {
        let read = |line| parse(line).map(|count| (count.done, count.total, count.unit));
        let rows = [
            ("Receiving objects:  42% (420/1000), 1.20 MiB | 3.00 MiB/s", Some((420, Some(1000), "objects"))),
            ("remote: Counting objects: 100% (12/12), done.", Some((12, Some(12), "objects"))),
            ("Resolving deltas:   0% (0/7)", Some((0, Some(7), "deltas"))),
            ("Updating files:  50% (5/10)", Some((5, Some(10), "files"))),
            ("[12/345] Building CXX object x.o", Some((12, Some(345), "files"))),
            ("[ 42%] Building CXX object x.o", Some((42, Some(100), "percent"))),
            ("Collecting torch==2.5.0+cpu", Some((1, None, "packages"))),
            ("Resolved 123 packages in 2.1s", Some((0, Some(123), "packages"))),
            ("Installed 123 packages in 1ms", Some((123, None, "packages"))),
            ("[notice] a new release of pip", None),
            ("error: 42% (x", None),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
