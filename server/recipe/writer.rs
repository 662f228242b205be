//! Collects a recipe, one value at a time, each with its source.

use super::arguments::Argument;
use super::{Provenance, Recipe, Variable};

/// A recipe in the making.
pub struct Writer {
    /// What has been collected.
    pub recipe: Recipe,
}

impl Writer {
    /// An empty recipe of a program.
    pub fn new(program: String, cwd: String) -> Self {
        Self { recipe: Recipe { program, cwd, ..Recipe::default() } }
    }

    /// Sets a variable; a later value takes the place of an earlier one.
    pub fn env(&mut self, name: &str, value: impl Into<String>, source: &str, rule: &str) {
        let value = value.into();
        self.recipe.env.retain(|variable| variable.name != name);
        self.recipe.provenance.retain(|known| known.name != name);
        self.recipe.provenance.push(Provenance {
            name: name.to_owned(),
            value: value.clone(),
            source: source.to_owned(),
            rule: rule.to_owned(),
        });
        self.recipe.env.push(Variable { name: name.to_owned(), value });
    }

    /// Adds an argument.
    pub fn argument(&mut self, argument: &Argument) {
        self.arg(&argument.flag, &argument.values, &argument.source, &argument.rule);
    }

    /// Adds an argument with one value.
    pub fn pair(&mut self, flag: &str, value: impl Into<String>, source: &str, rule: &str) {
        self.arg(flag, &[value.into()], source, rule);
    }

    /// Adds an argument with any number of values.
    pub fn arg(&mut self, flag: &str, values: &[String], source: &str, rule: &str) {
        self.recipe.provenance.push(Provenance {
            name: flag.to_owned(),
            value: values.join(" "),
            source: source.to_owned(),
            rule: rule.to_owned(),
        });
        match values {
            // A value that looks like a flag would be read as one.
            [value] if value.starts_with('-') => self.recipe.args.push(format!("{flag}={value}")),
            values => {
                self.recipe.args.push(flag.to_owned());
                self.recipe.args.extend_from_slice(values);
            }
        }
    }

    /// Adds a note once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.recipe.notes.contains(&note) {
            self.recipe.notes.push(note);
        }
    }
}
