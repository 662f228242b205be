//! Our own format of the catalog: the facts that the program needs, each written once. Made by `cargo xtask catalog`,
//! compiled in, readable in a diff.

use serde::{Deserialize, Serialize};

use super::spec::{Implementation, Model, ModelSpec, Release, Requirements, Shared};
use super::{Catalog, Entry, Pinned};

/// Version of this format.
const FORMAT: u32 = 2;

/// The whole file. Whatever many entries share stands once in a list and is named by its position.
#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    format: u32,
    releases: Vec<String>,
    images: Vec<String>,
    implementations: Vec<Implementation>,
    requirements: Vec<Requirements>,
    models: Vec<Model>,
    values: Vec<Shared>,
    entries: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    id: String,
    model: usize,
    device: String,
    engine: String,
    implementation: usize,
    /// First and last position of each unbroken run of releases.
    releases: Vec<(usize, usize)>,
    newest: Said,
    pinned: Then,
}

/// What the release said that the entry is pinned to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Then {
    Unknown,
    Same,
    Other(Box<Said>),
}

#[derive(Debug, Serialize, Deserialize)]
struct Said {
    status: String,
    version: String,
    metal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vllm: Option<String>,
    image: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    users: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    second_choice: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disk_gb: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ram_gb: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    needs: usize,
    args: usize,
    env: usize,
    tt: usize,
    notes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<usize>,
}

/// Writes a catalog in our format, one line for each entry.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn write(catalog: &Catalog) -> Result<String, serde_json::Error> {
    let mut file = File { format: FORMAT, releases: catalog.releases.clone(), ..File::default() };
    let rows = catalog.entries.iter().map(|entry| row(entry, &mut file)).collect::<Vec<_>>();
    let mut out = String::from("{\n");
    let mut list = |name: &str, items: Result<Vec<String>, serde_json::Error>| -> Result<(), serde_json::Error> {
        out.push_str(&format!("\"{name}\": [\n{}\n],\n", items?.join(",\n")));
        Ok(())
    };
    list("releases", lines(&file.releases))?;
    list("images", lines(&file.images))?;
    list("implementations", lines(&file.implementations))?;
    list("requirements", lines(&file.requirements))?;
    list("models", lines(&file.models))?;
    list("values", lines(&file.values))?;
    list("entries", lines(&rows))?;
    out.push_str(&format!("\"format\": {FORMAT}\n}}\n"));
    Ok(out)
}

fn lines<T: Serialize>(items: &[T]) -> Result<Vec<String>, serde_json::Error> {
    items.iter().map(serde_json::to_string).collect()
}

fn row(entry: &Entry, file: &mut File) -> Row {
    let spec = &entry.spec;
    Row {
        id: spec.model_id.clone(),
        model: position(&mut file.models, &spec.model),
        device: spec.device_type.clone(),
        engine: spec.engine.clone(),
        implementation: position(&mut file.implementations, &spec.implementation),
        releases: runs(&entry.releases),
        newest: said(&spec.release, file),
        pinned: match &entry.pinned {
            Pinned::Unknown => Then::Unknown,
            Pinned::Same => Then::Same,
            Pinned::Other(release) => Then::Other(Box::new(said(release, file))),
        },
    }
}

fn said(release: &Release, file: &mut File) -> Said {
    let (image, tag) = release.docker_image.rsplit_once(':').unwrap_or((&release.docker_image, ""));
    Said {
        status: release.status.clone(),
        version: release.version.clone(),
        metal: release.tt_metal_commit.clone(),
        vllm: release.vllm_commit.clone(),
        image: position(&mut file.images, &image.to_owned()),
        tag: (tag != usual_tag(&release.version, &release.tt_metal_commit, release.vllm_commit.as_deref()))
            .then(|| tag.to_owned()),
        context: release.max_context,
        users: release.max_concurrency,
        second_choice: !release.default_impl,
        disk_gb: release.min_disk_gb,
        ram_gb: release.min_ram_gb,
        part: release.subdevice_type.clone(),
        needs: position(&mut file.requirements, &release.requirements),
        args: position(&mut file.values, &release.vllm_args),
        env: position(&mut file.values, &release.env_vars),
        tt: position(&mut file.values, &release.tt_config),
        notes: position(&mut file.values, &release.metadata),
        unknown: (!release.unknown.is_empty()).then(|| position(&mut file.values, &release.unknown)),
    }
}

fn usual_tag(version: &str, metal: &str, vllm: Option<&str>) -> String {
    match vllm {
        Some(vllm) => format!("{version}-{metal}-{vllm}"),
        None => format!("{version}-{metal}"),
    }
}

/// Position of an equal item, added when it is new.
fn position<T: PartialEq + Clone>(list: &mut Vec<T>, item: &T) -> usize {
    list.iter().position(|known| known == item).unwrap_or_else(|| {
        list.push(item.clone());
        list.len() - 1
    })
}

fn runs(positions: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &position in positions {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == position => *last = position,
            _ => runs.push((position, position)),
        }
    }
    runs
}

/// Reads a catalog in our format.
///
/// # Errors
/// One sentence when it is not one.
pub fn read(text: &str) -> Result<Catalog, String> {
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if file.format != FORMAT {
        return Err(format!("format {} instead of {FORMAT}", file.format));
    }
    let entries = file.entries.iter().map(|row| file.entry(row)).collect::<Option<Vec<_>>>();
    let entries = entries.ok_or("an entry names a position that does not exist")?;
    let source = format!("bundled, release {}", file.releases.last().map_or("none", String::as_str));
    Ok(Catalog { source, releases: file.releases, entries, skipped: Vec::new(), marks: Vec::new() })
}

impl File {
    fn entry(&self, row: &Row) -> Option<Entry> {
        Some(Entry {
            spec: ModelSpec {
                model_id: row.id.clone(),
                device_type: row.device.clone(),
                engine: row.engine.clone(),
                implementation: self.implementations.get(row.implementation)?.clone(),
                model: self.models.get(row.model)?.clone(),
                release: self.release(&row.newest)?,
            },
            pinned: match &row.pinned {
                Then::Unknown => Pinned::Unknown,
                Then::Same => Pinned::Same,
                Then::Other(said) => Pinned::Other(Box::new(self.release(said)?)),
            },
            releases: row.releases.iter().flat_map(|(first, last)| *first..=*last).collect(),
        })
    }

    fn release(&self, said: &Said) -> Option<Release> {
        let values = |position: usize| self.values.get(position).cloned();
        let tag = match &said.tag {
            Some(tag) => tag.clone(),
            None => usual_tag(&said.version, &said.metal, said.vllm.as_deref()),
        };
        let image = self.images.get(said.image)?;
        Some(Release {
            status: said.status.clone(),
            version: said.version.clone(),
            tt_metal_commit: said.metal.clone(),
            vllm_commit: said.vllm.clone(),
            docker_image: if tag.is_empty() { image.clone() } else { format!("{image}:{tag}") },
            max_context: said.context,
            max_concurrency: said.users,
            default_impl: !said.second_choice,
            min_disk_gb: said.disk_gb,
            min_ram_gb: said.ram_gb,
            subdevice_type: said.part.clone(),
            requirements: self.requirements.get(said.needs)?.clone(),
            vllm_args: values(said.args)?,
            env_vars: values(said.env)?,
            tt_config: values(said.tt)?,
            metadata: values(said.notes)?,
            unknown: match said.unknown {
                Some(position) => values(position)?,
                None => Shared::default(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_catalog_reads_and_is_small() {
        let catalog = Catalog::bundled().unwrap();
        assert!(catalog.entries.len() > 200, "{} entries", catalog.entries.len());
        assert!(super::super::BUNDLED.len() < 400_000, "{} bytes", super::super::BUNDLED.len());
    }

    #[test]
    fn writing_and_reading_change_nothing() {
        let catalog = Catalog::bundled().unwrap();
        let again = read(&write(&catalog).unwrap()).unwrap();
        assert_eq!(again.entries, catalog.entries);
        assert_eq!(again.releases, catalog.releases);
    }

    #[test]
    fn runs_of_releases() {
        assert_eq!(runs(&[0, 1, 2, 5, 7, 8]), [(0, 2), (5, 5), (7, 8)]);
        assert_eq!(runs(&[]), []);
    }
}
