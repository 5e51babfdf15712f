//! Which of Django's content types stands for which alternative.

use std::collections::BTreeSet;
use std::fmt;

use postgres::Transaction;

use crate::diagnostics::nearest;
use crate::live::Problem;
use crate::quoting::quote_literal;

use super::wanted::Wanted;

/// A row of `django_content_type`, by what stays the same in every database: `tracker.person`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentType {
    /// The app's label.
    pub app: String,
    /// The model, lower case.
    pub model: String,
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.model)
    }
}

impl ContentType {
    /// Reads `tracker.person`, or Django's `tracker.Person`.
    pub(super) fn read(text: &str) -> Result<ContentType, Problem> {
        match text.trim().split_once('.') {
            Some((app, model)) if !app.is_empty() && !model.is_empty() => {
                Ok(ContentType { app: app.to_owned(), model: model.to_lowercase() })
            }
            _ => Err(Problem::new(format!(
                "`{text}` is no content type: write app.model, such as tracker.person"
            ))),
        }
    }

    /// `('tracker', 'person')`
    pub(super) fn sql(&self) -> String {
        format!("({}, {})", quote_literal(&self.app), quote_literal(&self.model))
    }
}

/// The content types of the alternatives.
#[derive(Debug, Clone)]
pub(super) struct Models {
    /// For each alternative, what means it; the first is what is written back.
    pub of: Vec<Vec<ContentType>>,
    /// Those whose rows are treated as if they pointed at nothing, as asked.
    pub left_out: Vec<ContentType>,
    /// Those that no alternative's entity has in this database.
    pub absent: Vec<ContentType>,
}

impl Models {
    /// Finds them: `types` are `(app.model, Entity)`, `left_out` is `app.model`.
    pub(super) fn read(
        wanted: &Wanted<'_>,
        types: &[(String, String)],
        left_out: &[String],
        transaction: &mut Transaction<'_>,
    ) -> Result<Models, Problem> {
        let known = known(transaction)?;
        let said = types
            .iter()
            .map(|(ty, entity)| Ok((existing(ty, &known, "--type")?, choice(wanted, entity)?)))
            .collect::<Result<Vec<_>, Problem>>()?;
        let left_out = left_out
            .iter()
            .map(|ty| existing(ty, &known, "--leave-out"))
            .collect::<Result<Vec<_>, Problem>>()?;
        let mut absent = Vec::new();
        let mut taken: BTreeSet<ContentType> = said.iter().map(|(ty, _)| ty.clone()).collect();
        let mut of = Vec::new();
        for (nth, choice) in wanted.choices.iter().enumerate() {
            let named = wanted.models(choice.entity).into_iter();
            let named: Vec<_> = named.map(|(app, model)| ContentType { app, model }).collect();
            let mut models: Vec<ContentType> = Vec::new();
            if let Some(found) = named.iter().find(|ty| known.contains(ty) && !taken.contains(ty)) {
                taken.insert(found.clone());
                models.push(found.clone());
            }
            let given = said.iter().filter(|(_, place)| *place == nth).map(|(ty, _)| ty.clone());
            models.extend(given);
            if models.is_empty() {
                // Nothing refers to it yet; what it will be called, once its app is migrated.
                let usual = named.into_iter().next().ok_or_else(|| {
                    Problem::new(format!(
                        "which content type is {}? say it with --type app.model={}",
                        choice.name, choice.name
                    ))
                })?;
                absent.push(usual.clone());
                models.push(usual);
            }
            of.push(models);
        }
        if let Some(both) = left_out.iter().find(|ty| of.iter().flatten().any(|other| other == *ty))
        {
            return Err(Problem::new(format!(
                "--leave-out {both}: it is an alternative of {}",
                wanted.target
            )));
        }
        Ok(Models { of, left_out, absent })
    }

    /// Every content type that has a meaning here.
    pub(super) fn all(&self) -> impl Iterator<Item = &ContentType> {
        self.of.iter().flatten()
    }
}

fn known(transaction: &mut Transaction<'_>) -> Result<BTreeSet<ContentType>, Problem> {
    let there = "SELECT to_regclass('django_content_type') IS NOT NULL";
    if !transaction.query_one(there, &[])?.try_get::<_, bool>(0)? {
        return Err(Problem::new(
            "the database has no table django_content_type: it is no database of Django's, or its search \
             path leads elsewhere",
        ));
    }
    let rows =
        transaction.query("SELECT app_label::text, model::text FROM django_content_type", &[])?;
    let one = |row: &postgres::Row| -> Result<ContentType, postgres::Error> {
        Ok(ContentType { app: row.try_get(0)?, model: row.try_get(1)? })
    };
    Ok(rows.iter().map(one).collect::<Result<_, _>>()?)
}

fn existing(
    text: &str,
    known: &BTreeSet<ContentType>,
    option: &str,
) -> Result<ContentType, Problem> {
    let found = ContentType::read(text)?;
    if known.contains(&found) {
        return Ok(found);
    }
    let names: Vec<String> = known.iter().map(ContentType::to_string).collect();
    let meant = match nearest(&found.to_string(), names.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    Err(Problem::new(format!("{option}: django_content_type has no `{found}`{meant}")))
}

fn choice(wanted: &Wanted<'_>, entity: &str) -> Result<usize, Problem> {
    let name = entity.rsplit('.').next().unwrap_or(entity);
    wanted.choices.iter().position(|choice| choice.name == name).ok_or_else(|| {
        let names: Vec<&str> = wanted.choices.iter().map(|choice| choice.name.as_str()).collect();
        Problem::new(format!(
            "--type: {} has no alternative `{entity}`; it has {}",
            wanted.target,
            names.join(", ")
        ))
    })
}
