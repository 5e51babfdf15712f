//! The table of types: for each, SQLAlchemy's type and Python's.

use crate::schema::{BaseType, EnumId, EnumStorage, FieldType, Scalar, TypeArguments};
use crate::targets::python::{Code, Value, string, value};

use super::plan::Plan;
use super::scope::Scope;

/// A column's type in both worlds.
#[derive(Debug)]
pub(super) struct TypeCode {
    /// What `mapped_column` is given.
    pub sqlalchemy: Code,
    /// What stands in `Mapped[…]`, without `None`.
    pub python: String,
}

/// The two types of a field type; `nullable` matters for JSON, where None is two things.
pub(super) fn type_code(
    ty: &FieldType,
    nullable: bool,
    plan: &Plan<'_>,
    scope: &mut Scope,
) -> TypeCode {
    let sqlalchemy = sqlalchemy_type(ty, nullable, plan, scope);
    TypeCode { sqlalchemy, python: python_type(ty, plan, scope) }
}

/// What `mapped_column` is given.
pub(super) fn sqlalchemy_type(
    ty: &FieldType,
    nullable: bool,
    plan: &Plan<'_>,
    scope: &mut Scope,
) -> Code {
    let code = match &ty.base {
        BaseType::Scalar(scalar, arguments) => {
            let nullable = nullable && ty.dimensions == 0;
            scalar_code(*scalar, *arguments, nullable, plan, scope)
        }
        BaseType::Enum(id) => match &plan.schema().enums[*id].storage {
            EnumStorage::NativeType => Code::text(plan.enum_type(*id, scope)),
            EnumStorage::Checked(storage) => {
                let call = Code::call(scope.name(&plan.base_module(), "EnumValue"));
                let call = call.with(plan.enum_class(*id, scope));
                if *storage == FieldType::scalar(Scalar::Text) {
                    call
                } else {
                    call.with(sqlalchemy_type(storage, false, plan, scope).called())
                }
            }
        },
        BaseType::Raw(name) => raw(name, plan, scope),
    };
    if ty.dimensions == 0 {
        return code;
    }
    let array = Code::call(scope.pg("ARRAY")).with(code);
    if ty.dimensions > 1 { array.keyword("dimensions", ty.dimensions.to_string()) } else { array }
}

/// What a value is in Python, without `None`.
pub(super) fn python_type(ty: &FieldType, plan: &Plan<'_>, scope: &mut Scope) -> String {
    python(ty, scope, |id, scope| plan.enum_class(id, scope))
}

/// The same, where only type checkers read it: no other file has to be loaded for it.
pub(super) fn annotated_type(ty: &FieldType, plan: &Plan<'_>, scope: &mut Scope) -> String {
    python(ty, scope, |id, scope| plan.enum_annotation(id, scope))
}

fn python(
    ty: &FieldType,
    scope: &mut Scope,
    class: impl FnOnce(EnumId, &mut Scope) -> String,
) -> String {
    let python = match &ty.base {
        BaseType::Scalar(scalar, _) => python_scalar(*scalar, scope),
        BaseType::Enum(id) => class(*id, scope),
        BaseType::Raw(_) => "str".to_owned(),
    };
    (0..ty.dimensions).fold(python, |python, _| format!("list[{python}]"))
}

fn scalar_code(
    scalar: Scalar,
    arguments: TypeArguments,
    nullable: bool,
    plan: &Plan<'_>,
    scope: &mut Scope,
) -> Code {
    let length = match arguments {
        TypeArguments::Length(length) => Some(length.to_string()),
        TypeArguments::None | TypeArguments::Precision(..) => None,
    };
    let sized = |name: String| match &length {
        Some(length) => Code::call(name).with(length.clone()),
        None => Code::text(name),
    };
    match scalar {
        Scalar::Smallint => scope.sa("SmallInteger").into(),
        Scalar::Integer => scope.sa("Integer").into(),
        Scalar::Bigint => scope.sa("BigInteger").into(),
        Scalar::Numeric => match arguments {
            TypeArguments::None => scope.sa("Numeric").into(),
            TypeArguments::Length(precision) => {
                Code::call(scope.sa("Numeric")).with(precision.to_string())
            }
            TypeArguments::Precision(precision, scale) => {
                Code::call(scope.sa("Numeric")).with(precision.to_string()).with(scale.to_string())
            }
        },
        Scalar::Real => scope.sa("REAL").into(),
        Scalar::DoublePrecision => scope.sa("Double").into(),
        Scalar::Money => scope.pg("MONEY").into(),
        Scalar::Boolean => scope.sa("Boolean").into(),
        Scalar::Text => scope.sa("Text").into(),
        Scalar::Varchar => sized(scope.sa("String")),
        Scalar::Char => sized(scope.sa("CHAR")),
        Scalar::Citext => scope.pg("CITEXT").into(),
        Scalar::Uuid => scope.sa("Uuid").into(),
        Scalar::Bytea => scope.sa("LargeBinary").into(),
        Scalar::Date => scope.sa("Date").into(),
        Scalar::Time => temporal(("Time", "TIME"), false, length, scope),
        Scalar::Timetz => temporal(("Time", "TIME"), true, length, scope),
        Scalar::Timestamp => temporal(("DateTime", "TIMESTAMP"), false, length, scope),
        Scalar::Timestamptz => temporal(("DateTime", "TIMESTAMP"), true, length, scope),
        Scalar::Interval => temporal(("Interval", "INTERVAL"), false, length, scope),
        Scalar::Json => document(scope.sa("JSON"), nullable),
        Scalar::Jsonb => document(scope.pg("JSONB"), nullable),
        Scalar::Hstore => scope.pg("HSTORE").into(),
        Scalar::Inet => scope.pg("INET").into(),
        Scalar::Cidr => scope.pg("CIDR").into(),
        Scalar::Macaddr => scope.pg("MACADDR").into(),
        Scalar::Macaddr8 => scope.pg("MACADDR8").into(),
        Scalar::Bit => sized(scope.pg("BIT")),
        Scalar::Varbit => {
            let bit = Code::call(scope.pg("BIT"));
            match length {
                Some(length) => bit.with(length),
                None => bit,
            }
            .keyword("varying", "True")
        }
        Scalar::Int4range
        | Scalar::Int8range
        | Scalar::Numrange
        | Scalar::Tsrange
        | Scalar::Tstzrange
        | Scalar::Daterange
        | Scalar::Int4multirange
        | Scalar::Int8multirange
        | Scalar::Nummultirange
        | Scalar::Tsmultirange
        | Scalar::Tstzmultirange
        | Scalar::Datemultirange
        | Scalar::Tsvector
        | Scalar::Tsquery => scope.pg(&scalar.sql().to_uppercase()).into(),
        Scalar::Xml
        | Scalar::Point
        | Scalar::Line
        | Scalar::Lseg
        | Scalar::Box
        | Scalar::Path
        | Scalar::Polygon
        | Scalar::Circle => raw(scalar.sql(), plan, scope),
    }
}

/// What a value is in Python, under psycopg and asyncpg alike.
fn python_scalar(scalar: Scalar, scope: &mut Scope) -> String {
    match value(scalar) {
        Value::Class(None, name) => name.to_owned(),
        Value::Class(Some(module), name) => scope.name(module, name),
        Value::Document => scope.name("typing", "Any"),
        Value::Texts => "dict[str, str | None]".to_owned(),
        Value::Address => ["IPv4Address", "IPv4Interface", "IPv6Address", "IPv6Interface"]
            .map(|name| scope.name("ipaddress", name))
            .join(" | "),
        Value::Network => {
            ["IPv4Network", "IPv6Network"].map(|name| scope.name("ipaddress", name)).join(" | ")
        }
        Value::Bits => scope.pg("BitString"),
        Value::Range(element) => {
            format!("{}[{}]", scope.pg("Range"), python_scalar(element, scope))
        }
        Value::Ranges(range) => {
            format!(
                "{}[{}]",
                scope.name("collections.abc", "Sequence"),
                python_scalar(range, scope)
            )
        }
    }
}

/// SQLAlchemy's general type, or PostgreSQL's own where the digits of a second are said.
fn temporal(
    (general, own): (&str, &str),
    zone: bool,
    precision: Option<String>,
    scope: &mut Scope,
) -> Code {
    let mut call = Code::call(if precision.is_some() { scope.pg(own) } else { scope.sa(general) });
    if zone {
        call = call.keyword("timezone", "True");
    }
    match precision {
        Some(precision) => call.keyword("precision", precision),
        None if zone => call,
        None => scope.sa(general).into(),
    }
}

/// In a column that allows NULL, None is NULL and not the JSON `null`.
fn document(name: String, nullable: bool) -> Code {
    if nullable { Code::call(name).keyword("none_as_null", "True") } else { Code::text(name) }
}

/// A type that SQLAlchemy has no class for.
fn raw(name: &str, plan: &Plan<'_>, scope: &mut Scope) -> Code {
    Code::call(scope.name(&plan.base_module(), "RawType")).with(string(name))
}
