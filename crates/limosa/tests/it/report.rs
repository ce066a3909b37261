//! `limosa plan` as a report for a deploy pipeline: what each half does, as JSON and as a page.

use crate::database::on_each;
use crate::project::{Project, migration, operation, run_sql};
use crate::stages::{add, line, project, remove};

/// Returns the tags of a page, and checks that each is closed where it belongs.
#[track_caller]
fn tags(page: &str) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut tags = Vec::new();
    for tag in page.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap_or_else(|| panic!("<{tag} does not end"));
        let name = tag.split([' ', '\n']).next().expect("a name");
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "in {page}"),
            None if ["!doctype", "meta", "br"].contains(&name) => {}
            None => open.push(name),
        }
        tags.push(tag.to_owned());
    }
    assert_eq!(open, [""; 0]);
    tags
}

#[test]
fn a_report_tells_what_each_half_does() {
    on_each("report", |database| {
        // Nested, and all the same without a way back.
        let no_way_back = "\n[[operations]]\nop = \"SeparateDatabaseAndState\"\nstage = \"post-deploy\"\n\
                           database_operations = [{ op = \"RunSQL\", sql = \"DELETE FROM blog_tag\" }]\n";
        let project =
            project(&line(&[add("slug"), remove("old") + &add("more"), no_way_back.to_owned()]), "", database);
        let nothing = format!("stage = \"post-deploy\"\n{}", migration(&["blog.0004_m"], ""));
        project.write("blog/migrations/0005_nothing.toml", nothing);
        project.run("migrate blog 0001").ends(0);
        let said = project.run("plan --format json").ends(0).json().remove(0);
        let halves = said["halves"].as_array().expect("halves");
        let migrations: Vec<&serde_json::Value> = halves.iter().map(|half| &half["migrations"]).collect();
        assert_eq!(
            serde_json::json!(migrations),
            serde_json::json!([["blog.0002_m", "blog.0003_m"], ["blog.0003_m", "blog.0004_m", "blog.0005_nothing"]])
        );
        let facts = |key: &str| halves.iter().map(|half| half[key].clone()).collect::<Vec<_>>();
        assert_eq!(facts("reversible"), [true, false], "{said:#}");
        assert!(facts("steps").iter().all(|steps| steps.as_u64() > Some(0)), "{said:#}");
        // All tables are small and known.
        assert!(
            facts("seconds").iter().all(|seconds| seconds.as_f64().is_some_and(|seconds| seconds < 1.0)),
            "{said:#}"
        );
        let stages =
            said["migrations"][1]["operations"].as_array().expect("operations").iter().map(|one| one["stage"].clone());
        assert_eq!(stages.take(2).collect::<Vec<_>>(), ["post-deploy", "pre-deploy"]);
        let page = project.run("plan --format html").ends(0).stdout;
        tags(&page);
        let (before, after) = page.split_once("<h2 id=\"post-deploy\">").expect("two halves");
        let operation = |half: &str, what: &str| half.contains(&format!("<div class=\"operation\">{what}"));
        let both =
            |half: &str| ["Add field slug", "Add field more", "Remove field old"].map(|what| operation(half, what));
        assert_eq!((both(before), both(after)), ([true, true, false], [false, false, true]), "{page}");
        assert!(after.contains("no way back") && !before.contains("no way back"), "{page}");
        project.run("migrate").ends(0);
        assert!(project.run("plan --format html").ends(0).stdout.contains("Nothing to do."));
    });
}

#[test]
fn a_page_is_made_of_no_names() {
    let hostile = "</pre><script src=\"//evil.example\">alert('&')</script>\u{1b}[31m";
    let model = operation(&format!(
        "op = \"CreateModel\"\nname = \"Post\"\nfields = {{ id = {{ type = \"BigAutoField\", primary_key = true }} }}\noptions = {{ db_table = {:?} }}",
        "t<img onerror=x>'"
    ));
    let sql = format!(
        "\n[[operations]]\nop = \"RunSQL\"\nsql = \"\"\"SELECT '{}'\"\"\"\n",
        hostile.replace('\u{1b}', "\\u001b").replace("'&'", "&")
    );
    let project = Project::new(&[
        ("blog/migrations/0001_<b>\"&.toml", &migration(&[], &model)),
        ("blog/migrations/0002_more.toml", &migration(&["blog.0001_<b>\"&"], &(sql + &run_sql("SELECT '<i>'")))),
    ]);
    let page = project.run("plan --format html").ends(0).stdout;
    let known = "!doctype html head meta title style body h1 h2 h3 table tr th td pre div span code br";
    for tag in tags(&page) {
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        assert!(known.split(' ').any(|known| known == name), "<{tag}>");
        assert!(!tag.contains("src=") && !tag.contains("href=") && !tag.contains(" on"), "<{tag}>");
    }
    for shown in
        ["&lt;script src=&quot;//evil.example&quot;&gt;", "t&lt;img onerror=x&gt;", "0001_&lt;b&gt;&quot;&amp;"]
    {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
    assert!(!page.contains('\u{1b}') && !page.contains("url(") && !page.contains("@import"));
    project.run("migrate --format html").ends(2).tells(&["only `plan` has a page for a browser"]);
}
