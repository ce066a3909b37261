use limosa_db::{ConnectOptions, Connection};

/// Evaluates expressions of SQLite and compares them with what Django's functions give.
#[tokio::test]
async fn sqlite_functions_are_djangos() {
    let connection =
        Connection::open(&"sqlite::memory:".parse().expect("a URL"), &ConnectOptions::default()).await.expect("open");
    for (expression, expected) in [
        ("MD5('a')", Some("0cc175b9c0f1b6a831c399e269772661")),
        ("SHA1('a')", Some("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")),
        ("SHA224('a')", Some("abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5")),
        ("SHA256(NULL)", None),
        ("LPAD('abc', 5, 'xy')", Some("xyabc")),
        ("LPAD('abc', 2, 'xy')", Some("ab")),
        ("RPAD('é', 4, 'xy')", Some("éxyx")),
        ("RPAD('a', 4, '')", Some("a")),
        ("REPEAT('ab', 2)", Some("abab")),
        ("REVERSE('aé')", Some("éa")),
        ("SIGN(-2.5)", Some("-1")),
        ("POWER(2, 10)", Some("1024")),
        ("POWER(2, 0.5)", Some("1.4142135623730951")),
        ("FLOOR(-1.5)", Some("-2")),
        ("CEILING(1.2)", Some("2")),
        ("MOD(-5, 3)", Some("-2")),
        ("LOG(2, 8)", Some("3")),
        ("ROUND(PI(), 2)", Some("3.14")),
        ("BITXOR(5, 1)", Some("4")),
        ("SQRT(NULL)", None),
        ("django_date_extract('week_day', '2024-02-29')", Some("5")),
        ("django_datetime_extract('hour', '2024-02-29 23:30:00.5', 'Asia/Tokyo', 'UTC')", Some("8")),
        ("django_datetime_extract('quarter', '2024-02-29 23:30:00', NULL, NULL)", Some("1")),
        ("django_date_trunc('week', '2024-02-29', NULL, NULL)", Some("2024-02-26")),
        ("django_datetime_trunc('month', '2024-02-29 23:30:00', NULL, NULL)", Some("2024-02-01 00:00:00")),
        ("django_datetime_trunc('minute', '2024-02-29 23:30:12', 'UTC', 'UTC')", Some("2024-02-29 23:30:00")),
        ("django_time_trunc('hour', '23:30:12', NULL, NULL)", Some("23:00:00")),
        ("django_datetime_cast_date('2024-02-29 23:30:00', 'Asia/Tokyo', 'UTC')", Some("2024-03-01")),
        ("django_datetime_cast_time('2024-02-29 23:30:00.5', NULL, NULL)", Some("23:30:00.500000")),
        ("django_time_diff('01:00:00', '00:59:59.5')", Some("500000")),
        ("django_timestamp_diff('2024-03-01', '2024-02-29 00:00:00')", Some("86400000000")),
        ("django_format_dtdelta('+', '2024-02-29 00:00:00', 1000000)", Some("2024-02-29 00:00:01")),
        ("django_format_dtdelta('-', 0, 1000000)", Some("-1 day, 23:59:59")),
        ("django_date_extract('year', 'no date')", None),
    ] {
        let rows = connection.query(&format!("SELECT {expression}"), &[]).await.expect(expression);
        assert_eq!(rows[0].get(0), expected, "{expression}");
    }
    for (expression, message) in [
        ("'a' REGEXP 'b'", "REGEXP is not available"),
        ("SQRT(-1)", "math domain error"),
        ("django_date_trunc('era', '2024-02-29', NULL, NULL)", "unsupported lookup type"),
    ] {
        let error = connection.query(&format!("SELECT {expression}"), &[]).await.expect_err(expression);
        assert!(error.message.contains(message), "{error}");
    }
    connection.execute("CREATE TABLE t (a text, b text GENERATED ALWAYS AS (MD5(a)) STORED)").await.expect("generated");
    connection.execute("CREATE INDEX i ON t (REVERSE(a))").await.expect("index");
}
