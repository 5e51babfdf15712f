//! The table of field types. A type is one row here, and a match arm in each target's
//! own table of types.

use smol_str::SmolStr;

use super::EnumId;

/// A field's type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// What one element is.
    pub base: BaseType,
    /// How many array dimensions; 0 is no array.
    pub dimensions: u8,
}

/// A type without its array dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BaseType {
    /// A row of the table below.
    Scalar(Scalar, TypeArguments),
    /// An enum of the program.
    Enum(EnumId),
    /// `raw "ltree"`: whatever PostgreSQL knows under this name.
    Raw(SmolStr),
}

/// What stands in a type's parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeArguments {
    /// Nothing.
    None,
    /// `varchar(80)`, `timestamptz(3)`, `bit(8)`
    Length(u32),
    /// `numeric(12, 2)`
    Precision(u32, i32),
}

/// How a type's values behave in expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// `boolean`
    Boolean,
    /// Whole numbers.
    Integer,
    /// Numbers with a fraction.
    Fractional,
    /// Text of any kind.
    Text,
    /// Dates, times and intervals.
    Temporal,
    /// `json`, `jsonb`, `hstore`
    Document,
    /// Ranges and multiranges.
    Range,
    /// Everything else: compared for equality, or used through functions and `sql "…"`.
    Other,
}

/// Which arguments a type takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgumentRule {
    /// None.
    None,
    /// A length from 1 to the bound; without it, PostgreSQL's own meaning.
    Length(u32),
    /// A length that must be given.
    LengthRequired(u32),
    /// Fractional digits of a second, 0 to 6.
    SecondsPrecision,
    /// `(precision, scale)`, `(precision)` or nothing.
    Numeric,
}

macro_rules! scalars {
    ($($scalar:ident $sql:literal [$($alias:literal)*] $category:ident $rule:expr, $extension:expr;)*) => {
        /// A built-in type, by PostgreSQL's name for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scalar { $(#[doc = $sql] $scalar,)* }

        impl Scalar {
            /// Every type, in the order of the table.
            pub const ALL: &'static [Scalar] = &[$(Scalar::$scalar,)*];

            /// The name that the generated SQL uses.
            pub fn sql(self) -> &'static str {
                match self { $(Scalar::$scalar => $sql,)* }
            }

            /// The other names that a file may use.
            pub fn aliases(self) -> &'static [&'static str] {
                match self { $(Scalar::$scalar => &[$($alias),*],)* }
            }

            /// How its values behave in expressions.
            pub fn category(self) -> Category {
                match self { $(Scalar::$scalar => Category::$category,)* }
            }

            /// Which arguments it takes.
            pub fn argument_rule(self) -> ArgumentRule {
                match self { $(Scalar::$scalar => $rule,)* }
            }

            /// The extension that brings it.
            pub fn extension(self) -> Option<&'static str> {
                match self { $(Scalar::$scalar => $extension,)* }
            }
        }
    };
}

scalars! {
    Smallint "smallint" ["int2"] Integer ArgumentRule::None, None;
    Integer "integer" ["int" "int4"] Integer ArgumentRule::None, None;
    Bigint "bigint" ["int8"] Integer ArgumentRule::None, None;
    Numeric "numeric" ["decimal"] Fractional ArgumentRule::Numeric, None;
    Real "real" ["float4"] Fractional ArgumentRule::None, None;
    DoublePrecision "double precision" ["float8"] Fractional ArgumentRule::None, None;
    Money "money" [] Other ArgumentRule::None, None;
    Boolean "boolean" ["bool"] Boolean ArgumentRule::None, None;
    Text "text" [] Text ArgumentRule::None, None;
    Varchar "varchar" [] Text ArgumentRule::Length(10_485_760), None;
    Char "char" ["bpchar"] Text ArgumentRule::LengthRequired(10_485_760), None;
    Citext "citext" [] Text ArgumentRule::None, Some("citext");
    Uuid "uuid" [] Other ArgumentRule::None, None;
    Bytea "bytea" [] Other ArgumentRule::None, None;
    Date "date" [] Temporal ArgumentRule::None, None;
    Time "time" [] Temporal ArgumentRule::SecondsPrecision, None;
    Timetz "timetz" [] Temporal ArgumentRule::SecondsPrecision, None;
    Timestamp "timestamp" [] Temporal ArgumentRule::SecondsPrecision, None;
    Timestamptz "timestamptz" [] Temporal ArgumentRule::SecondsPrecision, None;
    Interval "interval" [] Temporal ArgumentRule::SecondsPrecision, None;
    Json "json" [] Document ArgumentRule::None, None;
    Jsonb "jsonb" [] Document ArgumentRule::None, None;
    Hstore "hstore" [] Document ArgumentRule::None, Some("hstore");
    Inet "inet" [] Other ArgumentRule::None, None;
    Cidr "cidr" [] Other ArgumentRule::None, None;
    Macaddr "macaddr" [] Other ArgumentRule::None, None;
    Macaddr8 "macaddr8" [] Other ArgumentRule::None, None;
    Bit "bit" [] Other ArgumentRule::Length(83_886_080), None;
    Varbit "varbit" [] Other ArgumentRule::Length(83_886_080), None;
    Int4range "int4range" [] Range ArgumentRule::None, None;
    Int8range "int8range" [] Range ArgumentRule::None, None;
    Numrange "numrange" [] Range ArgumentRule::None, None;
    Tsrange "tsrange" [] Range ArgumentRule::None, None;
    Tstzrange "tstzrange" [] Range ArgumentRule::None, None;
    Daterange "daterange" [] Range ArgumentRule::None, None;
    Int4multirange "int4multirange" [] Range ArgumentRule::None, None;
    Int8multirange "int8multirange" [] Range ArgumentRule::None, None;
    Nummultirange "nummultirange" [] Range ArgumentRule::None, None;
    Tsmultirange "tsmultirange" [] Range ArgumentRule::None, None;
    Tstzmultirange "tstzmultirange" [] Range ArgumentRule::None, None;
    Datemultirange "datemultirange" [] Range ArgumentRule::None, None;
    Tsvector "tsvector" [] Other ArgumentRule::None, None;
    Tsquery "tsquery" [] Other ArgumentRule::None, None;
    Xml "xml" [] Other ArgumentRule::None, None;
    Point "point" [] Other ArgumentRule::None, None;
    Line "line" [] Other ArgumentRule::None, None;
    Lseg "lseg" [] Other ArgumentRule::None, None;
    Box "box" [] Other ArgumentRule::None, None;
    Path "path" [] Other ArgumentRule::None, None;
    Polygon "polygon" [] Other ArgumentRule::None, None;
    Circle "circle" [] Other ArgumentRule::None, None;
}

impl Scalar {
    /// The type of that name, under any of its names.
    pub fn from_name(name: &str) -> Option<Scalar> {
        Scalar::ALL
            .iter()
            .copied()
            .find(|scalar| scalar.sql() == name || scalar.aliases().contains(&name))
    }
}

impl FieldType {
    /// A built-in type without arguments.
    pub fn scalar(scalar: Scalar) -> FieldType {
        FieldType { base: BaseType::Scalar(scalar, TypeArguments::None), dimensions: 0 }
    }
}
