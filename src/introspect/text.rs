//! What is done to PostgreSQL's texts: parentheses around an expression, and the condition of a trigger,
//! which no catalog gives apart.

use crate::relational::Sql;

/// An expression without the parentheses around it.
pub(super) fn expression(text: &str) -> Sql {
    let mut inner = text;
    while let Some(next) = unwrapped(inner) {
        inner = next;
    }
    Sql(inner.to_owned())
}

/// What stands in the parentheses, if the first opens what the last closes.
fn unwrapped(text: &str) -> Option<&str> {
    let end = closing(text)?;
    (end + 1 == text.len()).then(|| &text[1..end])
}

/// The condition in what `pg_get_triggerdef` gives.
pub(super) fn trigger_condition(definition: &str) -> Option<Sql> {
    const WHEN: &str = " WHEN (";
    let start = outside_quotes(definition)
        .find_map(|(at, _)| definition[at..].starts_with(WHEN).then_some(at + WHEN.len() - 1))?;
    let inside = &definition[start..];
    Some(expression(&inside[1..closing(inside)?]))
}

/// Where the parenthesis that `text` begins with is closed.
fn closing(text: &str) -> Option<usize> {
    if !text.starts_with('(') {
        return None;
    }
    let mut depth = 0_usize;
    outside_quotes(text).find_map(|(at, character)| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// The characters that are in no string and no quoted name. PostgreSQL writes a quote in either as two.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |&(_, character)| match quote {
        Some(open) => {
            if open == character {
                quote = None;
            }
            false
        }
        None => {
            if matches!(character, '\'' | '"') {
                quote = Some(character);
            }
            quote.is_none()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_around_the_whole_are_taken_away() {
        for (text, inner) in [
            ("(a > 0)", "a > 0"),
            ("((a > 0) AND (b > 0))", "(a > 0) AND (b > 0)"),
            ("(a > 0) AND (b > 0)", "(a > 0) AND (b > 0)"),
            ("((a))", "a"),
            ("(a = ')')", "a = ')'"),
            ("(\"(\" = 1)", "\"(\" = 1"),
            ("f(a)", "f(a)"),
            ("'('::text", "'('::text"),
            ("", ""),
        ] {
            assert_eq!(expression(text).0, inner);
        }
    }

    #[test]
    fn a_trigger_s_condition_is_found_behind_hostile_names() {
        let condition = |definition| trigger_condition(definition).map(|sql| sql.0);
        assert_eq!(
            condition(
                r#"CREATE TRIGGER " WHEN (x) " BEFORE UPDATE ON t FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION f()"#
            ),
            Some("old.* IS DISTINCT FROM new.*".to_owned())
        );
        assert_eq!(
            condition(
                "CREATE TRIGGER t AFTER INSERT ON t FOR EACH ROW WHEN (((new.a = ' '') WHEN (') AND (new.b = 1))) EXECUTE FUNCTION f(' WHEN (')"
            ),
            Some("(new.a = ' '') WHEN (') AND (new.b = 1)".to_owned())
        );
        assert_eq!(
            condition(
                "CREATE TRIGGER t AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(' WHEN (')"
            ),
            None
        );
    }
}
