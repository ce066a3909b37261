//! `limosa check --report`: findings for services that show them beside the code.

use serde_json::Value;

use crate::check::blog;
use crate::project::{Project, migration, run_sql};

#[test]
fn services_are_told_what_was_found() {
    let project = blog();
    let check = "check --offline --select DL001,BC001 --color never blog 0004 --report";
    project.run(&format!("{check} github")).ends(1).prints(&[
        "::error title=BC001 column-dropped,file=blog/migrations/0004_drop.toml,line=",
        "::the running code still names `blog_post.slug`",
        "%0Ahelp: ",
        "::warning title=DL001 drop-column,file=",
    ]);
    project.run(&format!("{check} junit")).ends(1).prints(&[
        "<testsuites tests=\"1\" failures=\"1\">",
        "<testcase classname=\"blog\" name=\"0004_drop\"><failure message=\"BC001\">",
        "<system-out>",
        "warning[DL001]",
    ]);
    let gitlab = project.run(&format!("{check} gitlab")).ends(1);
    let gitlab: Value = serde_json::from_str(&gitlab.stdout).expect("JSON");
    assert_eq!(gitlab[0]["check_name"], "BC001");
    assert_eq!(gitlab[0]["location"]["path"], "blog/migrations/0004_drop.toml");
    // Into a file, beside what people read.
    project.run(&format!("{check} sarif=out.sarif")).ends(1).prints(&["error[BC001]", "1 error, 1 warning"]);
    let sarif = std::fs::read_to_string(project.path("out.sarif")).expect("a file");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let codes: Vec<&str> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    assert_eq!(codes, ["BC001", "DL001"]);
    let index = results[0]["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][index]["id"], "BC001");
    project.run(&format!("{check} sarif=no/such/folder.sarif")).ends(2).tells(&["cannot write"]);
    project.run(&format!("{check} sarif --report gitlab")).ends(2).tells(&["two reports would be mixed on stdout"]);
    project.run(&format!("{check} xml")).ends(2).tells(&["expected sarif, github, gitlab or junit"]);
}

/// Returns the results of a report for code scanning.
#[track_caller]
fn results(project: &Project, arguments: &str) -> Vec<Value> {
    let said = project.run(&format!("check --offline {arguments} --report sarif"));
    let sarif: Value = serde_json::from_str(&said.stdout).expect("JSON");
    sarif["runs"][0]["results"].as_array().expect("results").clone()
}

#[test]
fn what_is_allowed_or_known_is_suppressed() {
    let project = blog();
    project.run("check --offline --select DL001 blog 0004 --write-baseline known.json").ends(0);
    let known = results(&project, "--select DL001 blog 0004 --baseline known.json");
    let justification = known[0]["suppressions"][0]["justification"].as_str().expect("a text");
    assert_eq!((known.len(), &known[0]["suppressions"][0]["kind"]), (1, &"external".into()), "{known:?}");
    assert!(justification.ends_with("known.json)"), "{justification}");
    for (comment, reason) in
        [("# limosa: ignore DL001 -- it is empty", Some("it is empty")), ("# limosa: ignore DL001", None)]
    {
        let text = std::fs::read_to_string(project.path("blog/migrations/0004_drop.toml")).expect("a migration");
        let own: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        project.write("blog/migrations/0004_drop.toml", format!("{comment}\n{}\n", own.join("\n")));
        let allowed = results(&project, "--select DL001 blog 0004");
        let suppression = &allowed.last().expect("a result")["suppressions"][0];
        assert_eq!(suppression["kind"], "inSource", "{allowed:?}");
        // A text or nothing: the format knows no `null` there.
        assert_eq!(suppression.get("justification").map(|text| text.as_str().expect("a text")), reason);
    }
}

#[test]
fn no_two_findings_have_one_fingerprint() {
    let project = blog();
    let same = run_sql("DELETE FROM blog_post");
    project.write("blog/migrations/0004_drop.toml", migration(&["blog.0003_first"], &(same.clone() + &same)));
    let gitlab = project.run("check --offline blog 0004 --report gitlab");
    let gitlab: Vec<Value> = serde_json::from_str(&gitlab.stdout).expect("JSON");
    let codes: Vec<&str> = gitlab.iter().filter_map(|issue| issue["check_name"].as_str()).collect();
    let twice = codes.iter().any(|code| codes.iter().filter(|other| *other == code).count() == 2);
    assert!(twice, "{codes:?}");
    let mut fingerprints: Vec<&str> = gitlab.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), gitlab.len(), "{gitlab:?}");
}
