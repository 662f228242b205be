//! The chat relay: what it adds to the first token, how many chunks it holds, and what memory that takes.

#[path = "../../../tests/serving/model_server.rs"]
#[allow(clippy::unwrap_used, dead_code, reason = "the server of the tests, used whole")]
mod model_server;
#[path = "../../../tests/serving/recorded.rs"]
#[allow(dead_code, reason = "the shapes of the tests, used whole")]
mod recorded;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use tt_jukebox::protocol::{ChatMessage, ChatOptions, ChatOutcome};
use tt_jukebox::serving::chat::{Chat as Question, chat};
use tt_jukebox::serving::endpoint::Endpoint;

use super::{median, metric, milliseconds};
use model_server::{Chat, ModelServer};

/// Chunks of one long answer.
const CHUNKS: usize = 200_000;

/// Measures the relay against a server in a thread of this process.
pub fn measure() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = ModelServer::start();
    let direct = median(100, || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port))?;
        stream.write_all(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")?;
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        while !seen.windows(4).any(|bytes| bytes == b"\"mo\"") {
            let count = stream.read(&mut buffer)?;
            seen.extend_from_slice(buffer.get(..count).filter(|bytes| !bytes.is_empty()).context("no token")?);
        }
        Ok(())
    })?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        let mut first = None;
        runtime.block_on(ask(&server, &mut || {
            first.get_or_insert_with(|| begun.elapsed());
        }))?;
        times.push(first.context("no token came")?);
    }
    times.sort_unstable();
    metric("chat_added_first_token_ms", milliseconds(times[times.len() / 2]) - direct, "ms");

    let server = server.chats([Chat::Endless(CHUNKS)]);
    runtime.block_on(ask(&server, &mut || ()))?;
    let (before, begun) = (resident_kb()?, Instant::now());
    let outcome = runtime.block_on(ask(&server, &mut || ()))?;
    #[expect(clippy::cast_precision_loss, reason = "a count of chunks")]
    metric("chat_chunks_per_s", CHUNKS as f64 / begun.elapsed().as_secs_f64(), "1/s");
    // The text itself has to be held; what grows beside it would be a leak.
    #[expect(clippy::cast_precision_loss, reason = "kilobytes")]
    metric("chat_memory_growth", resident_kb()? - before - outcome.content.len() as f64 / 1000.0, "kB");
    Ok(())
}

async fn ask(server: &ModelServer, told: &mut (dyn FnMut() + Send)) -> Result<ChatOutcome> {
    let failed = |failure: tt_jukebox::error::Failure| anyhow!("{failure}");
    let endpoint = Endpoint::new(&server.url(), None).map_err(failed)?;
    let messages = [ChatMessage { role: "user".into(), content: "hello".into(), ..ChatMessage::default() }];
    let options = ChatOptions::default();
    let mut tell = |_: &_| {
        told();
        true
    };
    chat(&endpoint, &Question { messages: &messages, options: &options }, &mut tell).await.map_err(failed)
}

/// Memory of this process, in kilobytes.
fn resident_kb() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    line.trim().trim_end_matches(" kB").parse().context("VmRSS is no number")
}
