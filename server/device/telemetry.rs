//! Which numbers are believable. A chip that hangs reports all ones, and old drivers report nonsense after a flash;
//! such a number is worse than none, so it becomes none.

use super::facts::Reading;

/// A quantity with the range outside of which no real board has ever been.
///
/// Source: the states listed for tt-kmd (65535.999 C, 4.29 GW and 255.255.255.255 from a hung chip; 3.21 kV from stale
/// telemetry addresses, tt-kmd#213) against the idle and load values that boards report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// Name for people.
    pub name: &'static str,
    /// Unit for people.
    pub unit: &'static str,
    /// Smallest believable value, exclusive where it is zero degrees.
    low: f64,
    high: f64,
    low_excluded: bool,
}

/// Chip temperature in degrees Celsius.
pub const TEMPERATURE_C: Gate = Gate { name: "temperature", unit: "°C", low: 0.0, high: 125.0, low_excluded: true };
/// Core voltage in volt.
pub const VOLTAGE_V: Gate = Gate { name: "voltage", unit: "V", low: 0.3, high: 1.5, low_excluded: false };
/// Chip power in watt.
pub const POWER_W: Gate = Gate { name: "power", unit: "W", low: 0.0, high: 1000.0, low_excluded: false };
/// Core current in ampere.
pub const CURRENT_A: Gate = Gate { name: "current", unit: "A", low: 0.0, high: 1000.0, low_excluded: false };
/// AI clock in megahertz.
pub const AICLK_MHZ: Gate = Gate { name: "AI clock", unit: "MHz", low: 0.0, high: 2000.0, low_excluded: false };

/// A believable value, or the reason why there is none.
pub type Measured = Result<f64, String>;

impl Gate {
    /// Lets a believable value through.
    pub fn check(self, value: f64) -> Measured {
        let too_low = if self.low_excluded { value <= self.low } else { value < self.low };
        if !value.is_finite() || too_low || value > self.high {
            return Err(format!(
                "{} reads {value} {}, which no board can have ({} to {})",
                self.name, self.unit, self.low, self.high
            ));
        }
        Ok(value)
    }

    /// Reads a sysfs number given in `scale`-ths of the unit, for example millidegrees with 1000.
    pub fn from_reading(self, reading: Option<&Reading>, scale: f64) -> Measured {
        match reading {
            None => Err(format!("{} is not offered by the driver", self.name)),
            Some(Reading::Error(error)) => Err(format!("{} could not be read: {error}", self.name)),
            Some(Reading::Text(text)) => match text.trim().parse::<f64>() {
                Ok(number) => self.check(number / scale),
                Err(_) => Err(format!("{} reads {text:?}, which is not a number", self.name)),
            },
        }
    }
}

/// A firmware version, unless it is the all-ones of a hung chip, zero or no version at all.
pub fn believable_version(text: &str) -> Option<String> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('.').collect();
    let is_version = parts.len() >= 2 && parts.iter().all(|part| part.parse::<u32>().is_ok());
    let stuck = parts.iter().all(|part| *part == "255") || parts.iter().all(|part| *part == "0");
    (is_version && !stuck).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Reading {
        Reading::Text(value.to_owned())
    }

    #[test]
    fn values_of_a_hung_or_freshly_flashed_chip_are_refused() {
        assert!(TEMPERATURE_C.from_reading(Some(&text("65535999")), 1e3).is_err());
        assert!(VOLTAGE_V.from_reading(Some(&text("4294967295")), 1e3).is_err());
        assert!(POWER_W.from_reading(Some(&text("4294967295000000")), 1e6).is_err());
        assert!(VOLTAGE_V.from_reading(Some(&text("3210000")), 1e3).is_err());
        assert!(TEMPERATURE_C.from_reading(Some(&text("0")), 1e3).is_err(), "a missing sensor is not 0 °C");
        assert!(TEMPERATURE_C.check(f64::NAN).is_err());
    }

    #[test]
    fn plausible_values_pass_in_their_unit() {
        assert_eq!(TEMPERATURE_C.from_reading(Some(&text("40800")), 1e3), Ok(40.8));
        assert_eq!(POWER_W.from_reading(Some(&text("30000000")), 1e6), Ok(30.0));
        assert_eq!(AICLK_MHZ.from_reading(Some(&text(" 800 ")), 1.0), Ok(800.0));
    }

    #[test]
    fn a_missing_value_has_its_reason() {
        let reason = TEMPERATURE_C.from_reading(Some(&Reading::Error("EIO".into())), 1e3);
        assert_eq!(reason, Err("temperature could not be read: EIO".to_owned()));
        assert_eq!(TEMPERATURE_C.from_reading(None, 1e3), Err("temperature is not offered by the driver".to_owned()));
    }

    #[test]
    fn versions() {
        assert_eq!(believable_version("19.5.0.0"), Some("19.5.0.0".into()));
        for bad in ["255.255.255.255", "0.0.0.0", "N/A", "", "x.y"] {
            assert_eq!(believable_version(bad), None, "{bad}");
        }
    }
}
