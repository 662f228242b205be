//! The values of a lesson's placeholders on this machine. Each command is made by the request that makes it elsewhere too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::command;
use super::super::place::{choices_here, on_this_host};
use super::super::status::boards_in_words;
use super::forge;
use crate::device::Host;
use crate::error::{Failure, FailureKind, Result};
use crate::lessons::{Ability, Python, Step, Template, placeholder};
use crate::matching::Match;
use crate::protocol::{CommandParams, ServeCommand};
use crate::recipe::{Place, Recipe, Shell, Unquotable, Variable, render, words};
use crate::session::Session;

/// Stands where a machine has no answer.
const NONE: &str = "–";

/// The values that a text asks for.
///
/// # Errors
/// When a name is unknown, and when a command cannot be made.
pub async fn of(
    session: &Session,
    host: &Host,
    ability: &Ability,
    step: &Step,
    text: &str,
) -> Result<BTreeMap<&'static str, String>> {
    let place = on_this_host(session, &choices_here(session, None)?)?;
    let mut here = Values { session, host, ability, step, place, serving: None };
    let mut values = BTreeMap::new();
    for name in placeholder::used(text) {
        let known = placeholder::find(name).ok_or_else(|| unknown(name))?;
        values.insert(known.name, here.value(known.name).await?);
    }
    Ok(values)
}

struct Values<'a> {
    session: &'a Session,
    host: &'a Host,
    ability: &'a Ability,
    step: &'a Step,
    place: Place,
    serving: Option<ServeCommand>,
}

impl Values<'_> {
    async fn value(&mut self, name: &str) -> Result<String> {
        match name {
            "serve_command" => Ok(self.serving().await?.text.clone()),
            "test_command" => self.test_command().await,
            "verify_command" => self.verify_command(),
            "script_command" => self.script_command(false),
            "dry_run_command" => self.script_command(true),
            "forge_install_command" => forge::install(&self.place.home).map_err(|error| unquotable(&error)),
            "forge_test_command" => forge::test(&self.place.home).map_err(|error| unquotable(&error)),
            "script" => Ok(self.script()?.1.display().to_string()),
            other => self.fact(other),
        }
    }

    /// What is there without being made.
    fn fact(&self, name: &str) -> Result<String> {
        let model = self.ability.model.as_ref();
        let of_model = |text: fn(&Match) -> String| model.map_or(NONE.to_owned(), text);
        let number = |value: Option<u64>| value.map_or(NONE.to_owned(), |value| value.to_string());
        let gigabytes = |value: Option<f64>| value.map_or(NONE.to_owned(), |value| format!("{value:.0}"));
        let host = self.host;
        Ok(match name {
            "device" if host.product.is_none() && host.boards.is_empty() => "no Tenstorrent device".into(),
            "device" => host.product.clone().unwrap_or_else(|| boards_in_words(host)),
            "boards" if host.boards.is_empty() => "none".into(),
            "boards" => boards_in_words(host),
            "chips" => host.chips.len().to_string(),
            "driver" => host.driver.clone().unwrap_or_else(|| "not loaded".into()),
            "model" => of_model(|model| model.model_name.clone()),
            "model_repo" => of_model(|model| model.hf_model_repo.clone()),
            "model_device" => of_model(|model| model.device_type.clone()),
            "model_status" => of_model(|model| {
                let until = model.releases.last().filter(|_| !model.current);
                model.status.to_lowercase() + &until.map(|last| format!(" to release {last}")).unwrap_or_default()
            }),
            "model_count" => self.ability.models.to_string(),
            "context" => number(model.and_then(|model| model.max_context)),
            "sequences" => number(model.and_then(|model| model.max_concurrency)),
            "disk_gb" => gigabytes(model.and_then(|model| model.min_disk_gb)),
            "ram_gb" => gigabytes(model.and_then(|model| model.min_ram_gb)),
            "port" => self.place.port.to_string(),
            "api_port" => api_port(self.place.port).to_string(),
            "server_url" => match self.session.settings.get("server_url") {
                Some(url) => url.to_owned(),
                None => self.local_url(),
            },
            "local_url" => self.local_url(),
            "metal_state" => self.metal_state().into(),
            "metal_home" => self.place.metal_home.display().to_string(),
            "forge_home" => forge::folder(&self.place.home).display().to_string(),
            "environments" => self.session.settings.environments().display().to_string(),
            "scratchpad" => self.place.scratchpad.display().to_string(),
            "weights_dir" => self.session.weights_dir().display().to_string(),
            other => return Err(unknown(other)),
        })
    }

    fn local_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.place.port)
    }

    /// Whether there is a tt-metal that the lesson's commands could run with.
    fn metal_state(&self) -> &'static str {
        let home = &self.place.metal_home;
        if !home.is_dir() {
            "not there yet: a setup of a model brings it"
        } else if self.metal_python().is_file() {
            "there, with a Python of its own"
        } else {
            "there, but without a Python that was built for it: a setup of a model brings one"
        }
    }

    /// The Python of tt-metal, or where it would be.
    fn metal_python(&self) -> PathBuf {
        let usual = || self.place.metal_home.join("python_env/bin/python");
        self.place.pythons.first().cloned().unwrap_or_else(usual)
    }

    /// The command of the model, made once.
    async fn serving(&mut self) -> Result<&ServeCommand> {
        if self.serving.is_none() {
            let model = self.ability.model.as_ref().ok_or_else(|| missing("a model"))?;
            let (model, device) = (model.model_id.clone(), Some(model.device_type.clone()));
            let params = CommandParams { model, device, ..CommandParams::default() };
            self.serving = Some(command(self.session, params).await?);
        }
        self.serving.as_ref().ok_or_else(|| missing("a command"))
    }

    /// The request for a chat where the server takes one, else the first.
    async fn test_command(&mut self) -> Result<String> {
        let tests = &self.serving().await?.tests;
        let test = tests.iter().find(|test| test.text.contains("chat/completions")).or(tests.first());
        test.map(|test| test.text.clone()).ok_or_else(|| missing("a request that tries the server"))
    }

    /// One operation on the board, by an example that tt-metal carries.
    fn verify_command(&self) -> Result<String> {
        let args = ["-m", "ttnn.examples.usage.run_op_on_device"].map(str::to_owned).to_vec();
        self.of_metal(self.place.metal_home.clone(), args)
    }

    /// The call of the step's script. A dry run needs nothing but Python, so it takes that of this system.
    fn script_command(&self, dry: bool) -> Result<String> {
        let (template, path) = self.script()?;
        let mut args = vec![path.display().to_string()];
        for argument in &template.arguments {
            args.push(self.argument(argument)?);
        }
        let python = match template.python {
            _ if dry => {
                args.push("--dry-run".into());
                vec!["python3".to_owned()]
            }
            Python::Metal => return self.of_metal(self.place.scratchpad.clone(), args),
            Python::System => vec!["python3".to_owned()],
            Python::Forge => forge::python(&self.place.home),
        };
        words(&[python, args].concat(), Shell::Bash).map_err(|error| unquotable(&error))
    }

    /// A call of the Python of tt-metal, with the variables that its code reads.
    fn of_metal(&self, cwd: PathBuf, args: Vec<String>) -> Result<String> {
        let home = self.place.metal_home.display().to_string();
        let env = ["TT_METAL_HOME", "PYTHONPATH"].map(|name| Variable { name: name.into(), value: home.clone() });
        let python = self.metal_python().display().to_string();
        let recipe =
            Recipe { cwd: cwd.display().to_string(), env: env.to_vec(), program: python, args, ..Recipe::default() };
        render(&recipe, Shell::Bash).map_err(|error| unquotable(&error))
    }

    fn script(&self) -> Result<(&Template, PathBuf)> {
        let template = self.step.needs.template.as_ref().ok_or_else(|| missing("a script"))?;
        Ok((template, self.place.scratchpad.join(Path::new(&template.file))))
    }

    /// An argument as it is, or the fact that it stands for.
    fn argument(&self, argument: &str) -> Result<String> {
        match argument.strip_prefix("{{").and_then(|name| name.strip_suffix("}}")) {
            Some(name) => self.fact(name),
            None => Ok(argument.to_owned()),
        }
    }
}

/// Not that of the model server, not one below 1024, and not 8080: there code-server itself listens.
fn api_port(port: u16) -> u16 {
    if port == 8090 { 8091 } else { 8090 }
}

/// Commands that are the same for every box.
const SAME_FOR_ALL: [&str; 5] = ["login", "ask", "ps", "env", "templates"];

/// The lesson with calls of this program that work here: by its path where it is not on PATH, and for the simulated box.
pub fn callable(lesson: &str, simulated: Option<&str>) -> String {
    const NAME: &str = "tt-jukebox";
    let path = std::env::current_exe().ok().filter(|_| which::which(NAME).is_err());
    let path = path.and_then(|path| words(&[path.display().to_string()], Shell::Bash).ok());
    let program = path.as_deref().unwrap_or(NAME);
    let option = simulated.map(|name| format!(" --simulate {name}")).unwrap_or_default();
    let mut in_block = false;
    let line = |line: &str| {
        in_block ^= line.starts_with("```");
        match line.strip_prefix("tt-jukebox ").filter(|_| in_block) {
            Some(rest) if SAME_FOR_ALL.contains(&rest.split(' ').next().unwrap_or_default()) => {
                format!("{program} {rest}")
            }
            Some(rest) => format!("{program} {rest}{option}"),
            None => line.to_owned(),
        }
    };
    lesson.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

fn unknown(name: &str) -> Failure {
    let what = format!("a lesson asks for {name:.100?}, which nobody knows");
    Failure::new(FailureKind::Internal, what, "it is not in the list of placeholders", "Please report this.")
}

fn missing(what: &str) -> Failure {
    let next = "`cargo xtask content` finds such places. Please report this.";
    Failure::new(FailureKind::Internal, format!("a lesson needs {what}, and there is none"), "", next)
}

fn unquotable(error: &Unquotable) -> Failure {
    let what = "a command of the lesson cannot be written down";
    Failure::new(FailureKind::Input, what, error.to_string(), "Rename the folder, or name another in the settings.")
}
