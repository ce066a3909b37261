use super::*;
use crate::catalog::Catalog;
use crate::dialect::Dialect;

/// A table with the columns `id`, `p_id`, `a` and `b`.
fn catalog() -> Catalog {
    let mut catalog = Catalog::new(Dialect::MySql);
    let mut table = Table::new("t");
    table.columns = ["id", "p_id", "a", "b"].into_iter().map(|name| Column::new(name, "integer")).collect();
    catalog.create_table(table);
    catalog
}

/// Shows what is there: `name(columns)`, with `#` for an index and `>` for a foreign key.
#[track_caller]
fn check(catalog: &Catalog, expected: &[&str]) {
    let shown = |found: &Constraint| {
        let columns: Vec<&str> = found.columns.iter().map(|column| column.as_deref().unwrap_or("?")).collect();
        let (index, key) = (if found.index { "#" } else { "" }, if found.foreign_key.is_some() { ">" } else { "" });
        format!("{index}{key}{}({})", found.name, columns.join(", "))
    };
    let found: Vec<String> =
        catalog.table("t").map(|table| &table.constraints).into_iter().flatten().map(shown).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_foreign_key_has_an_index_until_another_serves_it() {
    let mut catalog = catalog();
    catalog.add_constraint("t", Constraint::foreign_key("t_p_id_fk", "p_id", "p", "id"));
    check(&catalog, &["#>t_p_id_fk(p_id)"]);
    catalog.add_constraint("t", Constraint::unique("together", ["p_id", "a"]));
    check(&catalog, &[">t_p_id_fk(p_id)", "#together(p_id, a)"]);
    catalog.add_constraint("t", Constraint::foreign_key("second", "p_id", "p", "id"));
    check(&catalog, &[">t_p_id_fk(p_id)", "#together(p_id, a)", ">second(p_id)"]);
}

#[test]
fn the_index_of_a_dropped_foreign_key_stays_until_another_serves() {
    let mut catalog = catalog();
    catalog.add_constraint("t", Constraint::foreign_key("key", "p_id", "p", "id"));
    catalog.drop_foreign_key("t", "key");
    check(&catalog, &["#key(p_id)"]);
    catalog.add_constraint("t", Constraint::index("own", ["p_id"]));
    check(&catalog, &["#own(p_id)"]);
    catalog.drop_index_of("t", "own");
    check(&catalog, &[]);
}

#[test]
fn a_later_foreign_key_takes_the_index_over() {
    let mut catalog = catalog();
    catalog.add_constraint("t", Constraint::foreign_key("one", "p_id", "p", "id"));
    catalog.add_constraint("t", Constraint::foreign_key("two", "p_id", "p", "id"));
    check(&catalog, &[">one(p_id)", "#>two(p_id)"]);
}

#[test]
fn a_dropped_column_leaves_its_indexes() {
    let mut catalog = catalog();
    catalog.add_constraint("t", Constraint::primary_key("t_pk", ["id"]));
    catalog.add_constraint("t", Constraint::index("two", ["a", "b"]));
    catalog.add_constraint("t", Constraint::index("one", ["a"]));
    catalog.drop_column("t", "a");
    check(&catalog, &["#PRIMARY(id)", "#two(b)"]);
}

#[test]
fn checks_of_columns_are_numbered_in_the_columns_order() {
    let mut catalog = catalog();
    catalog.add_column_check("t", "b", true);
    catalog.add_constraint("t", Constraint::check("named", ["a", "b"]));
    catalog.add_column_check("t", "a", true);
    check(&catalog, &["__unnamed_constraint_2__(b)", "__unnamed_constraint_1__(a)", "named(a, b)"]);
    catalog.rename_column("t", "a", "c");
    check(&catalog, &["__unnamed_constraint_1__(b)", "a(c)", "named(c, b)"]);
    catalog.rename_column("t", "c", "a");
    check(&catalog, &["__unnamed_constraint_2__(b)", "__unnamed_constraint_1__(a)", "named(a, b)"]);
    catalog.redefine_column("t", "b", false, |column| column.nullable = false);
    check(&catalog, &["__unnamed_constraint_1__(a)", "named(a, b)"]);
}

#[test]
fn checks_that_the_server_named_follow_the_table() {
    let mut catalog = catalog();
    catalog.add_column_check("t", "a", false);
    catalog.add_column_check("t", "b", false);
    check(&catalog, &["t_chk_1(a)", "t_chk_2(b)"]);
    catalog.rename_table("t", "u");
    catalog.rename_table("u", "t");
    catalog.redefine_column("t", "a", false, |column| column.nullable = false);
    check(&catalog, &["t_chk_1(a)", "t_chk_2(b)"]);
}

#[test]
fn unnamed_keys_take_the_name_of_their_column() {
    let mut catalog = catalog();
    assert_eq!(catalog.default_key_name("t", "a"), "a");
    catalog.add_constraint("t", Constraint::unique("A", ["b"]));
    assert_eq!(catalog.default_key_name("t", "a"), "a_2");
}

#[test]
fn an_index_is_renamed_beside_a_foreign_key_of_its_name() {
    let mut catalog = catalog();
    catalog.add_constraint("t", Constraint::foreign_key("key", "p_id", "p", "id"));
    catalog.rename_index_of("t", "key", "index");
    check(&catalog, &[">key(p_id)", "#index(p_id)"]);
}
