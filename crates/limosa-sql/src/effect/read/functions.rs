//! What is known of functions: which give one value for a whole statement, which leave everything alone.

use super::cursor::Cursor;
use crate::split::scan::{Token, TokenKind};

/// Functions that give the same value for all rows of a statement when their arguments are the same, in order of the alphabet.
///
/// On PostgreSQL these are `IMMUTABLE` or `STABLE`; the others are functions of MySQL and SQLite that behave alike.
const STEADY: &str = "
    abs acos age ascii asin atan atan2 avg bigint bin bin_to_uuid bit bool_and bool_or btrim cardinality cast
    cbrt ceil ceiling char char_length character_length chr coalesce concat concat_ws connection_id convert cos
    count curdate current_database current_date current_schema current_schemas current_setting current_time
    current_timestamp current_user curtime database date date_part date_trunc daterange datetime decimal decode
    degrees div encode exp extract float floor format format_type from_unixtime generate_series greatest
    group_concat hex hstore if ifnull iif initcap instr int4range int8range interval isnull julianday lcase
    least left length ln localtime localtimestamp log log10 lower lpad ltrim make_date make_interval make_time
    make_timestamp make_timestamptz max md5 min mod now nullif numeric numrange obj_description octet_length pg_get_serial_sequence pi
    position pow power printf quote_ident quote_literal radians regexp_replace repeat replace reverse right
    round row row_number row_to_json rpad rtrim session_user sha256 sign sin split_part sqlite_version sqrt
    statement_timestamp strftime string_agg string_to_array strpos substr substring sum tan time timestamp
    timezone to_char to_date to_json to_jsonb to_number to_regclass to_timestamp to_tsvector
    transaction_timestamp translate trim trunc tsrange tstzrange typeof ucase unhex unistr unix_timestamp unnest
    upper user uuid_nil uuid_ns_dns uuid_ns_url uuid_to_bin varchar version
    width_bucket xmlparse";

/// How the names of whole families of them begin.
const FAMILIES: [&str; 7] = ["json_", "jsonb_", "array_", "regexp_", "st_", "range_", "col_description"];

/// Functions of these families that are not steady.
const NOT_STEADY: [&str; 2] = ["st_generatepoints", "st_clusterkmeans"];

/// Functions that give another value each time, or change what is no row and no table: sequences, settings, locks of one's own.
const HARMLESS: &str = "
    changes clock_timestamp currval found_rows gen_random_uuid get_lock last_insert_id last_insert_rowid lastval
    nextval pg_advisory_lock pg_advisory_unlock pg_advisory_unlock_all pg_advisory_xact_lock pg_backend_pid
    pg_cancel_backend pg_database_size pg_indexes_size pg_is_in_recovery pg_notify pg_relation_size pg_sleep
    pg_table_size pg_terminate_backend pg_total_relation_size pg_try_advisory_lock pg_try_advisory_xact_lock
    postgis_full_version postgis_lib_version postgis_version rand random release_lock row_count set_config
    setval sleep total_changes utc_date utc_time utc_timestamp uuid";

/// Words that can stand before a parenthesis and call nothing.
const KEYWORDS: &str = "
    ALL AND ANY ARRAY AS BETWEEN BY CASE CHAR CHARACTER CHECK DECIMAL DISTINCT ELSE END EXCEPT EXISTS FILTER
    FROM GROUP HAVING IN INTERSECT INTERVAL INTO IS JOIN LATERAL LIKE LIMIT MATERIALIZED NOT NUMERIC ON ONLY OR
    OVER ROW SELECT SOME TABLE THEN UNION USING VALUES VARYING WHEN WHERE WITHIN XOR";

/// Words that stand for a value.
const VALUES: &str =
    "NULL TRUE FALSE CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME CURRENT_USER LOCALTIME LOCALTIMESTAMP DEFAULT COLLATE";

/// Units and types that stand in expressions.
const UNITS: &str = "
    MICROSECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR DATE TIME DATETIME TIMESTAMP SIGNED UNSIGNED BINARY
    INTEGER JSON DIV MOD";

/// Returns whether an expression may have another value for each row.
pub(super) fn is_volatile(expression: Cursor<'_>) -> bool {
    let mut rest = expression;
    while !rest.is_done() {
        if rest.is(&["NEXT", "VALUE", "FOR"]) {
            return true;
        }
        rest.skip();
    }
    calls(expression).iter().any(|name| !is_steady(name)) || expression.is_mysql() && names_columns(expression)
}

/// Returns whether an expression takes a value from another column, as MySQL's and MariaDB's defaults may.
fn names_columns(expression: Cursor<'_>) -> bool {
    let tokens = expression.tokens();
    tokens.iter().enumerate().any(|(at, token)| match token.kind {
        TokenKind::Name => true,
        TokenKind::Word => {
            // A function's name, or a prefix such as that of `X'00'`.
            let next = tokens.get(at + 1).map(|next| next.kind);
            let called = matches!(next, Some(TokenKind::Open | TokenKind::Text));
            let introduces = token.text.starts_with('_') || token.text.starts_with(|c: char| c.is_ascii_digit());
            let word = token.text.to_ascii_uppercase();
            let value = listed(VALUES, &word) || listed(KEYWORDS, &word) || listed(UNITS, &word);
            !(called || introduces || value || at > 0 && is_after_collate(&tokens[at - 1]))
        }
        _ => false,
    })
}

fn is_after_collate(token: &Token<'_>) -> bool {
    ["COLLATE", "USING", "AS"].iter().any(|word| token.text.eq_ignore_ascii_case(word))
}

/// Returns whether a query that calls a function leaves tables and rows alone.
pub(super) fn is_harmless(name: &str) -> bool {
    is_steady(name) || listed(HARMLESS, name) || name.starts_with("uuid_generate_")
}

fn is_steady(name: &str) -> bool {
    listed(STEADY, name) || FAMILIES.iter().any(|family| name.starts_with(family)) && !NOT_STEADY.contains(&name)
}

/// Returns the names of the functions that a text calls, in small letters and without their schema.
pub(super) fn calls(cursor: Cursor<'_>) -> Vec<String> {
    let tokens = cursor.tokens();
    let mut names = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let is_name = matches!(pair[0].kind, TokenKind::Word | TokenKind::Name);
        if !is_name || pair[1].kind != TokenKind::Open {
            continue;
        }
        let name = pair[0].text;
        let keyword = pair[0].kind == TokenKind::Word
            && (KEYWORDS.split_whitespace().any(|word| name.eq_ignore_ascii_case(word)) || is_number(name));
        // A type, as in `x::numeric(10, 2)` and `CAST(x AS varchar(10))`; `AS` gives names to columns, too.
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let is_type = before.is_some_and(|before| {
            before.kind == TokenKind::Other && before.text == ":" || before.text.eq_ignore_ascii_case("AS")
        });
        if !keyword && !is_type {
            names.push(name.trim_matches(['"', '`', '[', ']']).to_ascii_lowercase());
        }
    }
    names
}

fn listed(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|word| word == name)
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}
