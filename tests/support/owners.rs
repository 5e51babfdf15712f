//! A program over a union, with each strategy in turn, and the application that uses it.

use std::fs;
use std::path::Path;

use trine::target::{Options, SqlalchemyOptions};

use super::examples::{Example, root};

/// The strategies under which no line of an application changes.
pub const STRATEGIES: [&str; 4] = ["arc", "link", "supertype", "inheritance"];

/// The program under a strategy; under `split` another one, which names the parts of what is split.
pub fn example(strategy: &str) -> Example {
    let text = match strategy {
        "split" => include_str!("../data/owners/split.trine").to_owned(),
        strategy => include_str!("../data/owners/tracker.trine")
            .replace("as arc", &format!("as {strategy}")),
    };
    Example { name: format!("owners_{strategy}"), files: vec![("tracker.trine".to_owned(), text)] }
}

/// A program whose delete rules differ by alternative.
pub fn rules(strategy: &str) -> Example {
    let text =
        include_str!("../data/owners/rules.trine").replace("as arc", &format!("as {strategy}"));
    Example { name: format!("rules_{strategy}"), files: vec![("tracker.trine".to_owned(), text)] }
}

/// The program under a strategy in a module of its own, so that it can stand beside the others.
pub fn apart(strategy: &str) -> Example {
    renamed(example(strategy), format!("tracker_{strategy}"))
}

/// The same of the one whose rules differ.
pub fn rules_apart(strategy: &str) -> Example {
    renamed(rules(strategy), format!("rules_{strategy}"))
}

fn renamed(mut example: Example, module: String) -> Example {
    for (path, text) in &mut example.files {
        *path = format!("{module}.trine");
        *text = text.replace("module tracker", &format!("module {module}"));
    }
    Example { name: module, ..example }
}

/// A program whose alternatives are of other modules, and of Django's own where the strategy allows it.
pub fn abroad(strategy: &str) -> Example {
    let work = include_str!("../data/owners/abroad/work.trine");
    let mut work = work.replace("User  as arc", &format!("User  as {strategy}"));
    if !["arc", "link"].contains(&strategy) {
        let (before, rest) = work.split_once("external entity User").expect("it is there");
        let (_, behind) = rest.split_once("entity Room").expect("it is there");
        let user = "entity User {\n  username  varchar(150)\n}";
        work = format!("{before}{user}\n\nentity Room{behind}");
    }
    let crew = include_str!("../data/owners/abroad/crew.trine").to_owned();
    let files = vec![("crew.trine".to_owned(), crew), ("work.trine".to_owned(), work)];
    Example { name: format!("abroad_{strategy}"), files }
}

/// Puts what a type checker must know of the models into each app that [`apart`] makes.
///
/// # Errors
/// A file that can't be copied.
pub fn add_types(django: &Path) -> Result<(), String> {
    for strategy in STRATEGIES.into_iter().chain(["split"]) {
        let written = if strategy == "split" { "django_split_types.py" } else { "django_types.py" };
        let there = django.join(format!("tracker_{strategy}")).join("checked_types.py");
        fs::copy(root().join("tests/data/owners").join(written), there)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Compiles the program, and puts the application into the package of SQLAlchemy models.
///
/// # Errors
/// The errors of the program, one a line.
pub fn build(strategy: &str, package: &str, lazy: &str, directory: &Path) -> Result<(), String> {
    let sqlalchemy = SqlalchemyOptions { package: package.to_owned(), lazy: lazy.to_owned() };
    let options = Options { sqlalchemy, ..Options::default() };
    example(strategy).build(&options, directory)?;
    let application = directory.join("sqlalchemy").join(package).join("application.py");
    let written = if strategy == "split" { "split.py" } else { "application.py" };
    fs::copy(root().join("tests/data/owners").join(written), application)
        .map(|_| ())
        .map_err(|error| error.to_string())
}
