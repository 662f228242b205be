//! Logs by `window/logMessage`: VS Code shows every line of a server's stderr as an error, so stderr is for crashes.

use std::fmt;

use lsp_types::MessageType;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry;

/// Lines that wait for the client to be ready; nothing is lost that was said before.
pub type Lines = UnboundedReceiver<(MessageType, String)>;

/// Sends the program's log to a channel. `TT_JUKEBOX_LOG` takes a level or levels by module: `debug`,
/// `tt_jukebox::reset=trace`.
pub fn install() -> Lines {
    let (sender, lines) = unbounded_channel();
    let usual = || Targets::new().with_target("tt_jukebox", Level::INFO);
    let filter = std::env::var("TT_JUKEBOX_LOG").ok().and_then(|filter| filter.parse().ok()).unwrap_or_else(usual);
    // Its codec logs every message as it is: a token among them, and each line of the log as a further line.
    let filter = filter.with_target("tower_lsp", Level::INFO).with_target("tower_lsp::codec", LevelFilter::OFF);
    // A second call in one process keeps the first log; only tests do that.
    let _ = tracing::subscriber::set_global_default(registry().with(filter).with(ToClient(sender)));
    lines
}

struct ToClient(UnboundedSender<(MessageType, String)>);

impl<S: Subscriber> Layer<S> for ToClient {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = match *event.metadata().level() {
            Level::ERROR => MessageType::ERROR,
            Level::WARN => MessageType::WARNING,
            Level::INFO => MessageType::INFO,
            _ => MessageType::LOG,
        };
        // The receiver is gone only when the server ends.
        let _ = self.0.send((level, format!("{}{}", line.message, line.fields)));
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields.push_str(&format!(" {}={value:?}", field.name()));
        }
    }
}
