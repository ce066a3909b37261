//! docs/reference is what the code says.

use std::process::Command;

#[test]
fn reference_is_current() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["generate", "--check"]).output().expect("start xtask");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
