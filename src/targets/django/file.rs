//! A Python file in the making: what it imports, and what it asks of the app's other modules.

use std::collections::{BTreeSet, HashSet};

use crate::targets::python::{Code, Imports};

use super::expression::PyExpr;

/// Declares what the app's own modules can hold, with the names that other files import.
macro_rules! supports {
    ($($support:ident $name:literal;)*) => {
        /// Something that models need and Django has not; it is emitted in one of the app's own modules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Support { $(#[doc = $name] $support,)* }

        impl Support {
            /// The name in its module.
            pub(super) fn name(self) -> &'static str {
                match self { $(Support::$support => $name,)* }
            }
        }
    };
}

supports! {
    Index "Index";
    GinIndex "GinIndex";
    GistIndex "GistIndex";
    BrinIndex "BrinIndex";
    HashIndex "HashIndex";
    SpGistIndex "SpGistIndex";
    Now "Now";
    GenRandomUuid "GenRandomUUID";
    Column "Column";
    CharColumn "CharColumn";
    DateTimeColumn "DateTimeColumn";
    DecimalColumn "DecimalColumn";
    DurationColumn "DurationColumn";
    EnumColumn "EnumColumn";
    EnumArrayField "EnumArrayField";
    FloatColumn "FloatColumn";
    JsonColumn "JsonColumn";
    NaiveDateTimeField "NaiveDateTimeField";
    NaiveRangeColumn "NaiveRangeColumn";
    TextColumn "TextColumn";
    TimeColumn "TimeColumn";
    Touched "TouchedDateTimeField";
    TouchedNaive "TouchedNaiveDateTimeField";
    OrderedManyToManyField "OrderedManyToManyField";
    OrderedLink "OrderedLink";
    SameParent "SameParentModel";
    CascadeTopDown "cascade_top_down";
    ProtectFromOthers "protect_from_others";
    ByAlternative "ByAlternative";
    InDatabase "InDatabase";
    Refusable "Refusable";
    RefusableModel "RefusableModel";
    DeferredWithin "deferred_within";
    TakeOut "take_out";
    ArcField "ArcField";
    LinkField "LinkField";
    SupertypeField "SupertypeField";
    ManyField "ManyField";
    Split "Split";
    UnionModel "UnionModel";
    UnionQuerySet "UnionQuerySet";
    RefusableUnionQuerySet "RefusableUnionQuerySet";
    RowKey "RowKey";
    KindField "KindField";
}

impl Support {
    /// The module of the app that it stands in.
    pub(super) fn module(self) -> &'static str {
        let of_unions = matches!(
            self,
            Support::ArcField
                | Support::LinkField
                | Support::SupertypeField
                | Support::UnionModel
                | Support::UnionQuerySet
                | Support::RefusableUnionQuerySet
                | Support::RowKey
                | Support::KindField
        );
        if of_unions {
            "unions"
        } else if self == Support::ManyField {
            "many"
        } else if self == Support::Split {
            "splits"
        } else {
            "database"
        }
    }
}

/// Which file an expression stands in; it decides what the names in it are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `models.py`
    Models,
    /// A migration, which knows no model and no enum.
    Migration,
}

/// The imports of one file, and what it needs from `database.py`.
///
/// Names are reached through their modules (`models.TextField`, `database.Index`), so that no class can
/// hide one; a module is imported under another name where a field would hide it.
#[derive(Debug)]
pub(super) struct PythonFile<'a> {
    /// Where it stands.
    pub(super) place: Place,
    /// What it imports.
    pub(super) imports: Imports,
    /// What it needs from `database.py`.
    pub(super) needs: BTreeSet<Support>,
    /// The names of all fields of the module's models.
    fields: &'a HashSet<String>,
    /// The attributes that the body of the class has by now.
    above: HashSet<String>,
}

impl<'a> PythonFile<'a> {
    /// A file that imports nothing yet.
    pub(super) fn new(place: Place, fields: &'a HashSet<String>) -> PythonFile<'a> {
        PythonFile {
            place,
            imports: Imports::default(),
            needs: BTreeSet::new(),
            fields,
            above: HashSet::new(),
        }
    }

    /// Goes on below an attribute of a class, which hides a class of its name until the body ends.
    pub(super) fn pass(&mut self, attribute: String) {
        self.above.insert(attribute);
    }

    /// Ends the body of a class; a class in it sees none of its attributes.
    pub(super) fn end_body(&mut self) {
        self.above.clear();
    }

    /// Whether an attribute is what a class's name means here: a script without capitals has one name for both.
    pub(super) fn hides(&self, class: &str) -> bool {
        self.above.contains(class)
    }

    /// `from PACKAGE import MODULE`; returns what the module is called here.
    pub(super) fn module(&mut self, package: &str, module: &str) -> String {
        if self.place == Place::Models && self.fields.contains(module) {
            let name = format!("{module}_");
            self.imports.name(package, &format!("{module} as {name}"));
            name
        } else {
            self.imports.name(package, module);
            module.to_owned()
        }
    }

    /// An empty file in the same place.
    pub(super) fn like(other: &PythonFile<'a>) -> PythonFile<'a> {
        PythonFile::new(other.place, other.fields)
    }

    /// Imports what an expression needs.
    pub(super) fn take(&mut self, printed: &PyExpr) {
        for (module, name) in &printed.imports {
            self.imports.name(module, name);
        }
        self.module("django.db", "models");
    }

    /// An expression that says `models`, in the words of this file.
    pub(super) fn renamed(&self, code: Code) -> Code {
        if self.place == Place::Migration || !self.fields.contains("models") {
            return code;
        }
        let rename = |text: String| text.replace("models.", "models_.");
        match code {
            Code::Text(text) => Code::Text(rename(text)),
            Code::Keyword(name, value) => Code::Keyword(name, Box::new(self.renamed(*value))),
            Code::Lambda(parameters, body) => {
                Code::Lambda(parameters, Box::new(self.renamed(*body)))
            }
            Code::Pair(key, value) => Code::Pair(key, Box::new(self.renamed(*value))),
            Code::Brackets { before, kind, items, spread } => Code::Brackets {
                before: rename(before),
                kind,
                items: items.into_iter().map(|item| self.renamed(item)).collect(),
                spread,
            },
        }
    }

    /// Something of `django.db.models`, as `models.NAME`.
    pub(super) fn models(&mut self, name: &str) -> String {
        format!("{}.{name}", self.module("django.db", "models"))
    }

    /// A call of something of `django.db.models`.
    pub(super) fn call(&mut self, name: &str) -> Code {
        Code::call(self.models(name))
    }

    /// Something of a module of `django.contrib.postgres`.
    pub(super) fn postgres(&mut self, module: &str, name: &str) -> String {
        format!("{}.{name}", self.module("django.contrib.postgres", module))
    }

    /// Something that one of the app's own modules holds.
    pub(super) fn support(&mut self, support: Support) -> String {
        self.needs.insert(support);
        let package = match self.place {
            Place::Models => ".",
            Place::Migration => "..",
        };
        format!("{}.{}", self.module(package, support.module()), support.name())
    }
}
