//! Reads the pieces of a definition: names, lists, actions between commas.

use crate::dialect::Dialect;
use crate::split::scan::TokenKind;
use crate::split::words::Words;

/// The pieces of a definition.
pub(super) struct Reader<'w, 'a> {
    pub(super) words: &'w Words<'a>,
    pub(super) dialect: Dialect,
}

impl Reader<'_, '_> {
    /// The text of an action from a place on.
    pub(super) fn text_from(&self, at: usize) -> String {
        let end = self.end_of_action(at);
        let (Some(first), Some(last)) = (self.words.tokens.get(at), self.words.tokens.get(end.saturating_sub(1)))
        else {
            return String::new();
        };
        self.words.sql.get(first.range.start..last.range.end).unwrap_or_default().to_owned()
    }

    /// The names in the first parentheses of an action; nothing where there are expressions.
    pub(super) fn columns_from(&self, at: usize) -> Option<Vec<String>> {
        let open = (at..self.end_of_action(at)).find(|at| self.words.kind(*at) == Some(TokenKind::Open))?;
        let names = self.words.names(open)?;
        let tokens = &self.words.tokens;
        let places = (open + 1..tokens.len())
            .filter(|at| tokens.get(at - 1).is_some_and(|before| before.kind == TokenKind::Open || before.text == ","));
        Some(names.into_iter().zip(places).map(|(name, at)| self.folded(name, at)).collect())
    }

    /// The places where the actions begin that commas part.
    pub(super) fn actions(&self, from: usize) -> impl Iterator<Item = usize> {
        let mut next = Some(from).filter(|at| *at < self.words.tokens.len());
        std::iter::from_fn(move || {
            let at = next?;
            next = Some(self.end_of_action(at) + 1).filter(|at| *at < self.words.tokens.len());
            Some(at)
        })
    }

    fn end_of_action(&self, from: usize) -> usize {
        let mut depth = 0_usize;
        let tokens = &self.words.tokens;
        (from..tokens.len())
            .find(|at| {
                match tokens[*at].kind {
                    TokenKind::Open => depth += 1,
                    TokenKind::Close => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0 && tokens[*at].text == ","
            })
            .unwrap_or(tokens.len())
    }

    pub(super) fn listed(&self, at: usize) -> Vec<String> {
        self.actions(at).filter_map(|at| self.name(at).map(|found| found.0)).collect()
    }

    pub(super) fn after_condition(&self, at: usize) -> usize {
        let conditions = [&["IF", "EXISTS"][..], &["IF", "NOT", "EXISTS"]];
        at + conditions.iter().find(|words| self.words.is(at, words)).map_or(0, |words| words.len())
    }

    /// Returns a name as the database reads it, without its schema, and the place after it.
    pub(super) fn name(&self, at: usize) -> Option<(String, usize)> {
        let (name, next) = self.words.name(at);
        name?;
        let own = self.words.part(next - 1)?;
        Some((self.folded(own, next - 1), next))
    }

    /// PostgreSQL reads names without quotes in lower case.
    fn folded(&self, name: String, at: usize) -> String {
        let is_bare = self.words.kind(at) == Some(TokenKind::Word);
        if is_bare && self.dialect == Dialect::Postgres { name.to_lowercase() } else { name }
    }
}
