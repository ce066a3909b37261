//! Places where tests kill a run: they are not there in an ordinary build.

/// What arms them.
const VARIABLE: &[u8] = b"LIMOSA_FAILPOINT";

#[test]
fn only_a_build_for_tests_has_them() {
    let names = |program: &str| {
        let bytes = std::fs::read(program).expect("read the program");
        bytes.windows(VARIABLE.len()).any(|window| window == VARIABLE)
    };
    assert_eq!(names(env!("CARGO_BIN_EXE_limosa")), cfg!(feature = "failpoints"));
}
