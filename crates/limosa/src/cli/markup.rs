//! Texts inside of HTML and XML.

/// Returns a text as it may stand in either, between tags or inside of a quoted attribute.
///
/// Line ends become those of Unix; what neither may hold, or what a terminal would act upon, is replaced.
///
/// Source: "Extensible Markup Language (XML) 1.0", section 2.2.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ if letter.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_is_markup() {
        for (text, expected) in [
            ("<a href=\"x\">'&'</a>", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"),
            ("a\r\n\tb\rc", "a\n\tb\u{fffd}c"),
            ("\u{1b}[31m\u{0}\u{ffff}é", "\u{fffd}[31m\u{fffd}\u{fffd}é"),
        ] {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }
}
