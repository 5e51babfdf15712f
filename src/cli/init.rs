//! `trine init`: a `trine.toml` and a first schema that builds.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use trine::naming;
use trine::source::Sources;
use trine::target::Options;

use super::{Failure, Outcome};

pub(super) fn init(directory: &Path) -> Result<Outcome, Failure> {
    if directory.is_file() {
        return Err(Failure::Usage(format!(
            "{}: is a file where a directory must be",
            directory.display()
        )));
    }
    let module = module_name(directory);
    let config = directory.join("trine.toml");
    let first = directory.join("schema").join(format!("{module}.trine"));
    let files = [(config, include_str!("init/trine.toml").to_owned()), (first, schema(&module))];
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(Failure::Usage(format!(
            "{}: is there already; nothing was written",
            path.display()
        )));
    }
    for (path, contents) in &files {
        create(path, contents).map_err(|error| {
            Failure::Usage(format!("{}: can't write this: {error}", path.display()))
        })?;
    }
    let mut out = io::stderr();
    for (path, _) in &files {
        writeln!(out, "wrote {}", path.display())?;
    }
    let place = match directory.to_str() {
        Some("." | "") => String::new(),
        _ => format!(" {}", directory.display()),
    };
    writeln!(out, "`trine build{place}` generates from it")?;
    Ok(Outcome::Clean)
}

/// Writes a file that is not there yet, and the directories above it.
fn create(path: &Path, contents: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(contents.as_bytes())
}

/// The directory's name as a module, or `app` where no schema with that name would build.
fn module_name(directory: &Path) -> String {
    let absolute = std::path::absolute(directory).unwrap_or_else(|_| PathBuf::from(directory));
    let name = absolute.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let words: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let name = naming::snake(&words);
    let mut sources = Sources::new();
    sources.add("schema.trine", schema(&name));
    let found = trine::check(&sources, &Options::default());
    if found.is_empty() { name } else { "app".to_owned() }
}

fn schema(module: &str) -> String {
    include_str!("init/schema.trine").replace("{module}", module)
}
