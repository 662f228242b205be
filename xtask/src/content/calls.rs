//! Commands as they stand in lessons: each is taken apart, its program is one that is known, and so are its flags.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// What the flags of the programs are looked up in.
pub struct Known {
    /// The text of all templates.
    templates: String,
    /// The text of the era table, which lists the flags of vLLM.
    eras: String,
}

const CURL: [&str; 6] = ["fail-with-body", "silent", "show-error", "header", "data", "config"];
/// The TT configuration, by the names that it had in the eras.
const TT_CONFIG: [&str; 3] = ["override_tt_config", "override-tt-config", "additional-config"];
/// Of `docker run` and `podman run`.
const CONTAINER: [&str; 18] = [
    "rm",
    "name",
    "env",
    "env-file",
    "publish",
    "device",
    "mount",
    "volume",
    "ipc",
    "cap-add",
    "shm-size",
    "entrypoint",
    "user",
    "network",
    "group-add",
    "security-opt",
    "interactive",
    "tty",
];

impl Known {
    /// Reads the templates and the era table.
    pub fn read(root: &Path) -> Result<Self> {
        let mut templates = String::new();
        collect(&root.join("templates"), &mut templates)?;
        let eras = fs::read_to_string(root.join("content/eras.json")).context("content/eras.json")?;
        Ok(Self { templates, eras })
    }

    /// What is wrong with a command, or with one of several on lines of their own.
    pub fn complaints(&self, text: &str) -> Vec<String> {
        let joined = text.replace("\\\n", " ");
        joined.lines().filter_map(|line| self.line(line).err()).collect()
    }

    fn line(&self, line: &str) -> Result<(), String> {
        let words = shlex::split(line).ok_or("a quote is not closed")?;
        for call in words.split(|word| word == "&&" || word == "|") {
            self.call(call)?;
        }
        Ok(())
    }

    fn call(&self, call: &[String]) -> Result<(), String> {
        let call = without_environment(call);
        let (program, args) = call.split_first().ok_or("nothing is called")?;
        let name = program.rsplit('/').next().unwrap_or(program);
        let own = std::env::current_exe().ok().is_some_and(|path| path == Path::new(program));
        match name {
            _ if own || name == "tt-jukebox" => tt_jukebox::cli::understands(args),
            "cd" => one_path(args),
            "curl" => all_known(args, |flag| CURL.contains(&flag)),
            // It takes the key out of its file; quoting is proved elsewhere.
            "sed" => Ok(()),
            "docker" | "podman" => container(args),
            _ if name.starts_with("python") => self.python(args),
            "vllm" => self.vllm(args),
            other => Err(format!("{other:?} is no program that lessons call")),
        }
    }

    fn python(&self, args: &[String]) -> Result<(), String> {
        let (first, rest) = args.split_first().ok_or("Python is called with nothing")?;
        match (first.as_str(), rest.first().map(String::as_str)) {
            ("-m", Some(module)) if module.starts_with("vllm.") => self.vllm(&rest[1..]),
            ("-m", Some("ttnn.examples.usage.run_op_on_device")) if rest.len() == 1 => Ok(()),
            ("-m", Some("venv")) if rest.len() == 2 => Ok(()),
            ("-m", Some("pip")) => all_known(rest, |flag| flag == "extra-index-url"),
            ("-c", Some(_)) if rest.len() == 1 => Ok(()),
            ("-m", module) => Err(format!("{module:?} is no module that lessons call")),
            (script, _) if script.ends_with(".py") && self.is_coming(script) => Ok(()),
            (script, _) if script.ends_with("vllm_api_server.py") || script.ends_with("start-vllm-server.py") => {
                self.vllm(rest)
            }
            (script, _) if script.ends_with(".py") => {
                all_known(rest, |flag| self.templates.contains(&format!("\"--{flag}\"")))
            }
            (other, _) => Err(format!("{other:?} is no script")),
        }
    }

    fn vllm(&self, args: &[String]) -> Result<(), String> {
        all_known(args, |flag| {
            let plain = flag.replace('_', "-");
            let has = |name: &str| {
                self.eras.contains(&format!("\"{name}\"")) || self.templates.contains(&format!("\"--{name}\""))
            };
            TT_CONFIG.contains(&flag) || has(flag) || has(&plain) || has(&flag.replace('-', "_"))
        })
    }

    /// A template that is not there yet: its flags cannot be known.
    fn is_coming(&self, script: &str) -> bool {
        let name = script.rsplit('/').next().unwrap_or(script);
        !self.templates.contains(&format!("\n# file: {name}\n"))
    }
}

/// Every file below a folder, each after a line with its name.
fn collect(folder: &Path, text: &mut String) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, text)?;
        } else if path.extension().is_some_and(|ending| ending == "py") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            text.push_str(&format!("\n# file: {name}\n{}", fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// A call without the variables before it, and without `env` and what it is given.
fn without_environment(call: &[String]) -> &[String] {
    let mut rest = call;
    loop {
        rest = match rest {
            [first, tail @ ..] if first == "env" || is_assignment(first) => tail,
            [flag, _, tail @ ..] if flag == "-u" => tail,
            _ => return rest,
        };
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| tt_jukebox::recipe::is_variable_name(name))
}

fn one_path(args: &[String]) -> Result<(), String> {
    match args {
        [path] if path.starts_with('/') => Ok(()),
        _ => Err("cd takes one path that means the same from everywhere".into()),
    }
}

fn container(args: &[String]) -> Result<(), String> {
    match args.split_first() {
        Some((run, rest)) if run == "run" => {
            // What follows the image is for the program in it.
            let mut own = Vec::new();
            let mut rest = rest.iter();
            while let Some(word) = rest.next() {
                if !word.starts_with("--") {
                    return all_known(&own, |flag| CONTAINER.contains(&flag));
                }
                own.push(word.clone());
                if !["--rm", "--interactive", "--tty"].contains(&word.as_str()) && !word.contains('=') {
                    rest.next();
                }
            }
            Err("no image is named".into())
        }
        _ => Err("only `run` is known".into()),
    }
}

fn all_known(args: &[String], knows: impl Fn(&str) -> bool) -> Result<(), String> {
    let flags = args.iter().filter_map(|arg| arg.strip_prefix("--")).filter(|flag| !flag.is_empty());
    match flags.map(|flag| flag.split('=').next().unwrap_or(flag)).find(|flag| !knows(flag)) {
        Some(flag) => Err(format!("--{flag} is not known")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known { templates: "\n# file: tt-x.py\nadd_argument(\"--model\")\n".into(), eras: "[\"max-model-len\"]".into() }
    }

    #[test]
    fn what_is_wrong_with_a_command_is_said() {
        let known = known();
        for good in [
            "tt-jukebox list chat",
            "tt-jukebox serve M --detach --simulate n150",
            "cd /x && \\\nenv \\\n  A=1 \\\n  /x/python_env/bin/python /y/tt-x.py --model 'a b'",
            "env -u A -u B /v/bin/python /y/tt-x.py",
            "python3 -m venv /v && /v/bin/python -m pip install --extra-index-url https://x a b",
            "/v/bin/python -c 'import x'",
            "cd /x && env A=1 vllm serve --max-model-len 5",
            "docker run --rm --name x --env A=1 image:1 --whatever",
        ] {
            assert_eq!(known.complaints(good), Vec::<String>::new(), "{good}");
        }
        for bad in [
            "tt-jukebox lits",
            "tt-jukebox list --chat",
            "cd x",
            "cd /x && python3 /y/tt-x.py --modell a",
            "vllm serve --max-len 5",
            "docker run --privileged image",
            "docker pull image",
            "rm -rf /x",
            "tt-jukebox 'list",
            "curl --insecure https://x",
            "python3 -m ttnn.nothing",
            "python3 -m pip install --index https://x a",
        ] {
            assert_eq!(known.complaints(bad).len(), 1, "{bad}");
        }
    }
}
