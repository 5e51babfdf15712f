//! The table of codes. A row without its page under `docs/errors/` does not compile.

/// How bad a finding is: an error stops the build, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Worth a look; fails a build under `--deny warnings`.
    Warning,
}

macro_rules! codes {
    ($($code:ident $severity:ident $title:literal;)*) => {
        /// A diagnostic's code. `E` codes are errors, `W` codes warnings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $title] $code,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$code,)*];

            /// The code as it is written: `E0401`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)* }
            }

            /// What the code is about, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)* }
            }

            /// Error or warning.
            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity,)* }
            }

            /// The explanation, as Markdown: why it matters, an example, the example mended.
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)*
                }
            }
        }
    };
}

codes! {
    // Syntax
    E0101 Error "a field, relation or other member that can't be read";
    E0102 Error "an item that can't be read";
    E0103 Error "a string or character that can't be read";
    E0104 Error "nested too deeply";
    E0105 Error "a bracket without its partner";
    E0106 Error "a file without its module, or with two";
    // Names
    E0201 Error "an unknown entity";
    E0202 Error "an unknown type";
    E0203 Error "an unknown mixin";
    E0204 Error "an unknown field, relation or value";
    E0205 Error "an unknown module";
    E0206 Error "an unknown or misplaced option";
    E0207 Error "a name declared twice";
    E0208 Error "an accessor that clashes with another";
    E0209 Error "a name that a target reserves";
    E0210 Error "names that Python folds together";
    E0211 Error "mixins that hold one another";
    E0212 Error "an external entity that says too little or too much";
    E0213 Error "a name that the database can't have";
    E0214 Error "displays that show one another";
    E0215 Error "a name that Django can't use";
    // Types and expressions
    E0301 Error "a default of the wrong type";
    E0302 Error "an operand of the wrong type";
    E0303 Error "a length or precision out of range";
    E0304 Error "an unknown function";
    E0305 Error "a wrong number of arguments";
    E0306 Error "a condition that is not boolean";
    E0307 Error "an enum that can't be stored";
    E0308 Error "type arguments missing or superfluous";
    E0309 Error "an extension that is not declared";
    E0310 Error "an expression that changes by itself";
    E0311 Error "a modifier that does not fit its field";
    E0312 Error "text that PostgreSQL can't store";
    // Relations
    E0401 Error "a relation without its delete rule";
    E0402 Error "a multiplicity that no constraint can enforce";
    E0403 Error "`set null` on a mandatory relation";
    E0404 Error "`set default` without a default";
    E0405 Error "`on orphan delete` without `cascade` and a mandatory end";
    E0406 Error "a delete rule that the multiplicities do not allow";
    E0407 Error "`within` a parent that the two ends do not share";
    E0408 Error "many here with one there";
    E0409 Error "`through` or `ordered` where it can't be";
    E0410 Error "a reference to something that is not unique";
    E0411 Error "a bound on an external entity";
    E0412 Error "a clause that does not belong here";
    E0413 Error "a relation to something that has no rows";
    E0414 Error "a list of columns that can't be";
    E0415 Error "a relation to a composite key under Django";
    // What a delete does
    E0502 Error "`protect` in the way of a cascade";
    E0503 Error "a CHECK that a delete would break";
    E0504 Error "a circle in which no first row can be inserted";
    // Names in the database
    E0601 Error "two things with one name in the database";
    // Not yet
    E0702 Error "`fetch` is not compiled yet";
    // Unions
    E0801 Error "an unknown strategy of a union";
    E0802 Error "an alternative that a union can't have";
    E0803 Error "a relation that a union's strategy can't store";
    E0804 Error "an untyped union that says too little or too much";
    E0805 Error "a slot that nothing fills";
    E0806 Error "an entity that can't be split";
    // Warnings
    W0101 Warning "an unused mixin";
    W0102 Warning "an unused enum";
    W0201 Warning "an index that another one makes redundant";
    W0202 Warning "a nullable column in a UNIQUE";
    W0203 Warning "a timestamp without time zone";
    W0204 Warning "`json` where `jsonb` serves";
    W0205 Warning "`money`";
    W0206 Warning "`char(n)`";
    W0301 Warning "a union that nothing enforces";
    W0501 Warning "a cycle of cascades";
    W0801 Warning "an arc of many alternatives";
    W0802 Warning "a `link` that one relation uses";
    W0803 Warning "an alternative that is inserted by the many, under `inheritance`";
    W0804 Warning "an untyped union that lists its alternatives";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(name: &str) -> Result<Code, ()> {
        Code::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name)).ok_or(())
    }
}
