//! Words of `sqlparse`: the kinds of single ones, and the groups that are one token.

use super::keywords::KEYWORDS;
use super::{Kind, is_space, is_word, word_length};

/// Returns whether a word is a keyword even where others are names: before `(` and beside a dot.
pub(super) fn is_always_keyword(word: &str) -> bool {
    ["CASE", "IN", "VALUES", "USING", "FROM", "AS"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// Returns the kind of a word, in upper case, that stands alone.
pub(super) fn word_kind(word: &str) -> Kind {
    match word {
        "ALTER" | "DROP" | "TRUNCATE" | "CREATE" => Kind::Ddl,
        "COMMIT" | "DELETE" | "INSERT" | "MERGE" | "REPLACE" | "ROLLBACK" | "SELECT" | "START" | "UPDATE"
        | "UPSERT" | "GRANT" | "REVOKE" | "WITH" => Kind::OtherKeyword,
        _ if KEYWORDS.binary_search(&word).is_ok() => Kind::Keyword,
        _ if BUILTINS.binary_search(&word).is_ok() => Kind::Other,
        _ => Kind::Name,
    }
}

/// `Name.Builtin` and `Operator`, which are neither names nor keywords.
#[rustfmt::skip]
const BUILTINS: &[&str] = &[
    "ARRAY", "BIGINT", "BIGNUMERIC", "BINARY", "BIT", "BLOB", "BOOLEAN", "CHAR", "DATE", "DEC", "DECIMAL", "DIV",
    "FILE_TYPE", "FLOAT", "INT", "INT8", "INTEGER", "INTERVAL", "LONG", "MAP", "NATURALN", "NUMBER", "NUMERIC",
    "NVARCHAR", "PLS_INTEGER", "POSITIVE", "POSITIVEN", "REAL", "ROWID", "ROWLABEL", "ROWNUM", "SERIAL", "SERIAL8",
    "SIGNED", "SIGNTYPE", "SIMPLE_DOUBLE", "SIMPLE_FLOAT", "SIMPLE_INTEGER", "SMALLINT", "STRING", "STRUCT",
    "SYS_REFCURSOR", "TEXT", "TIMESTAMP", "TINYINT", "UNSIGNED", "UROWID", "UTL_FILE", "VARCHAR", "VARCHAR2",
    "VARIANT", "VARYING",
];

/// Returns the words at the start that are one token, with their kind; `first` is the first word in upper case.
pub(super) fn phrase(rest: &str, first: &str) -> Option<(Kind, usize)> {
    let words = |list: &[&str]| follow(rest, list);
    let keyword = |length: usize| (Kind::Keyword, length);
    match first {
        "LEFT" | "RIGHT" | "FULL" | "INNER" | "OUTER" | "STRAIGHT" | "CROSS" | "NATURAL" | "JOIN" => {
            join(rest).map(keyword)
        }
        "END" => {
            let longer = ["IF", "LOOP", "WHILE", "FOR", "CASE"].iter().find_map(|word| words(&["END", word]));
            Some(keyword(longer.unwrap_or(3)))
        }
        "IF" => words(&["IF", "NOT", "EXISTS"]).or_else(|| words(&["IF", "EXISTS"])).map(keyword),
        "NOT" => words(&["NOT", "NULL"]).map(keyword).or_else(|| {
            let operator = ["LIKE", "ILIKE", "RLIKE", "REGEXP"].iter().find_map(|word| words(&["NOT", word]));
            operator.map(|length| (Kind::Other, length))
        }),
        "ASC" | "DESC" => {
            let nulls = words(&[first, "NULLS", "FIRST"]).or_else(|| words(&[first, "NULLS", "LAST"]));
            Some((Kind::OtherKeyword, nulls.unwrap_or(first.len())))
        }
        "NULLS" => {
            let nulls = words(&["NULLS", "FIRST"]).or_else(|| words(&["NULLS", "LAST"]));
            nulls.map(|length| (Kind::OtherKeyword, length))
        }
        "CREATE" => Some((Kind::Ddl, words(&["CREATE", "OR", "REPLACE"]).unwrap_or(6))),
        "DOUBLE" => words(&["DOUBLE", "PRECISION"]).map(|length| (Kind::Other, length)),
        "UNION" => words(&["UNION", "ALL"]).map(keyword),
        "GROUP" | "ORDER" => words(&[first, "BY"]).map(keyword),
        "PRIMARY" => words(&["PRIMARY", "KEY"]).map(keyword),
        "HANDLER" => words(&["HANDLER", "FOR"]).map(keyword),
        "GO" => go(rest).map(keyword),
        "AT" => time_zone(rest).map(|length| (Kind::OtherKeyword, length)),
        "LIKE" | "ILIKE" | "RLIKE" | "REGEXP" => Some((Kind::Other, first.len())),
        _ => None,
    }
}

/// Returns the length of these words with white space between them.
fn follow(rest: &str, words: &[&str]) -> Option<usize> {
    let mut at = 0;
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            at += spaces(&rest[at..]).filter(|length| *length > 0)?;
        }
        let length = word_length(&rest[at..]);
        if !rest[at..at + length].eq_ignore_ascii_case(word) {
            return None;
        }
        at += length;
    }
    Some(at)
}

/// `LEFT OUTER JOIN` and its kin.
fn join(rest: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let length = word_length(&rest[at..]);
        let word = rest[at..at + length].to_ascii_uppercase();
        at += length;
        match word.as_str() {
            "JOIN" => return Some(at),
            "LEFT" | "RIGHT" | "FULL" | "INNER" | "OUTER" | "STRAIGHT" | "CROSS" | "NATURAL" => {
                at += spaces(&rest[at..]).filter(|length| *length > 0)?;
            }
            _ => return None,
        }
    }
}

/// `GO 2`: a number after one white space.
fn go(rest: &str) -> Option<usize> {
    let space = rest[2..].chars().next().filter(|c| is_space(*c))?;
    let tail = &rest[2 + space.len_utf8()..];
    let digits = tail.find(|c: char| !c.is_numeric()).unwrap_or(tail.len());
    (digits > 0 && !tail[digits..].starts_with(is_word)).then_some(2 + space.len_utf8() + digits)
}

/// `AT TIME ZONE '…'`.
fn time_zone(rest: &str) -> Option<usize> {
    let at = follow(rest, &["AT", "TIME", "ZONE"])?;
    let quote = at + spaces(&rest[at..]).filter(|length| *length > 0)?;
    let inside = rest[quote..].strip_prefix('\'')?;
    inside.find('\'').filter(|length| *length > 0).map(|length| quote + 1 + length + 1)
}

fn spaces(text: &str) -> Option<usize> {
    Some(text.find(|c| !is_space(c)).unwrap_or(text.len()))
}
