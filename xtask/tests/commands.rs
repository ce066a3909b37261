//! The chores do their work.

use std::env;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

fn xtask(arguments: &[&str]) -> Output {
    Command::new(XTASK).args(arguments).output().expect("start xtask")
}

#[test]
fn reference_is_current() {
    let output = xtask(&["generate", "--check"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn checks_miss_nothing_of_the_cases() {
    let output = xtask(&["compare-checks", "--offline"]);
    let (table, talk) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{talk}");
    assert!(table.contains("| PostgreSQL as SQL | Limosa |"), "{table}");
}

#[test]
fn bench_measures_a_small_project() {
    let limosa = Path::new(XTASK).with_file_name("limosa");
    if env::var_os("LIMOSA_TEST_DJANGO").is_none() || !limosa.is_file() {
        assert!(env::var("CI").is_err(), "LIMOSA_TEST_DJANGO is not set, or `cargo build --bin limosa` has not run");
        println!("skipped: LIMOSA_TEST_DJANGO is not set, or `cargo build --bin limosa` has not run");
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let json = folder.path().join("bench.json");
    let output = xtask(&[
        "bench",
        "--quick",
        "--limosa",
        &limosa.to_string_lossy(),
        "--size",
        "2x3x2",
        "--runs",
        "1",
        "--only",
        "sqlite",
        "--json",
        &json.to_string_lossy(),
    ]);
    let (table, talk) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{talk}");
    assert!(table.contains("| `migrate` from empty | SQLite |"), "{table}");
    let report: Value = serde_json::from_slice(&std::fs::read(json).expect("the JSON file")).expect("JSON");
    let rows = report["sizes"][0]["rows"].as_array().expect("rows");
    let measured: Vec<&str> = rows.iter().filter_map(|row| row["what"].as_str()).collect();
    assert_eq!(measured, ["read-to-plan", "check", "show-plan", "from-empty", "nothing-to-do", "show-migrations"]);
    for row in rows {
        assert_eq!(row["error"], Value::Null, "{table}{talk}");
        // The other side of `check` is a linter that has to be asked for.
        let sides = if row["what"] == "check" { &["limosa"][..] } else { &["limosa", "django"] };
        for side in sides {
            assert!(row[side][0]["seconds"].as_f64() > Some(0.0), "{side} did nothing: {row}");
        }
    }
    let replayed = rows.iter().find(|row| row["what"] == "from-empty").and_then(|row| row["replay"].as_array());
    assert_eq!(replayed.map(Vec::len), Some(1));
}
