//! Tables that fit the terminal: columns that matter less go first, and only then is text cut.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Row, Table};

use super::output::printable;
use super::terminal::Terminal;

/// Blanks between two columns.
const GAP: u16 = 2;

/// One column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    title: &'static str,
    /// The greater, the sooner it is left out; 0 stays.
    spare: u8,
    /// True for figures, which stand to the right.
    figures: bool,
}

/// A column that always stays.
pub(super) const fn column(title: &'static str) -> Column {
    Column { title, spare: 0, figures: false }
}

impl Column {
    /// The same, left out when the terminal is too narrow: the greater `spare`, the sooner.
    pub(super) const fn spare(self, spare: u8) -> Self {
        Self { spare, ..self }
    }

    /// The same for figures.
    pub(super) const fn figures(self) -> Self {
        Self { figures: true, ..self }
    }
}

/// One line of a table.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// A heading over the lines that follow.
    Heading(String),
    /// Cells, each with what it means to the reader.
    Cells(Vec<(String, Tone)>),
}

/// What a text means; never told by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Doubtful,
    Bad,
    Quiet,
}

/// Plain cells.
pub(super) fn cells(texts: Vec<String>) -> Line {
    Line::Cells(texts.into_iter().map(|text| (text, Tone::Plain)).collect())
}

/// Columns side by side. Text from outside is made printable here, so that the result may hold our own colours.
pub(super) fn table(columns: &[Column], lines: &[Line], terminal: Terminal) -> String {
    let shown = shown(columns, lines, terminal.width);
    let mut table = build(columns, lines, &shown, terminal.colour);
    if let Some(width) = terminal.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Positions of the columns that find room.
fn shown(columns: &[Column], lines: &[Line], width: Option<u16>) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let Some(width) = width else { return shown };
    let widths = build(columns, lines, &shown, false).column_max_content_widths();
    let needed = |shown: &[usize]| -> u16 {
        let content: u16 = shown.iter().filter_map(|at| widths.get(*at)).sum();
        content.saturating_add(GAP.saturating_mul(u16::try_from(shown.len()).unwrap_or(u16::MAX)))
    };
    while needed(&shown) > width {
        let spare = shown.iter().copied().filter(|at| columns[*at].spare > 0).max_by_key(|at| columns[*at].spare);
        let Some(spare) = spare else { break };
        shown.retain(|at| *at != spare);
    }
    shown
}

fn build(columns: &[Column], lines: &[Line], shown: &[usize], colour: bool) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_truncation_indicator("…");
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(shown.iter().map(|at| columns[*at].title));
    for line in lines {
        let mut row = match line {
            Line::Heading(text) => Row::from(vec![Cell::new(printable(text)).add_attribute(Attribute::Bold)]),
            Line::Cells(cells) => Row::from(shown.iter().filter_map(|at| cells.get(*at)).map(cell).collect::<Vec<_>>()),
        };
        row.max_height(1);
        table.add_row(row);
    }
    for (column, at) in table.column_iter_mut().zip(shown) {
        column.set_padding((0, GAP));
        if columns[*at].figures {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn cell((text, tone): &(String, Tone)) -> Cell {
    let cell = Cell::new(printable(text));
    match tone {
        Tone::Plain => cell,
        Tone::Good => cell.fg(Color::Green),
        Tone::Doubtful => cell.fg(Color::Yellow),
        Tone::Bad => cell.fg(Color::Red),
        Tone::Quiet => cell.add_attribute(Attribute::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] =
        [column("MODEL"), column("DEVICE").spare(1), column("RAM").spare(2).figures(), column("STATE")];

    fn rendered(width: Option<u16>, colour: bool) -> String {
        let row = |model: &str, ram: &str| {
            let texts = [model, "N150", ram, "needs setup"].map(|text| (text.to_owned(), Tone::Plain));
            Line::Cells(texts.to_vec())
        };
        let mut lines = vec![
            Line::Heading("Llama".into()),
            row("Llama-3.1-8B-Instruct", "20 GB"),
            row("Llama-\u{1b}[31m", "2.5 GB"),
        ];
        if let Line::Cells(cells) = &mut lines[1] {
            cells[3].1 = Tone::Bad;
        }
        table(&COLUMNS, &lines, Terminal { width, colour })
    }

    #[test]
    fn what_matters_less_goes_first_and_text_is_cut_last() {
        expect_test::expect![[r#"
            MODEL                  DEVICE     RAM  STATE
            Llama
            Llama-3.1-8B-Instruct  N150     20 GB  needs setup
            Llama- [31m            N150    2.5 GB  needs setup"#]]
        .assert_eq(&rendered(None, false));
        expect_test::expect![[r#"
            MODEL                  DEVICE  STATE
            Llama
            Llama-3.1-8B-Instruct  N150    needs setup
            Llama- [31m            N150    needs setup"#]]
        .assert_eq(&rendered(Some(48), false));
        expect_test::expect![[r#"
            MODEL            STATE
            Llama
            Llama-3.1-8B-I…  needs setup
            Llama- [31m      needs setup"#]]
        .assert_eq(&rendered(Some(30), false));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 24..80 {
            for line in rendered(Some(width), false).lines() {
                assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
            }
        }
    }

    #[test]
    fn only_our_own_colours_are_in_it() {
        let text = rendered(None, true);
        assert!(
            text.contains("\u{1b}[38;5;9m") || text.contains("\u{1b}[31m") || text.contains("\u{1b}[38;5;1m"),
            "{text:?}"
        );
        assert_eq!(text.matches("Llama- [31m").count(), 1, "{text:?}");
        assert!(!rendered(None, false).contains('\u{1b}'));
    }
}
