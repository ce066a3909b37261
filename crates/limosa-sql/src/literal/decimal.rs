//! Python's `decimal.Decimal`, as far as writing numbers needs it.

use std::fmt;

/// A decimal number as Python keeps it: digits and an exponent, so that `1.50` stays `1.50`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Digits without leading zeros, at least one.
    digits: String,
    exponent: i32,
}

impl Decimal {
    /// Reads a number as `Decimal(text)` does; special values are not read.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "");
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let (number, exponent) = match rest.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(Self { negative, digits: without_leading_zeros(&all), exponent })
    }

    /// Returns an integer as a decimal number.
    pub fn from_int(value: i128) -> Self {
        Self { negative: value < 0, digits: value.unsigned_abs().to_string(), exponent: 0 }
    }

    /// Returns exactly the number that a float is, rounded to `precision` digits where it is given (half to even).
    pub fn from_float(value: f64, precision: Option<u32>) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:.1074}");
        let exact = text.trim_end_matches('0').trim_end_matches('.');
        let number = Self::parse(exact)?;
        Some(match precision {
            Some(precision) => number.rounded(precision as usize),
            None => number,
        })
    }

    /// Returns the number with `places` digits behind the point, rounded half to even (`Decimal.quantize`).
    #[must_use]
    pub fn quantized(&self, places: u32) -> Self {
        let target = -i32::try_from(places).unwrap_or(i32::MAX);
        if self.exponent >= target {
            let zeros = usize::try_from(self.exponent - target).unwrap_or(0);
            let digits = without_leading_zeros(&format!("{}{}", self.digits, "0".repeat(zeros)));
            return Self { negative: self.negative, digits, exponent: target };
        }
        self.cut(usize::try_from(target - self.exponent).unwrap_or(0))
    }

    /// Returns the whole part, as `int(value)` does.
    pub fn truncated(&self) -> Option<i128> {
        let digits = if self.exponent >= 0 {
            format!("{}{}", self.digits, "0".repeat(usize::try_from(self.exponent).ok()?.min(64)))
        } else {
            let cut = usize::try_from(-self.exponent).ok()?;
            self.digits[..self.digits.len().saturating_sub(cut)].to_owned()
        };
        let value: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        Some(if self.negative { -value } else { value })
    }

    /// Returns the nearest float.
    pub fn to_float(&self) -> Option<f64> {
        format!("{}{}e{}", if self.negative { "-" } else { "" }, self.digits, self.exponent).parse().ok()
    }

    /// Returns whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Writes the number without an exponent (`'{:f}'.format`).
    pub fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        if self.exponent >= 0 {
            let zeros = if self.digits == "0" { 0 } else { usize::try_from(self.exponent).unwrap_or(0) };
            return format!("{sign}{}{}", self.digits, "0".repeat(zeros));
        }
        let places = usize::try_from(-self.exponent).unwrap_or(0);
        let padded = format!("{}{}", "0".repeat((places + 1).saturating_sub(self.digits.len())), self.digits);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        format!("{sign}{whole}.{fraction}")
    }

    fn rounded(&self, precision: usize) -> Self {
        match self.digits.len().checked_sub(precision) {
            None | Some(0) => self.clone(),
            Some(cut) => {
                let number = self.cut(cut);
                // 9.99 became 10.0: one digit too many again
                if number.digits.len() > precision { number.cut(number.digits.len() - precision) } else { number }
            }
        }
    }

    /// Removes the last `count` digits, rounding half to even.
    fn cut(&self, count: usize) -> Self {
        let padded = format!("{}{}", "0".repeat((count + 1).saturating_sub(self.digits.len())), self.digits);
        let (kept, lost) = padded.split_at(padded.len() - count);
        let half = format!("5{}", "0".repeat(count.saturating_sub(1)));
        let odd = kept.bytes().last().is_some_and(|digit| (digit - b'0') % 2 == 1);
        let up = count > 0 && (lost > half.as_str() || (lost == half && odd));
        let digits = if up { incremented(kept) } else { kept.to_owned() };
        let exponent = self.exponent.saturating_add(i32::try_from(count).unwrap_or(i32::MAX));
        Self { negative: self.negative, digits: without_leading_zeros(&digits), exponent }
    }
}

/// Python's `Decimal.__str__`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let left = i64::from(self.exponent) + length;
        if self.exponent <= 0 && left > -6 {
            return f.write_str(&self.plain());
        }
        let sign = if self.negative { "-" } else { "" };
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = left - 1;
        write!(f, "{sign}{first}{point}{rest}E{}{}", if exponent < 0 { "" } else { "+" }, exponent)
    }
}

fn without_leading_zeros(digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
}

fn incremented(digits: &str) -> String {
    let mut bytes = digits.as_bytes().to_vec();
    for digit in bytes.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    format!("1{}", String::from_utf8_lossy(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_python_does() {
        for (text, written) in [
            ("1.50", "1.50"),
            ("-0.0", "-0.0"),
            ("1e2", "1E+2"),
            ("1.5E-10", "1.5E-10"),
            (" 007.10 ", "7.10"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1E-7"),
            ("1_000", "1000"),
        ] {
            assert_eq!(Decimal::parse(text).map(|number| number.to_string()).as_deref(), Some(written));
        }
        assert_eq!(Decimal::parse("x"), None);
    }

    #[test]
    fn rounds_half_to_even() {
        let float = |value, precision| Decimal::from_float(value, precision).map(|number| number.to_string());
        assert_eq!(float(0.1, Some(5)).as_deref(), Some("0.10000"));
        assert_eq!(float(2.0, Some(5)).as_deref(), Some("2"));
        assert_eq!(float(0.5, None).as_deref(), Some("0.5"));
        assert_eq!(float(99.99, Some(3)).as_deref(), Some("100"));
        let quantized = |text, places| Decimal::parse(text).map(|number| number.quantized(places).to_string());
        assert_eq!(quantized("0.125", 2).as_deref(), Some("0.12"));
        assert_eq!(quantized("0.135", 2).as_deref(), Some("0.14"));
        assert_eq!(quantized("7", 2).as_deref(), Some("7.00"));
        assert_eq!(quantized("0.004", 2).as_deref(), Some("0.00"));
    }
}
