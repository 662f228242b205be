//! The command line, as its parser has it.

use clap::{Arg, Command};

use super::{MADE, code, table};

pub fn page() -> String {
    let mut program = tt_jukebox::cli::parser();
    program.build();
    let globals: Vec<&Arg> = program.get_arguments().filter(|arg| arg.is_global_set()).collect();
    let after = program.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("# The command line\n\n{MADE} The list is the parser; `--help` prints the same.\n\n");
    text.push_str("## For every command\n\nThese stand before or after the name of a command.\n\n");
    text.push_str(&arguments(&globals));
    text.push_str(&format!("\n```text\n{}\n```\n", after.trim_end()));
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        section(command, "tt-jukebox", &mut text);
    }
    text
}

fn section(command: &Command, before: &str, text: &mut String) {
    let name = format!("{before} {}", command.get_name());
    // `tt-jukebox env list` stands below `tt-jukebox env`.
    let level = "#".repeat(name.split(' ').count());
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    text.push_str(&format!("\n{level} {}\n\n{about}.\n\n```text\n{usage}\n```\n", code(&name)));
    let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help";
    let own: Vec<&Arg> = command.get_arguments().filter(own).collect();
    if !own.is_empty() {
        text.push_str(&format!("\n{}", arguments(&own)));
    }
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        section(command, &name, text);
    }
}

fn arguments(all: &[&Arg]) -> String {
    let rows: Vec<Vec<String>> = all.iter().map(|arg| vec![written(arg), meaning(arg)]).collect();
    table(&["argument", "meaning"], &rows)
}

fn written(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default().iter().map(|name| format!("<{name}>"));
    let values: Vec<String> = if arg.get_action().takes_values() { names.collect() } else { Vec::new() };
    let values = values.join(" ");
    if arg.is_positional() {
        return code(&values);
    }
    let short = arg.get_short().map(|short| code(&format!("-{short}")));
    let long = arg.get_long().map(|long| code(format!("--{long} {values}").trim()));
    short.into_iter().chain(long).collect::<Vec<_>>().join(", ")
}

fn meaning(arg: &Arg) -> String {
    let mut meaning = arg.get_help().or(arg.get_long_help()).map(ToString::to_string).unwrap_or_default();
    let aliases = arg.get_visible_aliases().unwrap_or_default();
    if !aliases.is_empty() {
        meaning.push_str(&format!(" (also `--{}`)", aliases.join("`, `--")));
    }
    let default: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !default.is_empty() && arg.get_action().takes_values() {
        meaning.push_str(&format!("; {} by default", code(&default.join(" "))));
    }
    let values = if arg.get_action().takes_values() { arg.get_possible_values() } else { Vec::new() };
    let values: Vec<String> = values
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| match value.get_help() {
            Some(help) if help.to_string() != value.get_name() => format!("{}: {help}", code(value.get_name())),
            _ => code(value.get_name()),
        })
        .collect();
    if !values.is_empty() {
        meaning.push_str(&format!(". Values: {}", values.join("; ")));
    }
    meaning
}
