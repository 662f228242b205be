//! `/metrics` of a server: the few figures that tell what it has to do. Pure.
//!
//! Names: recorded from vLLM 0.16; `gpu_cache_usage_perc` is the older name of `kv_cache_usage_perc`
//! (vllm/engine/metrics.py before 0.9).

use crate::protocol::Load;

/// What one look has read; counters are since the start of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metrics {
    running: f64,
    waiting: f64,
    kv_cache_use: Option<f64>,
    generated: f64,
    first_token_sum: f64,
    first_token_count: f64,
}

/// Reads the text format of Prometheus. None when it has no figure of a model server.
pub fn read(text: &str) -> Option<Metrics> {
    let mut metrics = Metrics::default();
    let mut seen = false;
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("vllm:") else { continue };
        let end = rest.find(['{', ' ']).unwrap_or(rest.len());
        // Labels may hold blanks and braces; the value is the first word behind them.
        let after = rest[end..].rfind('}').map_or(&rest[end..], |brace| &rest[end + brace + 1..]);
        let value = after.split_whitespace().next().and_then(|value| value.parse::<f64>().ok());
        let Some(value) = value.filter(|value| value.is_finite()) else { continue };
        // Engines of one server each have a line.
        match &rest[..end] {
            "num_requests_running" => metrics.running += value,
            "num_requests_waiting" => metrics.waiting += value,
            "kv_cache_usage_perc" | "gpu_cache_usage_perc" => {
                metrics.kv_cache_use = Some(metrics.kv_cache_use.map_or(value, |most| most.max(value)));
            }
            "generation_tokens_total" => metrics.generated += value,
            "time_to_first_token_seconds_sum" => metrics.first_token_sum += value,
            "time_to_first_token_seconds_count" => metrics.first_token_count += value,
            _ => continue,
        }
        seen = true;
    }
    seen.then_some(metrics)
}

impl Metrics {
    /// A first look, without rates.
    pub fn alone(&self) -> Load {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of requests")]
        let count = |value: f64| value.max(0.0) as u64;
        Load {
            running: count(self.running),
            waiting: count(self.waiting),
            kv_cache_use: self.kv_cache_use.map(|used| used.clamp(0.0, 1.0)),
            tokens_per_s: None,
            first_token_s: mean(self.first_token_sum, self.first_token_count),
        }
    }

    /// A look with the rates since another one, `seconds` ago. A server that has started again counts from zero, and has
    /// no rates yet.
    pub fn since(&self, before: &Self, seconds: f64) -> Load {
        let alone = self.alone();
        let again = self.generated < before.generated || self.first_token_count < before.first_token_count;
        if again || seconds < 0.05 {
            return alone;
        }
        let lately =
            mean(self.first_token_sum - before.first_token_sum, self.first_token_count - before.first_token_count);
        Load {
            tokens_per_s: Some((self.generated - before.generated) / seconds),
            first_token_s: lately.or(alone.first_token_s),
            ..alone
        }
    }
}

fn mean(sum: f64, count: f64) -> Option<f64> {
    (count > 0.0 && sum >= 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP vllm:num_requests_running Number\n\
        vllm:num_requests_running{engine=\"0\",model_name=\"a } b\"} 2.0\n\
        vllm:num_requests_running{engine=\"1\",model_name=\"a } b\"} 1.0\n\
        vllm:num_requests_waiting{engine=\"0\"} 4.0\n\
        vllm:kv_cache_usage_perc{engine=\"0\"} 0.25\n\
        vllm:generation_tokens_total{engine=\"0\"} 24.0\n\
        vllm:generation_tokens_created{engine=\"0\"} 1.7e9\n\
        vllm:time_to_first_token_seconds_count{engine=\"0\"} 2.0\n\
        vllm:time_to_first_token_seconds_sum{engine=\"0\"} 0.5\n\
        vllm:num_requests_waiting NaN\n";

    #[test]
    fn figures_and_rates() {
        let first = read(TEXT).unwrap();
        let load = first.alone();
        assert_eq!((load.running, load.waiting, load.kv_cache_use), (3, 4, Some(0.25)));
        assert_eq!((load.tokens_per_s, load.first_token_s), (None, Some(0.25)));
        let later = Metrics { generated: 124.0, first_token_sum: 0.6, first_token_count: 3.0, ..first };
        let load = later.since(&first, 2.0);
        assert_eq!(load.tokens_per_s, Some(50.0));
        assert!((load.first_token_s.unwrap() - 0.1).abs() < 1e-9);
        assert_eq!(first.since(&later, 2.0).tokens_per_s, None, "a server that has started again");
    }

    #[test]
    fn what_is_no_model_server_has_no_figures() {
        assert_eq!(read("<html>"), None);
        assert_eq!(read("python_info 1.0\nvllm:something_new 3\n"), None);
        assert!(read("vllm:gpu_cache_usage_perc 0.5").unwrap().kv_cache_use.is_some());
    }
}
