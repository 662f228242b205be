//! Reader of `tt-smi -s`: every layout from 3.0 to 6.8, tolerant of log lines, colour codes, padded strings, nulls and
//! `N/A`. Schema: tt-smi 3.0.27 to 6.8.0; one entry is one chip, not one board.

use serde_json::Value;

/// What one snapshot says, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// `TT-KMD 2.7.0` becomes `2.7.0`.
    pub driver: Option<String>,
    /// Version of tt-smi.
    pub tt_smi: Option<String>,
    /// One entry per chip, in the order of the snapshot.
    pub chips: Vec<SmiChip>,
}

/// One chip of a snapshot. Numbers are as printed; the plausibility gates come later.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SmiChip {
    /// PCI address; none for a chip behind Ethernet.
    pub bus_id: Option<String>,
    /// `n300 L`, `p150b` …
    pub board_type: Option<String>,
    /// Hexadecimal board id as printed.
    pub board_id: Option<String>,
    /// True for the chip of a board that has no PCIe of its own.
    pub remote: bool,
    /// Degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Watt.
    pub power_w: Option<f64>,
    /// Ampere.
    pub current_a: Option<f64>,
    /// Volt.
    pub voltage_v: Option<f64>,
    /// Megahertz.
    pub aiclk_mhz: Option<f64>,
    /// Firmware bundle.
    pub fw_bundle: Option<String>,
    /// Counter of the firmware.
    pub heartbeat: Option<u64>,
    /// tt-smi's word on the memory training; not an error by itself on Blackhole.
    pub dram_ok: Option<bool>,
    /// Temperature at which the chip throttles, in degrees Celsius.
    pub temperature_limit_c: Option<f64>,
    /// Power that the chip may draw, in watt.
    pub power_limit_w: Option<f64>,
}

/// Reads what `tt-smi -s` printed. Text around the JSON object is ignored.
///
/// # Errors
/// One sentence that says why there is no snapshot in the text.
pub fn parse(stdout: &str) -> Result<Snapshot, String> {
    let clean = anstream::adapter::strip_str(stdout).to_string();
    let Some(start) = start_of_object(&clean) else {
        return Err(said_instead(&clean));
    };
    let mut values = serde_json::Deserializer::from_str(&clean[start..]).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => read_snapshot(&value),
        Some(Err(error)) if error.is_eof() => Err("the snapshot is cut off".into()),
        Some(Err(error)) => Err(format!("the snapshot is not valid JSON: {error}")),
        None => Err("there is no snapshot in the output".into()),
    }
}

/// The first line that begins with a brace: log lines before it may hold braces of their own.
fn start_of_object(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('{') {
            return Some(at + (line.len() - line.trim_start().len()));
        }
        at += line.len();
    }
    None
}

fn said_instead(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("nothing");
    let short: String = line.chars().take(200).collect();
    format!("tt-smi printed no snapshot; it said: {short}")
}

fn read_snapshot(value: &Value) -> Result<Snapshot, String> {
    let Some(entries) = value.get("device_info").and_then(Value::as_array) else {
        return Err("the JSON holds no device_info list, so it is not a tt-smi snapshot".into());
    };
    let driver = text(value.pointer("/host_info/Driver"))
        .and_then(|text| text.split_whitespace().next_back().map(str::to_owned))
        .filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    Ok(Snapshot {
        driver,
        tt_smi: text(value.pointer("/host_sw_vers/tt_smi")),
        chips: entries.iter().map(read_chip).collect(),
    })
}

fn read_chip(entry: &Value) -> SmiChip {
    let board_type = text(entry.pointer("/board_info/board_type"));
    let bus_id = text(entry.pointer("/board_info/bus_id"));
    let named = |test: fn(&str) -> bool| board_type.as_deref().is_some_and(test);
    let remote = bus_id.is_none() && named(|name| name.ends_with(" R") || name.starts_with('p'));
    // On the 4U Galaxy the bundle number can stand in the other field (tt-smi#72).
    let flash_version = if named(|name| name.starts_with("wh_4u")) { "/firmwares/tt_flash_version" } else { "" };
    SmiChip {
        remote,
        board_id: text(entry.pointer("/board_info/board_id")),
        temperature_c: number(entry.pointer("/telemetry/asic_temperature")),
        power_w: number(entry.pointer("/telemetry/power")),
        current_a: number(entry.pointer("/telemetry/current")),
        voltage_v: number(entry.pointer("/telemetry/voltage")),
        aiclk_mhz: number(entry.pointer("/telemetry/aiclk")),
        fw_bundle: text(entry.pointer("/firmwares/fw_bundle_version")).or_else(|| text(entry.pointer(flash_version))),
        heartbeat: text(entry.pointer("/telemetry/heartbeat")).and_then(|text| text.parse().ok()),
        dram_ok: entry.pointer("/board_info/dram_status").and_then(Value::as_bool),
        // An unknown limit is 0 in every version.
        temperature_limit_c: number(entry.pointer("/limits/thm_limit")).filter(|limit| *limit > 0.0),
        power_limit_w: number(entry.pointer("/limits/tdp_limit")).filter(|limit| *limit > 0.0),
        board_type,
        bus_id,
    }
}

/// A string or number as trimmed text; null, empty and `N/A` are none.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && !text.eq_ignore_ascii_case("n/a")).then_some(text)
}

fn number(value: Option<&Value>) -> Option<f64> {
    text(value)?.parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const N300: &str = r#"{"host_info": {"Driver": "TT-KMD 2.7.0"}, "host_sw_vers": {"tt_smi": "6.8.0"}, "device_info": [
        {"board_info": {"bus_id": "0000:01:00.0", "board_type": "n300 L", "board_id": "0100014511708001"},
         "telemetry": {"voltage": "0.80", "power": " 14.0", "aiclk": 500, "asic_temperature": "38.6", "heartbeat": "7"},
         "limits": {"tdp_limit": "160", "thm_limit": " 75", "bus_peak_limit": 0},
         "firmwares": {"fw_bundle_version": "19.5.0.0"}},
        {"board_info": {"bus_id": "N/A", "board_type": "n300 R", "board_id": "0100014511708001"}, "telemetry": null}]}"#;

    #[test]
    fn padded_numbers_nulls_and_remote_chips() {
        let snapshot = parse(N300).unwrap();
        assert_eq!(snapshot.driver.as_deref(), Some("2.7.0"));
        assert_eq!(snapshot.chips.len(), 2);
        assert_eq!(snapshot.chips[0].power_w, Some(14.0));
        assert_eq!(snapshot.chips[0].aiclk_mhz, Some(500.0));
        assert_eq!(snapshot.chips[0].temperature_limit_c, Some(75.0));
        assert_eq!(snapshot.chips[0].power_limit_w, Some(160.0));
        assert!(!snapshot.chips[0].remote);
        assert!(snapshot.chips[1].remote);
        assert_eq!(snapshot.chips[1].temperature_c, None);
    }

    #[test]
    fn log_lines_and_colours_around_the_json_are_ignored() {
        let noisy = format!("\u{1b}[31m2026-11-21 | error | UMD | {{oops}}\u{1b}[0m\n  at 0x1\n{N300}\ntrailing {{");
        assert_eq!(parse(&noisy).unwrap(), parse(N300).unwrap());
    }

    #[test]
    fn each_way_of_having_no_snapshot_says_which() {
        let no_driver = "\u{1b}[91mNo Tenstorrent driver detected! Please install driver using tt-kmd\u{1b}[0m\n";
        assert_eq!(
            parse(no_driver),
            Err("tt-smi printed no snapshot; it said: No Tenstorrent driver detected! Please install driver using tt-kmd".into())
        );
        assert_eq!(parse(&N300[..200]), Err("the snapshot is cut off".into()));
        assert!(parse("{\"a\": 1}").unwrap_err().contains("no device_info"));
        assert!(parse("").is_err());
    }
}
