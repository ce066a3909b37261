//! Values as Python's `str` and `repr` write them.

use limosa_model::SmolStr;

use super::Literal;
use super::temporal::{Date, Duration};

/// Python's `repr(float)`.
pub(super) fn python_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// Python's `str` of a value, as fields of text apply it.
pub(super) fn python_str(value: &Literal) -> Option<SmolStr> {
    Some(match value {
        Literal::None => SmolStr::new_static("None"),
        Literal::Bool(value) => SmolStr::new_static(if *value { "True" } else { "False" }),
        Literal::Int(value) | Literal::Sized(value, _) => smol_str::format_smolstr!("{value}"),
        Literal::Float(value) => python_float(*value).into(),
        Literal::Decimal(value) => smol_str::format_smolstr!("{value}"),
        Literal::Text(text) | Literal::Inet(text) => text.clone(),
        Literal::Date(value) => Date(*value).to_string().into(),
        Literal::DateTime(value) => value.to_string().into(),
        Literal::Time(value) => value.to_string().into(),
        Literal::Duration(value) => Duration(*value).to_string().into(),
        Literal::Uuid(value) => hyphenated(*value).into(),
        Literal::Bytes(bytes) => python_bytes(bytes).into(),
        Literal::List(items) => {
            let items = items.iter().map(python_repr).collect::<Option<Vec<_>>>()?;
            smol_str::format_smolstr!("[{}]", items.join(", "))
        }
        Literal::Dict(pairs) => {
            let pair =
                |(key, value): &(Literal, Literal)| Some(format!("{}: {}", python_repr(key)?, python_repr(value)?));
            smol_str::format_smolstr!("{{{}}}", pairs.iter().map(pair).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Literal::Json(_) | Literal::Range(_) => return None,
    })
}

/// Python's `repr` of a value within a list or a dictionary, where that is its `str` or a text of plain characters.
fn python_repr(value: &Literal) -> Option<SmolStr> {
    match value {
        Literal::Text(text) => {
            let plain = text.chars().all(|character| matches!(character, ' '..='~') && character != '\\');
            let quote = if text.contains('\'') { '"' } else { '\'' };
            (plain && !text.contains(quote)).then(|| smol_str::format_smolstr!("{quote}{text}{quote}"))
        }
        Literal::None
        | Literal::Bool(_)
        | Literal::Int(_)
        | Literal::Sized(..)
        | Literal::Float(_)
        | Literal::Bytes(_)
        | Literal::List(_)
        | Literal::Dict(_) => python_str(value),
        _ => None,
    }
}

/// Writes bytes as Python's `repr` does.
pub(super) fn python_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match char::from(*byte) {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            escaped if escaped == quote => text.extend(['\\', escaped]),
            plain @ ' '..='~' => text.push(plain),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

/// Writes a UUID in its five groups.
pub(super) fn hyphenated(number: u128) -> String {
    let digits = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_floats_as_python_does() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(python_float(value), text);
        }
    }
}
