//! The table of functions that expressions may call. A function is one row for each way to call it.

use super::types::Scalar::{self, *};
use Parameter as P;
use Returns as R;
use Volatility::*;

/// One way to call a function of PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it is called with.
    pub parameters: &'static [Parameter],
    /// What may follow, any number of times.
    pub rest: Option<Parameter>,
    /// What it gives.
    pub returns: Returns,
    /// Whether the same arguments always give the same.
    pub volatility: Volatility,
}

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// Anything.
    Any,
    /// This, or what PostgreSQL turns into it by itself.
    Type(Scalar),
    /// Any number.
    Number,
    /// An integer or a numeric: no floating point.
    Exact,
    /// A range or a multirange.
    Range,
    /// An array.
    Array,
    /// An element of the first argument, which is an array.
    Element,
    /// A string literal, which PostgreSQL reads as what it needs: a configuration of text search.
    Literal,
    /// Something, as long as all arguments of this kind have one type.
    Same,
}

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// This type.
    Type(Scalar),
    /// `text[]`
    TextArray,
    /// The type of the first argument.
    First,
    /// The element of the first argument, a range.
    Bound,
    /// `numeric` for a numeric, `double precision` for any other number.
    Fraction,
    /// The one type of the arguments that have to be the same.
    Common,
}

/// Whether a value can change while the row does not; PostgreSQL's three words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    /// The same arguments always give the same.
    Immutable,
    /// The same within one statement; another day, time zone or setting gives something else.
    Stable,
    /// Every call may give something else.
    Volatile,
}

/// How a call is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionForm {
    /// `lower(name)`
    Call,
    /// `current_date`: without parentheses.
    Bare,
    /// `position(a IN b)`
    In,
}

/// How the function of that name is written.
pub fn function_form(name: &str) -> FunctionForm {
    match name {
        "current_date" | "current_time" | "current_timestamp" | "localtime" | "localtimestamp"
        | "current_user" | "session_user" | "current_role" => FunctionForm::Bare,
        "position" => FunctionForm::In,
        _ => FunctionForm::Call,
    }
}

/// Every way to call the function of that name; empty when there is none.
pub fn functions(name: &str) -> impl Iterator<Item = &'static Function> + Clone {
    FUNCTIONS.iter().filter(move |function| function.name == name)
}

/// The names of all functions, some of them several times.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

impl Function {
    /// Whether it can be called with so many arguments.
    pub fn takes(&self, arguments: usize) -> bool {
        let least = self.parameters.len();
        arguments == least || (self.rest.is_some() && arguments > least)
    }

    /// What the argument at that place must be.
    pub fn parameter(&self, place: usize) -> Option<Parameter> {
        self.parameters.get(place).copied().or(self.rest)
    }

    /// The call in short: `left(text, integer)`.
    pub fn signature(&self) -> String {
        let mut words: Vec<&str> = self.parameters.iter().map(|p| p.word()).collect();
        if self.rest.is_some() {
            words.push("…");
        }
        match function_form(self.name) {
            FunctionForm::Bare => self.name.to_owned(),
            FunctionForm::Call | FunctionForm::In => format!("{}({})", self.name, words.join(", ")),
        }
    }
}

impl Parameter {
    fn word(self) -> &'static str {
        match self {
            P::Any | P::Same => "any",
            P::Type(scalar) => scalar.sql(),
            P::Number => "number",
            P::Exact => "numeric",
            P::Range => "range",
            P::Array => "array",
            P::Element => "element",
            P::Literal => "string literal",
        }
    }
}

const fn row(
    name: &'static str,
    parameters: &'static [Parameter],
    returns: Returns,
    volatility: Volatility,
) -> Function {
    Function { name, parameters, rest: None, returns, volatility }
}

const fn many(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Parameter,
    returns: Returns,
    volatility: Volatility,
) -> Function {
    Function { name, parameters, rest: Some(rest), returns, volatility }
}

const TEXT: Parameter = P::Type(Text);
const INT: Parameter = P::Type(Integer);

#[rustfmt::skip]
const FUNCTIONS: &[Function] = &[
    // Now
    row("now", &[], R::Type(Timestamptz), Stable),
    row("current_timestamp", &[], R::Type(Timestamptz), Stable),
    row("current_date", &[], R::Type(Date), Stable),
    row("current_time", &[], R::Type(Timetz), Stable),
    row("localtimestamp", &[], R::Type(Timestamp), Stable),
    row("localtime", &[], R::Type(Time), Stable),
    row("transaction_timestamp", &[], R::Type(Timestamptz), Stable),
    row("statement_timestamp", &[], R::Type(Timestamptz), Stable),
    row("clock_timestamp", &[], R::Type(Timestamptz), Volatile),
    // By chance
    row("gen_random_uuid", &[], R::Type(Uuid), Volatile),
    row("random", &[], R::Type(DoublePrecision), Volatile),
    // Who and where
    row("current_user", &[], R::Type(Text), Stable),
    row("session_user", &[], R::Type(Text), Stable),
    row("current_role", &[], R::Type(Text), Stable),
    row("current_setting", &[TEXT], R::Type(Text), Stable),
    row("current_setting", &[TEXT, P::Type(Boolean)], R::Type(Text), Stable),
    // NULL, and the first, the least, the greatest
    many("coalesce", &[P::Same], P::Same, R::Common, Immutable),
    row("nullif", &[P::Same, P::Same], R::Common, Immutable),
    many("greatest", &[P::Same], P::Same, R::Common, Immutable),
    many("least", &[P::Same], P::Same, R::Common, Immutable),
    many("num_nonnulls", &[P::Any], P::Any, R::Type(Integer), Immutable),
    many("num_nulls", &[P::Any], P::Any, R::Type(Integer), Immutable),
    // Text
    row("lower", &[TEXT], R::Type(Text), Immutable),
    row("upper", &[TEXT], R::Type(Text), Immutable),
    row("initcap", &[TEXT], R::Type(Text), Immutable),
    row("reverse", &[TEXT], R::Type(Text), Immutable),
    row("length", &[TEXT], R::Type(Integer), Immutable),
    row("length", &[P::Type(Bytea)], R::Type(Integer), Immutable),
    row("length", &[P::Type(Tsvector)], R::Type(Integer), Immutable),
    row("char_length", &[TEXT], R::Type(Integer), Immutable),
    row("character_length", &[TEXT], R::Type(Integer), Immutable),
    row("octet_length", &[TEXT], R::Type(Integer), Immutable),
    row("octet_length", &[P::Type(Bytea)], R::Type(Integer), Immutable),
    row("bit_length", &[TEXT], R::Type(Integer), Immutable),
    row("trim", &[TEXT], R::Type(Text), Immutable),
    row("trim", &[TEXT, TEXT], R::Type(Text), Immutable),
    row("btrim", &[TEXT], R::Type(Text), Immutable),
    row("btrim", &[TEXT, TEXT], R::Type(Text), Immutable),
    row("ltrim", &[TEXT], R::Type(Text), Immutable),
    row("ltrim", &[TEXT, TEXT], R::Type(Text), Immutable),
    row("rtrim", &[TEXT], R::Type(Text), Immutable),
    row("rtrim", &[TEXT, TEXT], R::Type(Text), Immutable),
    row("left", &[TEXT, INT], R::Type(Text), Immutable),
    row("right", &[TEXT, INT], R::Type(Text), Immutable),
    row("lpad", &[TEXT, INT], R::Type(Text), Immutable),
    row("lpad", &[TEXT, INT, TEXT], R::Type(Text), Immutable),
    row("rpad", &[TEXT, INT], R::Type(Text), Immutable),
    row("rpad", &[TEXT, INT, TEXT], R::Type(Text), Immutable),
    row("repeat", &[TEXT, INT], R::Type(Text), Immutable),
    row("replace", &[TEXT, TEXT, TEXT], R::Type(Text), Immutable),
    row("translate", &[TEXT, TEXT, TEXT], R::Type(Text), Immutable),
    row("split_part", &[TEXT, TEXT, INT], R::Type(Text), Immutable),
    row("substring", &[TEXT, INT], R::Type(Text), Immutable),
    row("substring", &[TEXT, INT, INT], R::Type(Text), Immutable),
    row("substring", &[TEXT, TEXT], R::Type(Text), Immutable),
    row("substr", &[TEXT, INT], R::Type(Text), Immutable),
    row("substr", &[TEXT, INT, INT], R::Type(Text), Immutable),
    row("position", &[TEXT, TEXT], R::Type(Integer), Immutable),
    row("strpos", &[TEXT, TEXT], R::Type(Integer), Immutable),
    row("starts_with", &[TEXT, TEXT], R::Type(Boolean), Immutable),
    row("regexp_like", &[TEXT, TEXT], R::Type(Boolean), Immutable),
    row("regexp_like", &[TEXT, TEXT, TEXT], R::Type(Boolean), Immutable),
    row("regexp_replace", &[TEXT, TEXT, TEXT], R::Type(Text), Immutable),
    row("regexp_replace", &[TEXT, TEXT, TEXT, TEXT], R::Type(Text), Immutable),
    row("regexp_count", &[TEXT, TEXT], R::Type(Integer), Immutable),
    row("normalize", &[TEXT], R::Type(Text), Immutable),
    row("ascii", &[TEXT], R::Type(Integer), Immutable),
    row("chr", &[INT], R::Type(Text), Immutable),
    row("md5", &[TEXT], R::Type(Text), Immutable),
    row("md5", &[P::Type(Bytea)], R::Type(Text), Immutable),
    row("sha256", &[P::Type(Bytea)], R::Type(Bytea), Immutable),
    row("encode", &[P::Type(Bytea), TEXT], R::Type(Text), Immutable),
    row("decode", &[TEXT, TEXT], R::Type(Bytea), Immutable),
    row("to_hex", &[P::Type(Bigint)], R::Type(Text), Immutable),
    many("concat", &[P::Any], P::Any, R::Type(Text), Stable),
    many("concat_ws", &[TEXT, P::Any], P::Any, R::Type(Text), Stable),
    row("string_to_array", &[TEXT, TEXT], R::TextArray, Immutable),
    // Numbers
    row("abs", &[P::Number], R::First, Immutable),
    row("sign", &[P::Number], R::Fraction, Immutable),
    row("round", &[P::Number], R::Fraction, Immutable),
    row("round", &[P::Exact, INT], R::Type(Numeric), Immutable),
    row("trunc", &[P::Number], R::Fraction, Immutable),
    row("trunc", &[P::Exact, INT], R::Type(Numeric), Immutable),
    row("ceil", &[P::Number], R::Fraction, Immutable),
    row("ceiling", &[P::Number], R::Fraction, Immutable),
    row("floor", &[P::Number], R::Fraction, Immutable),
    row("mod", &[P::Exact, P::Exact], R::Common, Immutable),
    row("div", &[P::Exact, P::Exact], R::Type(Numeric), Immutable),
    row("gcd", &[P::Exact, P::Exact], R::Common, Immutable),
    row("lcm", &[P::Exact, P::Exact], R::Common, Immutable),
    row("power", &[P::Number, P::Number], R::Fraction, Immutable),
    row("sqrt", &[P::Number], R::Fraction, Immutable),
    row("exp", &[P::Number], R::Fraction, Immutable),
    row("ln", &[P::Number], R::Fraction, Immutable),
    row("log", &[P::Number], R::Fraction, Immutable),
    // Dates and times
    row("date_trunc", &[TEXT, P::Type(Timestamp)], R::Type(Timestamp), Immutable),
    row("date_trunc", &[TEXT, P::Type(Interval)], R::Type(Interval), Immutable),
    row("date_trunc", &[TEXT, P::Type(Timestamptz)], R::Type(Timestamptz), Stable),
    row("date_trunc", &[TEXT, P::Type(Timestamptz), TEXT], R::Type(Timestamptz), Stable),
    row("date_part", &[TEXT, P::Type(Timestamp)], R::Type(DoublePrecision), Immutable),
    row("date_part", &[TEXT, P::Type(Date)], R::Type(DoublePrecision), Immutable),
    row("date_part", &[TEXT, P::Type(Time)], R::Type(DoublePrecision), Immutable),
    row("date_part", &[TEXT, P::Type(Timetz)], R::Type(DoublePrecision), Immutable),
    row("date_part", &[TEXT, P::Type(Interval)], R::Type(DoublePrecision), Immutable),
    row("date_part", &[TEXT, P::Type(Timestamptz)], R::Type(DoublePrecision), Stable),
    row("date_bin", &[P::Type(Interval), P::Type(Timestamp), P::Type(Timestamp)], R::Type(Timestamp), Immutable),
    row("date_bin", &[P::Type(Interval), P::Type(Timestamptz), P::Type(Timestamptz)], R::Type(Timestamptz), Immutable),
    row("timezone", &[TEXT, P::Type(Timestamptz)], R::Type(Timestamp), Immutable),
    row("timezone", &[TEXT, P::Type(Timestamp)], R::Type(Timestamptz), Immutable),
    row("age", &[P::Type(Timestamp), P::Type(Timestamp)], R::Type(Interval), Immutable),
    row("age", &[P::Type(Timestamptz), P::Type(Timestamptz)], R::Type(Interval), Immutable),
    row("age", &[P::Type(Timestamp)], R::Type(Interval), Stable),
    row("age", &[P::Type(Timestamptz)], R::Type(Interval), Stable),
    row("make_date", &[INT, INT, INT], R::Type(Date), Immutable),
    row("to_timestamp", &[P::Number], R::Type(Timestamptz), Immutable),
    row("to_timestamp", &[TEXT, TEXT], R::Type(Timestamptz), Stable),
    row("to_date", &[TEXT, TEXT], R::Type(Date), Stable),
    row("to_char", &[P::Type(Timestamp), TEXT], R::Type(Text), Stable),
    row("to_char", &[P::Type(Timestamptz), TEXT], R::Type(Text), Stable),
    row("to_char", &[P::Type(Interval), TEXT], R::Type(Text), Stable),
    row("to_char", &[P::Number, TEXT], R::Type(Text), Stable),
    row("isfinite", &[P::Type(Date)], R::Type(Boolean), Immutable),
    row("isfinite", &[P::Type(Timestamp)], R::Type(Boolean), Immutable),
    row("isfinite", &[P::Type(Timestamptz)], R::Type(Boolean), Immutable),
    row("isfinite", &[P::Type(Interval)], R::Type(Boolean), Immutable),
    // Ranges
    row("lower", &[P::Range], R::Bound, Immutable),
    row("upper", &[P::Range], R::Bound, Immutable),
    row("isempty", &[P::Range], R::Type(Boolean), Immutable),
    row("lower_inc", &[P::Range], R::Type(Boolean), Immutable),
    row("upper_inc", &[P::Range], R::Type(Boolean), Immutable),
    row("lower_inf", &[P::Range], R::Type(Boolean), Immutable),
    row("upper_inf", &[P::Range], R::Type(Boolean), Immutable),
    row("int4range", &[INT, INT], R::Type(Int4range), Immutable),
    row("int4range", &[INT, INT, TEXT], R::Type(Int4range), Immutable),
    row("int8range", &[P::Type(Bigint), P::Type(Bigint)], R::Type(Int8range), Immutable),
    row("int8range", &[P::Type(Bigint), P::Type(Bigint), TEXT], R::Type(Int8range), Immutable),
    row("numrange", &[P::Exact, P::Exact], R::Type(Numrange), Immutable),
    row("numrange", &[P::Exact, P::Exact, TEXT], R::Type(Numrange), Immutable),
    row("tsrange", &[P::Type(Timestamp), P::Type(Timestamp)], R::Type(Tsrange), Immutable),
    row("tsrange", &[P::Type(Timestamp), P::Type(Timestamp), TEXT], R::Type(Tsrange), Immutable),
    row("tstzrange", &[P::Type(Timestamptz), P::Type(Timestamptz)], R::Type(Tstzrange), Immutable),
    row("tstzrange", &[P::Type(Timestamptz), P::Type(Timestamptz), TEXT], R::Type(Tstzrange), Immutable),
    row("daterange", &[P::Type(Date), P::Type(Date)], R::Type(Daterange), Immutable),
    row("daterange", &[P::Type(Date), P::Type(Date), TEXT], R::Type(Daterange), Immutable),
    // Arrays
    row("cardinality", &[P::Array], R::Type(Integer), Immutable),
    row("array_length", &[P::Array, INT], R::Type(Integer), Immutable),
    row("array_ndims", &[P::Array], R::Type(Integer), Immutable),
    row("array_position", &[P::Array, P::Element], R::Type(Integer), Immutable),
    row("array_append", &[P::Array, P::Element], R::First, Immutable),
    row("array_remove", &[P::Array, P::Element], R::First, Immutable),
    row("array_to_string", &[P::Array, TEXT], R::Type(Text), Stable),
    // JSON
    row("jsonb_typeof", &[P::Type(Jsonb)], R::Type(Text), Immutable),
    row("json_typeof", &[P::Type(Json)], R::Type(Text), Immutable),
    row("jsonb_array_length", &[P::Type(Jsonb)], R::Type(Integer), Immutable),
    row("json_array_length", &[P::Type(Json)], R::Type(Integer), Immutable),
    row("jsonb_exists", &[P::Type(Jsonb), TEXT], R::Type(Boolean), Immutable),
    row("jsonb_strip_nulls", &[P::Type(Jsonb)], R::Type(Jsonb), Immutable),
    many("jsonb_extract_path", &[P::Type(Jsonb), TEXT], TEXT, R::Type(Jsonb), Immutable),
    many("jsonb_extract_path_text", &[P::Type(Jsonb), TEXT], TEXT, R::Type(Text), Immutable),
    many("jsonb_build_object", &[], P::Any, R::Type(Jsonb), Stable),
    many("jsonb_build_array", &[], P::Any, R::Type(Jsonb), Stable),
    row("to_jsonb", &[P::Any], R::Type(Jsonb), Stable),
    // Text search
    row("to_tsvector", &[TEXT], R::Type(Tsvector), Stable),
    row("to_tsvector", &[P::Literal, TEXT], R::Type(Tsvector), Immutable),
    row("to_tsvector", &[P::Literal, P::Type(Jsonb)], R::Type(Tsvector), Immutable),
    row("to_tsquery", &[P::Literal, TEXT], R::Type(Tsquery), Immutable),
    row("plainto_tsquery", &[P::Literal, TEXT], R::Type(Tsquery), Immutable),
    row("websearch_to_tsquery", &[P::Literal, TEXT], R::Type(Tsquery), Immutable),
    row("setweight", &[P::Type(Tsvector), P::Literal], R::Type(Tsvector), Immutable),
    // Network addresses
    row("host", &[P::Type(Inet)], R::Type(Text), Immutable),
    row("family", &[P::Type(Inet)], R::Type(Integer), Immutable),
    row("masklen", &[P::Type(Inet)], R::Type(Integer), Immutable),
    row("network", &[P::Type(Inet)], R::Type(Cidr), Immutable),
];
