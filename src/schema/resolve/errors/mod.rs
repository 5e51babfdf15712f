//! The wording of every diagnostic of resolution, one function each.

mod attributes;
mod links;
mod lists;
mod names;
mod options;
mod relations;
mod unions;

pub(super) use attributes::*;
pub(super) use links::*;
pub(super) use lists::*;
pub(super) use names::*;
pub(super) use options::*;
pub(super) use relations::*;
pub(super) use unions::*;

/// `Store`, `Store or Product`, `Store, Product or Post`, each in backquotes.
fn one_of<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
