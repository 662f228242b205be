//! Containers with model servers: ours, and those of the official programs. Read by `docker ps` and `podman ps`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::process;

/// A daemon that is well answers in a tenth of a second.
const DEADLINE: Duration = Duration::from_secs(3);
const MAX_OUTPUT: usize = 4 << 20;
/// Names of our containers, as `recipe/container` gives them.
const OURS: &str = "tt-jukebox-";
/// Names of the containers of tt-inference-server's run.py (workflows/run_docker_server.py, v0.25.0).
const OFFICIAL: &str = "tt-inference-server-";
/// Label of the bundles of tt-model.
const LABEL: &str = "org.tenstorrent.tt-model";

/// A container that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// `docker` or `podman`.
    pub tool: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Ports of this machine that lead into it.
    pub ports: Vec<u16>,
    labelled: bool,
}

impl Container {
    /// True when our command has started it.
    pub fn is_ours(&self) -> bool {
        self.name.starts_with(OURS)
    }

    /// True when it serves a model, by its name or label.
    pub fn is_server(&self) -> bool {
        self.is_ours() || self.name.starts_with(OFFICIAL) || self.labelled
    }
}

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "Id")]
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Names")]
    names: Value,
    #[serde(rename = "Ports", default)]
    ports: Value,
    #[serde(rename = "Labels", default)]
    labels: Value,
}

/// Reads what `ps --format json` prints: docker one object a line, podman one list of other shape.
pub fn parse(tool: &'static str, text: &str) -> Vec<Container> {
    let rows: Vec<Row> = match serde_json::from_str::<Vec<Row>>(text) {
        Ok(rows) => rows,
        Err(_) => text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
    };
    let container = |row: Row| {
        let name = row.names.as_str().or_else(|| row.names.get(0)?.as_str()).unwrap_or_default();
        let labelled = match &row.labels {
            Value::String(labels) => labels.split(',').any(|label| label.starts_with(LABEL)),
            labels => labels.get(LABEL).is_some(),
        };
        Container {
            tool,
            id: row.id.chars().filter(char::is_ascii_hexdigit).take(64).collect(),
            name: name.trim_start_matches('/').chars().take(200).collect(),
            ports: ports(&row.ports),
            labelled,
        }
    };
    rows.into_iter().take(500).map(container).collect()
}

/// `127.0.0.1:8000->8000/tcp, …` of docker, `[{"host_port": 8000}]` of podman.
fn ports(value: &Value) -> Vec<u16> {
    let mut ports: Vec<u16> = match value {
        Value::String(text) => {
            let published = text.split(", ").filter_map(|port| port.split_once("->")?.0.rsplit(':').next());
            published.filter_map(|port| port.parse().ok()).collect()
        }
        Value::Array(rows) => {
            let port = |row: &Value| row.get("host_port")?.as_u64()?.try_into().ok();
            rows.iter().filter_map(port).collect()
        }
        _ => Vec::new(),
    };
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// What the two programs say.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// The containers that serve models.
    pub list: Vec<Container>,
    /// The programs that are here, and why one of them has not answered.
    asked: BTreeMap<&'static str, Result<(), String>>,
}

impl Running {
    /// Whether a container runs. An error says why nobody knows: that a program does not answer is no sign of an end.
    ///
    /// # Errors
    /// When its program has not answered, or is not here.
    pub fn has(&self, tool: &str, name: &str) -> Result<bool, String> {
        match self.asked.get(tool) {
            None => Err(format!("{tool} is not on PATH")),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(())) => Ok(self.list.iter().any(|container| container.tool == tool && container.name == name)),
        }
    }
}

/// The containers that serve models, by whichever of the two programs is there.
pub async fn running() -> Running {
    let mut running = Running::default();
    for tool in ["docker", "podman"] {
        let Ok(program) = which::which(tool) else { continue };
        let done = process::run(&program, &["ps", "--format", "json"], &[], DEADLINE, MAX_OUTPUT).await;
        let said = match done {
            Ok(done) if done.code == Some(0) => {
                let found = parse(tool, &String::from_utf8_lossy(&done.stdout));
                running.list.extend(found.into_iter().filter(Container::is_server));
                Ok(())
            }
            Ok(_) => Err(format!("`{tool} ps` has failed")),
            Err(error) => Err(format!("`{tool} ps`: {error}")),
        };
        running.asked.insert(tool, said);
    }
    running
}

/// Ends a container by its own stop, which gives the server time to close its devices. False when that failed.
pub async fn stop(tool: &str, name: &str) -> bool {
    let Ok(program) = which::which(tool) else { return false };
    // The daemon waits 30 s for the server and then kills it.
    let args = ["stop", "--time", "30", "--", name];
    let done = process::run(&program, &args, &[], Duration::from_secs(45), MAX_OUTPUT).await;
    done.is_ok_and(|done| done.code == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_both_programs() {
        let docker = "{\"ID\":\"0123abcd\",\"Names\":\"tt-jukebox-llama-8000\",\"Ports\":\"127.0.0.1:8000->8000/tcp, [::1]:8000->8000/tcp\",\"Labels\":\"a=b\"}\n\
                      {\"ID\":\"ff\",\"Names\":\"postgres\",\"Ports\":\"5432/tcp\",\"Labels\":\"\"}\nnoise\n";
        let found = parse("docker", docker);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].id.as_str(), found[0].ports.as_slice()), ("0123abcd", &[8000][..]));
        assert!(found[0].is_ours() && !found[1].is_server());
        let podman = r#"[{"Id":"ee","Names":["x"],"Ports":[{"host_ip":"","container_port":8000,"host_port":20000}],
                         "Labels":{"org.tenstorrent.tt-model":"1"}},{"Id":"dd","Names":["tt-inference-server-1"],"Ports":null}]"#;
        let found = parse("podman", podman);
        assert_eq!(found[0].ports, [20000]);
        assert!(found.iter().all(|container| container.is_server() && !container.is_ours()));
        assert!(parse("docker", "Cannot connect to the Docker daemon").is_empty());
    }
}
