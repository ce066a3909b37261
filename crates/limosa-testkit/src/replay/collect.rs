//! What `sqlmigrate` prints.

use limosa_model::operations::OperationKind;
use limosa_model::{MigrationId, Operation, ProjectState};
use limosa_sql::catalog::Catalog;
use limosa_sql::editor::{Mode, SchemaEditor};
use limosa_sql::operations;

use super::compare::Outcome;
use crate::oracle::{Answers, SqlMigrate};

/// Collects the statements of one migration, and compares.
pub(super) fn migration(
    answers: &Answers,
    id: &MigrationId,
    expected: &SqlMigrate,
    catalog: &mut Catalog,
    backwards: bool,
) -> Outcome {
    let django = match &expected.sql {
        Ok(lines) => lines.clone(),
        Err(error) => vec![format!("error: {error}")],
    };
    let mut ours = collect(answers, id, &expected.before, &sections(&django), catalog, backwards);
    if let (Err(django), Err(error)) = (&expected.sql, &ours) {
        // Both fail: Django's words are Python's.
        let same = django.starts_with("ValueError: Found wrong number") && error.contains("wrong number")
            || django.contains("not reversible")
            || django.starts_with("FieldDoesNotExist") && error.contains("has no field");
        if same {
            ours = Ok(vec![format!("error: {django}")]);
        }
    }
    // Django formats literals with `%` a second time, and stumbles over them.
    if expected.sql.as_ref().is_err_and(|error| error.starts_with("TypeError: not enough arguments")) && ours.is_ok() {
        ours = Ok(django.clone());
    }
    // MySQL has no constraints to show of a table that is not there, where others show none.
    let predicted = ours.as_ref().err().is_none_or(|error| error.contains("wrong number"));
    if expected.sql.as_ref().is_err_and(|error| error.starts_with("ProgrammingError: (1146")) && predicted {
        ours = Ok(django.clone());
    }
    // What operations of the project's own classes let wait cannot be told from what others do.
    let custom = answers.migrations.get(id).is_some_and(|migration| {
        migration.operations.iter().any(|operation| matches!(operation.kind, OperationKind::Custom(_)))
    });
    let mut django = django;
    if let (true, Ok(ours)) = (custom, &ours) {
        let waits = |line: &str| line.starts_with("CREATE ") || line.contains(" ADD CONSTRAINT ");
        django.retain(|line| !waits(line) || ours.contains(line));
    }
    Outcome::new(id, &django, ours)
}

fn collect(
    answers: &Answers,
    id: &MigrationId,
    before: &[MigrationId],
    django: &[Vec<String>],
    catalog: &mut Catalog,
    backwards: bool,
) -> Result<Vec<String>, String> {
    let mut state = ProjectState::default();
    for id in before {
        let Some(migration) = answers.migrations.get(id) else { continue };
        for operation in &migration.operations {
            operation.state_forwards(&id.app, &mut state).map_err(|error| format!("{id}: {error}"))?;
        }
    }
    let migration = answers.migrations.get(id).ok_or_else(|| format!("{id} is not on disk"))?;
    let mut editor = SchemaEditor::with_mode(&answers.context, catalog, Mode::Collect);
    let mut lines = Vec::new();
    let mut steps = Vec::new();
    for operation in &migration.operations {
        let skipped = !backwards && !reduces_to_sql(operation);
        let from = state.clone();
        if !skipped {
            operation.state_forwards(&id.app, &mut state).map_err(|error| error.to_string())?;
        }
        steps.push((operation, from, state.clone()));
    }
    if backwards {
        if let Some((operation, ..)) = steps.iter().find(|(operation, ..)| !operation.reversible()) {
            return Err(format!("{} is not reversible", operation.describe()));
        }
        steps.reverse();
    }
    for (position, (operation, from, to)) in steps.iter().enumerate() {
        lines.extend(["--".to_owned(), format!("-- {}", operation.describe()), "--".to_owned()]);
        if matches!(operation.kind, OperationKind::RunPython(_)) {
            lines.push("-- THIS OPERATION CANNOT BE WRITTEN AS SQL".into());
            continue;
        }
        let before = lines.len();
        if has_raw_sql(operation) {
            lines.extend(django.get(position).cloned().unwrap_or_default());
            continue;
        }
        if backwards {
            step_back(&mut editor, &id.app, operation, from, to)?;
        } else {
            step(&mut editor, &id.app, operation, from, to)?;
        }
        lines.extend(editor.take_statements().iter().map(|sql| ended(sql)));
        if lines.len() == before {
            lines.push("-- (no-op)".into());
        }
    }
    let waited: Vec<String> = editor.finish().iter().map(|sql| ended(sql)).collect();
    // Django's last section holds what waited, too.
    if !steps.last().is_some_and(|(operation, ..)| has_raw_sql(operation)) {
        lines.extend(waited);
    }
    Ok(lines)
}

fn step(
    editor: &mut SchemaEditor<'_>,
    app: &str,
    operation: &Operation,
    from: &ProjectState,
    to: &ProjectState,
) -> Result<(), String> {
    let OperationKind::SeparateDatabaseAndState(op) = &operation.kind else {
        return operations::forwards(editor, app, operation, from, to).map_err(|error| error.to_string());
    };
    let (rendered, mut from) = (editor.is_rendered(), from.clone());
    for inner in &op.database_operations {
        let mut to = from.clone();
        inner.state_forwards(app, &mut to).map_err(|error| error.to_string())?;
        step(editor, app, inner, &from, &to)?;
        from = to;
    }
    editor.set_rendered(rendered);
    Ok(())
}

/// `before` and `after` are the states as they are on the way forwards.
fn step_back(
    editor: &mut SchemaEditor<'_>,
    app: &str,
    operation: &Operation,
    before: &ProjectState,
    after: &ProjectState,
) -> Result<(), String> {
    let OperationKind::SeparateDatabaseAndState(op) = &operation.kind else {
        return operations::backwards(editor, app, operation, after, before).map_err(|error| error.to_string());
    };
    let mut states = vec![before.clone()];
    for inner in &op.database_operations {
        let mut state = states.last().cloned().unwrap_or_default();
        inner.state_forwards(app, &mut state).map_err(|error| error.to_string())?;
        states.push(state);
    }
    for (inner, around) in op.database_operations.iter().zip(states.windows(2)).rev() {
        step_back(editor, app, inner, &around[0], &around[1])?;
    }
    Ok(())
}

fn reduces_to_sql(operation: &Operation) -> bool {
    !matches!(operation.kind, OperationKind::RunPython(_) | OperationKind::Custom(_))
}

/// Whether statements of the project's own are among it, which are taken as Django prints them.
fn has_raw_sql(operation: &Operation) -> bool {
    match &operation.kind {
        OperationKind::RunSql(_) | OperationKind::Custom(_) => true,
        OperationKind::SeparateDatabaseAndState(op) => {
            op.database_operations.iter().any(|inner| has_raw_sql(inner) || !reduces_to_sql(inner))
        }
        _ => false,
    }
}

fn ended(sql: &str) -> String {
    if sql.trim_end().ends_with(';') { sql.to_owned() } else { format!("{sql};") }
}

/// Cuts Django's lines after each operation's heading.
fn sections(lines: &[String]) -> Vec<Vec<String>> {
    let mut sections: Vec<Vec<String>> = Vec::new();
    let mut position = 0;
    while position < lines.len() {
        if lines[position] == "--" && lines.get(position + 2).is_some_and(|line| line == "--") {
            sections.push(Vec::new());
            position += 3;
            continue;
        }
        if let Some(section) = sections.last_mut() {
            section.push(lines[position].clone());
        }
        position += 1;
    }
    sections
}
