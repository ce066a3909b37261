//! A piece of SQL with parameters, in the form in which Django keeps it.

use crate::dialect::Context;
use crate::expression::ExpressionError;
use crate::literal::Literal;

/// A piece of SQL with parameters.
///
/// As in Django, each parameter stands as `%s` in the text, and a percent sign as `%%`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sql {
    /// The text.
    pub text: String,
    /// The parameters in order.
    pub params: Vec<Literal>,
}

impl Sql {
    /// Returns SQL without parameters.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), params: Vec::new() }
    }

    /// Returns SQL with parameters.
    pub fn with(text: impl Into<String>, params: Vec<Literal>) -> Self {
        Self { text: text.into(), params }
    }

    /// Returns one parameter.
    pub fn param(value: Literal) -> Self {
        Self { text: "%s".to_owned(), params: vec![value] }
    }

    /// Returns the same parameters in another text.
    #[must_use]
    pub fn map(self, change: impl FnOnce(&str) -> String) -> Self {
        Self { text: change(&self.text), params: self.params }
    }

    /// Writes the parameters into the text, as Django does where a statement takes none (`sql % params`).
    ///
    /// # Errors
    /// When a parameter has no literal.
    pub fn inline(&self, context: &Context) -> Result<String, ExpressionError> {
        self.written(|param| param.quote(context))
    }

    /// Writes the parameters into the text, each as told.
    ///
    /// # Errors
    /// As [`Sql::inline`].
    pub(crate) fn written(
        &self,
        write: impl Fn(&Literal) -> Result<String, ExpressionError>,
    ) -> Result<String, ExpressionError> {
        let mut params = self.params.iter();
        let mut text = String::with_capacity(self.text.len() + 8 * self.params.len());
        let mut rest = self.text.as_str();
        while let Some(position) = rest.find('%') {
            text.push_str(&rest[..position]);
            let after = &rest[position + 1..];
            if let Some(after) = after.strip_prefix('%') {
                text.push('%');
                rest = after;
            } else if let Some(after) = after.strip_prefix('s') {
                let param = params.next().ok_or_else(|| mismatch("has fewer parameters than places for them"))?;
                text.push_str(&write(param)?);
                rest = after;
            } else {
                return Err(mismatch("has a percent sign that is not doubled"));
            }
        }
        text.push_str(rest);
        if params.next().is_some() {
            return Err(mismatch("has more parameters than places for them"));
        }
        Ok(text)
    }

    /// Writes what the database gets when the text is executed with its parameters: with none, percent signs stay as they are.
    ///
    /// # Errors
    /// As [`Sql::inline`].
    pub fn executed(&self, context: &Context) -> Result<String, ExpressionError> {
        if self.params.is_empty() { Ok(self.text.clone()) } else { self.written(|param| param.executed(context)) }
    }
}

/// Joins pieces of SQL.
pub(super) fn join(pieces: Vec<Sql>, separator: &str) -> Sql {
    let mut joined = Sql::default();
    for (position, piece) in pieces.into_iter().enumerate() {
        if position > 0 {
            joined.text.push_str(separator);
        }
        joined.text.push_str(&piece.text);
        joined.params.extend(piece.params);
    }
    joined
}

/// Fills a template of Python's: `%(name)s` is replaced, `%%` becomes `%`.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, ExpressionError> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(position) = rest.find('%') {
        text.push_str(&rest[..position]);
        let after = &rest[position + 1..];
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (name, after) = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(")s"))
            .ok_or_else(|| mismatch("has a template that is not understood"))?;
        let value = values.iter().find(|(key, _)| *key == name);
        text.push_str(value.ok_or_else(|| mismatch(&format!("has no `{name}` for its template")))?.1);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

fn mismatch(why: &str) -> ExpressionError {
    ExpressionError::Invalid { class: "SQL".into(), why: format!("it {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use limosa_model::django::DjangoVersion;

    #[test]
    fn parameters_are_written_into_the_text() {
        let context = Context::new(Dialect::Sqlite, DjangoVersion::V61);
        let sql = Sql::with("a %% %s LIKE %s", vec![Literal::Int(2), Literal::Text("50%'".into())]);
        assert_eq!(sql.inline(&context).unwrap(), "a % 2 LIKE '50%'''");
        assert!(Sql::new("%s").inline(&context).is_err());
        assert!(Sql::new("%d").inline(&context).is_err());
        assert_eq!(Sql::new("a %% b").executed(&context).unwrap(), "a %% b");
    }

    #[test]
    fn templates_are_filled() {
        let filled = fill("%(function)s(%(expressions)s) %% %(function)s", &[("function", "F"), ("expressions", "%s")]);
        assert_eq!(filled.unwrap(), "F(%s) % F");
        assert!(fill("%(nope)s", &[]).is_err());
    }
}
