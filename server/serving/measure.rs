//! How fast a server is: time to the first token and tokens a second, with more and more requests at once.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::chat::{Chat, chat};
use super::endpoint::Endpoint;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ChatMessage, ChatOptions, ChatOutcome};

/// One level of a measurement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Level {
    /// Requests at once.
    pub concurrency: u64,
    /// Requests that were answered whole.
    pub answered: u64,
    /// Requests that were not.
    pub failed: u64,
    /// Tokens of one prompt, as the server counts them; 0 when it does not.
    pub prompt_tokens: u64,
    /// Tokens of all answers.
    pub answer_tokens: u64,
    /// Milliseconds to the first token: median.
    pub first_token_ms_p50: f64,
    /// The same, that 95 of 100 requests stay below.
    pub first_token_ms_p95: f64,
    /// Tokens a second for one request, from its first token on: median.
    pub tokens_per_s_user_p50: f64,
    /// The same, that 95 of 100 requests stay above.
    pub tokens_per_s_user_p95: f64,
    /// Tokens a second of all requests together.
    pub tokens_per_s: f64,
    /// The best published target that it holds; empty for none of them, null where there is none.
    pub reached: Option<String>,
}

/// The levels up to a limit: 1, 4, 16 … and the limit itself.
pub fn levels(limit: u64) -> Vec<u64> {
    let limit = limit.clamp(1, 1024);
    let mut levels: Vec<u64> =
        std::iter::successors(Some(1u64), |level| level.checked_mul(4)).take_while(|level| *level < limit).collect();
    levels.push(limit);
    levels
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Tokens of an answer.
    pub tokens: u64,
    /// Requests of each of those that run at once.
    pub rounds: u64,
    /// Go on past the end that the model sees, so that all answers are as long; known to vLLM only.
    pub ignore_eos: bool,
    /// A number that no other measurement has.
    pub run: u64,
    /// True for what comes before the first level.
    pub warms_up: bool,
}

/// Measures one level.
///
/// # Errors
/// When no request was answered whole, with the first reason.
pub async fn measure(server: &Endpoint, concurrency: u64, plan: Plan) -> Result<Level> {
    let begun = Instant::now();
    let mut asking = JoinSet::new();
    for user in 0..concurrency {
        let server = server.clone();
        asking.spawn(async move {
            let mut answers = Vec::new();
            for round in 0..plan.rounds {
                answers.push(one(&server, &prompt(plan, [concurrency, user, round]), plan).await);
            }
            answers
        });
    }
    let mut answers = Vec::new();
    while let Some(done) = asking.join_next().await {
        answers.extend(done.unwrap_or_default());
    }
    level(concurrency, &answers, begun.elapsed().as_secs_f64())
}

/// A prompt that no server has seen: what tells it from all others stands first, so that no beginning of it is in a cache, also
/// not of the measurement before.
fn prompt(plan: Plan, [concurrency, user, round]: [u64; 3]) -> String {
    let part = if plan.warms_up { "w" } else { "m" };
    let known = "Tell what is known. ".repeat(24);
    format!("{:016x}-{part}{concurrency}-{user}-{round}. {known}Go on with this list of facts about numbers:", plan.run)
}

async fn one(server: &Endpoint, text: &str, plan: Plan) -> Result<ChatOutcome> {
    let messages = [ChatMessage { role: "user".into(), content: text.to_owned(), ..ChatMessage::default() }];
    let options = ChatOptions {
        max_tokens: Some(plan.tokens),
        ignore_eos: plan.ignore_eos.then_some(true),
        temperature: Some(0.0),
        ..ChatOptions::default()
    };
    let outcome = chat(server, &Chat { messages: &messages, options: &options }, &mut |_| true).await?;
    match outcome.trouble {
        Some(trouble) => Err(trouble),
        None => Ok(outcome),
    }
}

/// The figures of the answers of one level, which took `seconds`. Pure.
#[expect(clippy::cast_precision_loss, reason = "counts of tokens far below 2^52")]
fn level(concurrency: u64, answers: &[Result<ChatOutcome>], seconds: f64) -> Result<Level> {
    let whole: Vec<&ChatOutcome> = answers.iter().flatten().collect();
    if whole.is_empty() {
        let first = answers.iter().find_map(|answer| answer.as_ref().err().cloned());
        return Err(first.unwrap_or_else(|| {
            Failure::new(FailureKind::Internal, "nothing was measured", "no request was made", "Please report this.")
        }));
    }
    let tokens = |outcome: &ChatOutcome| outcome.usage.map_or(0, |usage| usage.completion_tokens);
    let mut first: Vec<f64> = whole.iter().filter_map(|outcome| outcome.first_token_ms).collect();
    let rate = |outcome: &&ChatOutcome| {
        let time = outcome.total_ms - outcome.first_token_ms?;
        let after = tokens(outcome).checked_sub(1).filter(|after| *after > 0)?;
        (time > 0.0).then(|| after as f64 * 1000.0 / time)
    };
    let mut rates: Vec<f64> = whole.iter().filter_map(rate).collect();
    let all: u64 = whole.iter().map(|outcome| tokens(outcome)).sum();
    Ok(Level {
        concurrency,
        answered: whole.len() as u64,
        failed: (answers.len() - whole.len()) as u64,
        prompt_tokens: whole.first().and_then(|outcome| outcome.usage).map_or(0, |usage| usage.prompt_tokens),
        answer_tokens: all,
        first_token_ms_p50: percentile(&mut first, 50),
        first_token_ms_p95: percentile(&mut first, 95),
        tokens_per_s_user_p50: percentile(&mut rates, 50),
        tokens_per_s_user_p95: percentile(&mut rates, 5),
        tokens_per_s: if seconds > 0.0 { all as f64 / seconds } else { 0.0 },
        reached: None,
    })
}

/// The value that `percent` of 100 stay below; 0 of none.
fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Ended, Usage};

    #[test]
    fn levels_end_at_the_limit() {
        assert_eq!(levels(1), [1]);
        assert_eq!(levels(16), [1, 4, 16]);
        assert_eq!(levels(32), [1, 4, 16, 32]);
        assert_eq!(levels(0), [1]);
    }

    #[test]
    fn figures_of_a_level() {
        let outcome = |first: f64, total_ms: f64| ChatOutcome {
            schema: 1,
            url: String::new(),
            model: String::new(),
            content: String::new(),
            reasoning: String::new(),
            tool_calls: Vec::new(),
            ended: Ended::Length,
            finish_reason: None,
            usage: Some(Usage { prompt_tokens: 100, completion_tokens: 11, total_tokens: 111 }),
            first_token_ms: Some(first),
            total_ms,
            left_out: 0,
            notes: Vec::new(),
            trouble: None,
        };
        let failure = || Failure::new(FailureKind::Network, "x", "y", "z");
        let answers = [Ok(outcome(10.0, 110.0)), Ok(outcome(30.0, 230.0)), Err(failure()), Ok(outcome(20.0, 120.0))];
        let level = level(4, &answers, 2.0).unwrap();
        assert_eq!((level.answered, level.failed, level.answer_tokens), (3, 1, 33));
        assert_eq!((level.first_token_ms_p50, level.first_token_ms_p95), (20.0, 30.0));
        assert_eq!((level.tokens_per_s_user_p50, level.tokens_per_s_user_p95), (100.0, 50.0));
        assert_eq!(level.tokens_per_s, 16.5);
        assert_eq!(super::level(1, &[Err(failure())], 1.0).unwrap_err(), failure());
    }
}
