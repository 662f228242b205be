//! `tenstorrent/templates`: which templates there are, and copying one.

use std::path::{Path, PathBuf};

use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{TemplateDifference, TemplateEntry, TemplateFile, Templates, TemplatesAction, TemplatesParams};
use crate::scratchpad::{self, Copied};
use crate::session::Session;
use crate::templates::{self, Template};

/// Lists templates, or copies one.
///
/// # Errors
/// When there is no template of that id, when the folder is not absolute, and when a file cannot be written.
pub async fn templates(session: &Session, params: TemplatesParams) -> Result<Templates> {
    let dir = folder(session.settings.home(), params.dir.as_deref())?;
    let entries = match (params.action, params.id.as_deref()) {
        (TemplatesAction::List, None) => {
            templates::list()?.into_iter().map(|template| listed(template, &dir)).collect::<Result<_>>()?
        }
        (TemplatesAction::List, Some(id)) => vec![listed(templates::find(id)?, &dir)?],
        (TemplatesAction::Copy, Some(id)) => {
            let template = templates::find(id)?;
            let copied = templates::copy(&template, &dir, params.replace)?;
            vec![entry(template, copied)]
        }
        (TemplatesAction::Copy, None) => {
            let next = "`tt-jukebox templates` says which there are.";
            return Err(Failure::new(FailureKind::Usage, "no template was named", "a copy needs an id", next));
        }
    };
    Ok(Templates { schema: 1, dir: dir.display().to_string(), templates: entries })
}

fn folder(home: &Path, named: Option<&str>) -> Result<PathBuf> {
    let folder = match named {
        None => home.join("tt-scratchpad"),
        Some("~") => home.to_owned(),
        Some(named) => named.strip_prefix("~/").map_or_else(|| PathBuf::from(named), |rest| home.join(rest)),
    };
    if folder.is_absolute() {
        return Ok(folder);
    }
    let why = "a language server has no folder of its own to start from";
    let what = format!("{} is no absolute path", folder.display());
    Err(Failure::new(FailureKind::Usage, what, why, "Name the folder from / or ~."))
}

fn listed(template: Template, dir: &Path) -> Result<TemplateEntry> {
    let look = |(path, text): (PathBuf, &str)| {
        let condition = scratchpad::condition(&path, text);
        Copied { path, condition, written: false, backup: None, differs: None }
    };
    let files = templates::files(&template, dir)?.into_iter().map(look).collect();
    Ok(entry(template, files))
}

fn entry(template: Template, files: Vec<Copied>) -> TemplateEntry {
    let Template { id, title, about, needs, lesson, .. } = template;
    let file = |copied: Copied| TemplateFile {
        path: copied.path.display().to_string(),
        condition: copied.condition,
        written: copied.written,
        backup: copied.backup.map(|path| path.display().to_string()),
        difference: copied.differs.map(|(there, ours)| TemplateDifference { there, ours }),
    };
    TemplateEntry { id, title, about, needs, lesson, files: files.into_iter().map(file).collect() }
}
