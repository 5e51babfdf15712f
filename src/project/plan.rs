//! Looking before writing: what is there already, whose it is, and what there is to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::load::Project;
use super::problem::{Problem, Problems};
use super::write::{Step, write};
use crate::target::Target;
use crate::targets::{OutputFile, is_generated};

/// What to do with an initial migration that exists and differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initial {
    /// Leave it, and report that it is out of date.
    #[default]
    Keep,
    /// Make it anew.
    Replace,
}

/// What a build would do to the disk. Everything was looked at, and nothing is written yet.
#[derive(Debug)]
pub struct Plan {
    steps: Vec<Step>,
    report: Report,
}

/// What a build did to the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Of each target, in the order of [`Target::ALL`].
    pub targets: Vec<TargetReport>,
    /// Generated files in directories that this build does not write to: of a module that is gone, or
    /// of another project.
    pub leftovers: Vec<PathBuf>,
}

/// What a build did to one target's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetReport {
    /// The target.
    pub target: Target,
    /// Where its files go.
    pub out: PathBuf,
    /// New or changed files.
    pub written: Vec<PathBuf>,
    /// How many files were as they should be, and kept their time.
    pub unchanged: usize,
    /// Generated files that no longer have a reason.
    pub removed: Vec<PathBuf>,
    /// Migrations that differ from what the schema asks for now.
    pub outdated: Vec<PathBuf>,
}

impl TargetReport {
    fn new(target: Target, out: &Path) -> TargetReport {
        TargetReport {
            target,
            out: out.to_path_buf(),
            written: Vec::new(),
            unchanged: 0,
            removed: Vec::new(),
            outdated: Vec::new(),
        }
    }
}

impl Plan {
    /// Looks at every place that the files go to.
    ///
    /// Where a generated file has the same contents, there is nothing to do. Generated files that are
    /// no longer made are removed from the directories that the build writes to, migrations aside.
    ///
    /// # Errors
    /// When a place is taken by something that Trine did not write, is a link, or can't be read; all
    /// such places are named.
    pub fn new(
        project: &Project,
        files: Vec<(Target, OutputFile)>,
        initial: Initial,
    ) -> Result<Plan, Problems> {
        let mut planner = Planner { initial, ..Planner::default() };
        let mut report = Report::default();
        let mut by_target: BTreeMap<Target, Vec<OutputFile>> = BTreeMap::new();
        for (target, file) in files {
            by_target.entry(target).or_default().push(file);
        }
        let targets = Target::ALL.iter().filter(|target| project.options.targets.contains(target));
        for &target in targets {
            let mut entry = TargetReport::new(target, project.out(target));
            let mut directories = BTreeMap::new();
            for file in by_target.remove(&target).unwrap_or_default() {
                planner.file(file, &mut directories, &mut entry);
            }
            planner.directories.push(directories);
            report.targets.push(entry);
        }
        // Only now is it known what all targets make.
        for (entry, directories) in
            report.targets.iter_mut().zip(std::mem::take(&mut planner.directories))
        {
            planner.stale(directories, entry);
            planner.leftovers(entry, &mut report.leftovers);
        }
        report.leftovers.sort();
        report.leftovers.dedup();
        let Planner { steps, mut problems, .. } = planner;
        problems.sort_by(|a, b| a.path.cmp(&b.path));
        problems.dedup();
        if problems.is_empty() { Ok(Plan { steps, report }) } else { Err(Problems(problems)) }
    }

    /// What [`Plan::write`] will report.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Writes. Either everything is done, or everything is as it was.
    ///
    /// Each file is written beside its place and moved into it, so that a reader sees the old contents
    /// or the new ones.
    ///
    /// # Errors
    /// When something can't be written; what was done before that is undone.
    pub fn write(self) -> Result<Report, Problems> {
        write(self.steps)?;
        Ok(self.report)
    }
}

/// The directories of a target's files; true where a migration is among them.
type Directories = BTreeMap<PathBuf, bool>;

#[derive(Default)]
struct Planner {
    initial: Initial,
    steps: Vec<Step>,
    problems: Vec<Problem>,
    /// Every path that some file goes to.
    taken: BTreeSet<PathBuf>,
    /// Directories that files can go to.
    usable: BTreeSet<PathBuf>,
    /// Of each target.
    directories: Vec<Directories>,
}

impl Planner {
    fn file(&mut self, file: OutputFile, directories: &mut Directories, report: &mut TargetReport) {
        let relative = Path::new(&file.path);
        let path = report.out.join(relative);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            self.problem(path, "lies outside the target's directory");
            return;
        }
        if !self.taken.insert(path.clone()) {
            self.problem(
                path,
                "is what two targets would write; set another `out` for one of them",
            );
            return;
        }
        if !self.directory(&report.out, relative) {
            return;
        }
        let directory = path.parent().unwrap_or(&report.out).to_path_buf();
        *directories.entry(directory.clone()).or_default() |= file.once;
        let replaces = match read_existing(&path) {
            Err(problem) => return self.problems.push(problem),
            Ok(Some(existing)) if existing == file.contents.as_bytes() => {
                report.unchanged += 1;
                return;
            }
            Ok(Some(_)) if file.once && self.initial == Initial::Keep => {
                report.outdated.push(path);
                return;
            }
            Ok(Some(existing)) if !is_ours(&existing) => {
                self.problem(path, "was not written by Trine; move it away, or set another `out`");
                return;
            }
            Ok(existing) => existing.is_some(),
        };
        if replaces && file.once {
            self.followers(&directory);
        }
        report.written.push(path.clone());
        self.steps.push(Step::Write { path, contents: file.contents, replaces });
    }

    fn problem(&mut self, path: impl Into<PathBuf>, message: &str) {
        self.problems.push(Problem::new(path, message));
    }

    /// Whether files can go below `out`: every directory on the way is a real one, or is not there yet.
    fn directory(&mut self, out: &Path, relative: &Path) -> bool {
        let below = relative.parent().unwrap_or(Path::new(""));
        let mut directory = out.to_path_buf();
        // The target's own directory may be a link: the user said its name.
        let mut metadata = fs::metadata(&directory);
        for part in below.components().map(Some).chain([None]) {
            if !self.usable.contains(&directory) {
                match metadata {
                    Ok(metadata) if metadata.is_dir() => {}
                    Ok(metadata) if metadata.is_symlink() => {
                        self.problem(directory, "is a link; Trine does not write through links");
                        return false;
                    }
                    Ok(_) => {
                        self.problem(directory, "is a file where a directory must be");
                        return false;
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                        let file = directory.ancestors().find(|above| above.exists());
                        let file = file.unwrap_or(out).to_path_buf();
                        self.problem(file, "is a file where a directory must be");
                        return false;
                    }
                    Err(error) => {
                        self.problems.push(Problem::io(directory, "read this directory", &error));
                        return false;
                    }
                }
                self.usable.insert(directory.clone());
            }
            directory.extend(part);
            metadata = fs::symlink_metadata(&directory);
        }
        true
    }

    /// An initial migration can't be made anew below those that follow it.
    fn followers(&mut self, directory: &Path) {
        for path in python_and_sql(directory) {
            if !path.ends_with("__init__.py") && !is_generated(&head(&path)) {
                let message = "follows the initial migration, which therefore can't be made anew; \
                               remove it first, or write the next migration by hand";
                self.problem(path, message);
            }
        }
    }

    /// Generated files beside those of this build, which it would not make.
    fn stale(&mut self, directories: Directories, report: &mut TargetReport) {
        for (directory, migrations) in directories {
            for path in python_and_sql(&directory) {
                if self.taken.contains(&path) || !is_generated(&head(&path)) {
                    continue;
                }
                if migrations && self.initial == Initial::Keep {
                    report.outdated.push(path);
                } else {
                    report.removed.push(path.clone());
                    self.steps.push(Step::Remove { path });
                }
            }
        }
    }

    /// Neighbours of this build's directories with generated files in them.
    fn leftovers(&self, report: &TargetReport, leftovers: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(&report.out) else { return };
        for directory in entries.flatten().map(|entry| entry.path()) {
            let next = self.taken.range(directory.clone()..).next();
            let used = next.is_some_and(|path| path.starts_with(&directory));
            if !used && python_and_sql(&directory).iter().any(|path| is_generated(&head(path))) {
                leftovers.push(directory);
            }
        }
    }
}

/// The contents of a plain file, if there is one.
fn read_existing(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Problem::io(path, "read this file", &error)),
    };
    if metadata.is_symlink() {
        return Err(Problem::new(path, "is a link; Trine does not write through links"));
    }
    if !metadata.is_file() {
        return Err(Problem::new(path, "is a directory, and a file must be there"));
    }
    fs::read(path).map(Some).map_err(|error| Problem::io(path, "read this file", &error))
}

/// Whether a file may be written over: Trine wrote it, or there is nothing in it.
fn is_ours(contents: &[u8]) -> bool {
    contents.iter().all(u8::is_ascii_whitespace)
        || is_generated(&String::from_utf8_lossy(&contents[..contents.len().min(200)]))
}

/// The first bytes of a file; enough for its first line.
fn head(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        // A file that can't be read is not one that Trine knows.
        let _ = file.take(200).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The plain files of a directory that could be generated ones, by name.
fn python_and_sql(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "py" || kind == "sql"))
        .collect();
    paths.sort();
    paths
}
