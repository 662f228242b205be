//! Commands that try a running server, with the name that it really serves.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Recipe;
use super::place::Place;
use super::shell::{Shell, Unquotable, words};
use crate::catalog::spec::ModelSpec;

/// A command or a program that tries a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Trial {
    /// What it does.
    pub title: String,
    /// Its text: for the shell, or for Python where the title says so.
    pub text: String,
}

/// The name under which a server serves its model.
pub fn served_name<'a>(recipe: &'a Recipe, spec: &'a ModelSpec) -> &'a str {
    let after = |flag: &str| {
        let value = |at: usize| recipe.args.get(at + 1).map(String::as_str);
        let joined = recipe.args.iter().find_map(|arg| arg.strip_prefix(flag)?.strip_prefix('='));
        joined.or_else(|| value(recipe.args.iter().position(|arg| arg == flag)?))
    };
    after("--served-model-name").or_else(|| after("--model")).unwrap_or(&spec.model.hf_model_repo)
}

/// What to try once the server is ready.
///
/// # Errors
/// When the name of the model cannot stand on a command line.
pub fn trials(recipe: &Recipe, spec: &ModelSpec, place: &Place, shell: Shell) -> Result<Vec<Trial>, Unquotable> {
    let at = if place.is_private() && place.host != "::1" { "127.0.0.1" } else { "localhost" };
    let base = format!("http://{at}:{}", place.port);
    if spec.engine != "vLLM" {
        let text = request(&format!("{base}/openapi.json"), None, place, shell)?;
        return Ok(vec![Trial { title: "what this server offers".into(), text }]);
    }
    let name = served_name(recipe, spec);
    let chat =
        json!({ "model": name, "max_tokens": 64, "messages": [{ "role": "user", "content": "What is a tensor?" }] });
    let plain = json!({ "model": name, "max_tokens": 32, "prompt": "A tensor is" });
    let post =
        |path: &str, body: serde_json::Value| request(&format!("{base}{path}"), Some(body.to_string()), place, shell);
    Ok(vec![
        Trial {
            title: "which model it serves".into(),
            text: request(&format!("{base}/v1/models"), None, place, shell)?,
        },
        Trial { title: "a chat".into(), text: post("/v1/chat/completions", chat)? },
        Trial {
            title: "a completion, for models without a chat template".into(),
            text: post("/v1/completions", plain)?,
        },
        Trial { title: "Python, with the package openai".into(), text: python(&base, name, place) },
    ])
}

fn request(url: &str, body: Option<String>, place: &Place, shell: Shell) -> Result<String, Unquotable> {
    let mut command = vec!["curl".to_owned(), "--fail-with-body".into(), "--silent".into(), "--show-error".into()];
    if let Some(body) = body {
        command.extend(["--header".into(), "Content-Type: application/json".into(), "--data".into(), body]);
    }
    if place.is_private() {
        command.push(url.to_owned());
        return words(&command, shell);
    }
    // The key goes through a pipe and stands on no command line.
    command.extend(["--config".into(), "-".into(), url.to_owned()]);
    let script = r#"s/^VLLM_API_KEY=\(.*\)/header = "Authorization: Bearer \1"/p"#;
    let file = place.secrets.display().to_string();
    let key = words(&["sed".into(), "-n".into(), script.into(), file], shell)?;
    Ok(format!("{key} | {}", words(&command, shell)?))
}

fn python(base: &str, name: &str, place: &Place) -> String {
    // A string of JSON is one of Python as well.
    let text = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    let key = if place.is_private() {
        "key = \"none\"\n".to_owned()
    } else {
        let file = text(&place.secrets.display().to_string());
        format!(
            "lines = open({file}).read().splitlines()\nkey = next(line.split(\"=\", 1)[1] for line in lines if \
             line.startswith(\"VLLM_API_KEY=\"))\n"
        )
    };
    format!(
        "from openai import OpenAI\n\n{key}client = OpenAI(base_url={}, api_key=key)\nanswer = client.chat.completions.create(\n    \
         model={},\n    messages=[{{\"role\": \"user\", \"content\": \"What is a tensor?\"}}],\n    \
         max_tokens=64,\n)\nprint(answer.choices[0].message.content)",
        text(&format!("{base}/v1")),
        text(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::place::KeyFile;

    fn spec(engine: &str) -> ModelSpec {
        let mut spec = ModelSpec { engine: engine.into(), ..ModelSpec::default() };
        spec.model.hf_model_repo = "o/M".into();
        spec
    }

    fn place(host: &str) -> Place {
        Place {
            host: host.into(),
            port: 9000,
            secrets: "/s/server.env".into(),
            key_file: KeyFile::Good,
            ..Place::default()
        }
    }

    #[test]
    fn they_use_the_name_that_is_served() {
        let args =
            |args: &[&str]| Recipe { args: args.iter().map(|arg| (*arg).to_owned()).collect(), ..Recipe::default() };
        let spec = spec("vLLM");
        assert_eq!(served_name(&args(&["--model", "/w/M", "--served-model-name", "o/M"]), &spec), "o/M");
        assert_eq!(served_name(&args(&["--model=-x"]), &spec), "-x");
        assert_eq!(served_name(&args(&["run", "image"]), &spec), "o/M");
        let trials = trials(&args(&["--model", "o'M"]), &spec, &place("127.0.0.1"), Shell::Fish).unwrap();
        assert!(trials[1].text.contains("http://127.0.0.1:9000/v1/chat/completions"), "{}", trials[1].text);
        assert!(trials[1].text.contains(r#""model":"o\'M""#), "{}", trials[1].text);
        assert!(trials[3].text.contains("model=\"o'M\""), "{}", trials[3].text);
    }

    #[test]
    fn a_key_stands_on_no_command_line() {
        let trials = trials(&Recipe::default(), &spec("vLLM"), &place("0.0.0.0"), Shell::Bash).unwrap();
        expect_test::expect![[r#"
            sed -n 's/^VLLM_API_KEY=\(.*\)/header = "Authorization: Bearer \1"/p' /s/server.env | curl --fail-with-body --silent --show-error --config - http://localhost:9000/v1/models"#]]
        .assert_eq(&trials[0].text);
    }

    #[test]
    fn other_engines_are_asked_what_they_offer() {
        let trials = trials(&Recipe::default(), &spec("media"), &place("127.0.0.1"), Shell::Sh).unwrap();
        assert_eq!(trials.len(), 1);
        assert!(trials[0].text.ends_with("http://127.0.0.1:9000/openapi.json"));
    }
}
