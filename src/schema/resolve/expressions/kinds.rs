//! What types have in common where expressions meet them: which can be compared, added and assigned.

use crate::schema::{
    BaseType, Category, EnumId, EnumStorage, FieldType, Scalar, Schema, TypeArguments,
};

/// A type by how its values behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only PostgreSQL knows: `sql "…"`, `raw "…"`, NULL. Everything is allowed.
    Unknown,
    Boolean,
    Number(Scalar),
    Text(Scalar),
    Enum(EnumId),
    /// `date`, `timestamp`, `timestamptz`
    Instant(Scalar),
    Range(Scalar),
    Array,
    /// Anything else: like itself only.
    Other(Scalar),
}

pub(super) fn kind(ty: Option<&FieldType>) -> Kind {
    let Some(ty) = ty else { return Kind::Unknown };
    match &ty.base {
        BaseType::Raw(_) => Kind::Unknown,
        _ if ty.dimensions > 0 => Kind::Array,
        BaseType::Enum(id) => Kind::Enum(*id),
        BaseType::Scalar(scalar @ (Scalar::Date | Scalar::Timestamp | Scalar::Timestamptz), _) => {
            Kind::Instant(*scalar)
        }
        BaseType::Scalar(scalar, _) => match scalar.category() {
            Category::Boolean => Kind::Boolean,
            Category::Integer | Category::Fractional => Kind::Number(*scalar),
            Category::Text => Kind::Text(*scalar),
            Category::Range => Kind::Range(*scalar),
            Category::Temporal | Category::Document | Category::Other => Kind::Other(*scalar),
        },
    }
}

/// The type of one element of an array, or of the type itself when it is none.
pub(super) fn element(ty: &FieldType) -> FieldType {
    FieldType { base: ty.base.clone(), dimensions: ty.dimensions.saturating_sub(1) }
}

/// What a range goes from and to.
pub(super) fn bound(range: Scalar) -> Scalar {
    match range {
        Scalar::Int4range | Scalar::Int4multirange => Scalar::Integer,
        Scalar::Int8range | Scalar::Int8multirange => Scalar::Bigint,
        Scalar::Tsrange | Scalar::Tsmultirange => Scalar::Timestamp,
        Scalar::Tstzrange | Scalar::Tstzmultirange => Scalar::Timestamptz,
        Scalar::Daterange | Scalar::Datemultirange => Scalar::Date,
        _ => Scalar::Numeric,
    }
}

/// Whether an enum's values are text to PostgreSQL.
pub(super) fn is_stored_as_text(schema: &Schema, id: EnumId) -> bool {
    match &schema.enums[id].storage {
        EnumStorage::Checked(ty) => matches!(kind(Some(ty)), Kind::Text(_)),
        EnumStorage::NativeType => false,
    }
}

/// Whether two values can be compared for being equal.
pub(super) fn comparable(
    schema: &Schema,
    left: Option<&FieldType>,
    right: Option<&FieldType>,
) -> bool {
    match (kind(left), kind(right)) {
        (Kind::Unknown, _) | (_, Kind::Unknown) => true,
        (Kind::Boolean, Kind::Boolean)
        | (Kind::Number(_), Kind::Number(_))
        | (Kind::Text(_), Kind::Text(_))
        | (Kind::Instant(_), Kind::Instant(_)) => true,
        (Kind::Enum(left), Kind::Enum(right)) => left == right,
        (Kind::Enum(id), Kind::Text(_)) | (Kind::Text(_), Kind::Enum(id)) => {
            is_stored_as_text(schema, id)
        }
        (Kind::Range(left), Kind::Range(right)) => left == right,
        (Kind::Array, Kind::Array) => match (left, right) {
            (Some(left), Some(right)) => {
                comparable(schema, Some(&element(left)), Some(&element(right)))
            }
            _ => true,
        },
        (Kind::Other(Scalar::Inet | Scalar::Cidr), Kind::Other(Scalar::Inet | Scalar::Cidr)) => {
            true
        }
        (Kind::Other(left), Kind::Other(right)) => left == right,
        _ => false,
    }
}

/// Whether PostgreSQL has `=` for the type.
pub(super) fn has_equality(ty: Option<&FieldType>) -> bool {
    !matches!(kind(ty), Kind::Other(Scalar::Json | Scalar::Xml | Scalar::Point | Scalar::Polygon))
}

/// Whether PostgreSQL has `<` for the type.
pub(super) fn has_order(ty: Option<&FieldType>) -> bool {
    has_equality(ty) && !matches!(kind(ty), Kind::Other(Scalar::Hstore | Scalar::Line))
}

/// Whether a value can be stored in a column of the type: PostgreSQL's assignment casts.
pub(super) fn assignable(schema: &Schema, from: Option<&FieldType>, to: &FieldType) -> bool {
    match (kind(from), kind(Some(to))) {
        (Kind::Instant(_), Kind::Other(Scalar::Time)) => true,
        (Kind::Other(Scalar::Json), Kind::Other(Scalar::Jsonb))
        | (Kind::Other(Scalar::Jsonb), Kind::Other(Scalar::Json)) => true,
        (Kind::Text(_), Kind::Enum(_)) => false,
        _ => comparable(schema, from, Some(to)),
    }
}

/// The type that holds both numbers, by PostgreSQL's own promotion.
pub(super) fn wider(left: Scalar, right: Scalar) -> Scalar {
    use Scalar::*;
    match (left, right) {
        (Real, Real) => Real,
        (Real | DoublePrecision, _) | (_, Real | DoublePrecision) => DoublePrecision,
        (Numeric, _) | (_, Numeric) => Numeric,
        (Bigint, _) | (_, Bigint) => Bigint,
        (Integer, _) | (_, Integer) => Integer,
        _ => left,
    }
}

/// Whether one is a `timestamptz` and the other is not: what the comparison gives depends on the time
/// zone of the session.
pub(super) fn depends_on_zone(left: Option<&FieldType>, right: Option<&FieldType>) -> bool {
    matches!(
        (kind(left), kind(right)),
        (Kind::Instant(left), Kind::Instant(right))
            if (left == Scalar::Timestamptz) != (right == Scalar::Timestamptz)
    )
}

/// The type as a user writes it.
pub(crate) fn describe(schema: &Schema, ty: &FieldType) -> String {
    let mut text = match &ty.base {
        BaseType::Scalar(Scalar::DoublePrecision, _) => "float8".to_owned(),
        BaseType::Scalar(scalar, TypeArguments::None) => scalar.sql().to_owned(),
        BaseType::Scalar(scalar, TypeArguments::Length(length)) => {
            format!("{}({length})", scalar.sql())
        }
        BaseType::Scalar(scalar, TypeArguments::Precision(precision, scale)) => {
            format!("{}({precision}, {scale})", scalar.sql())
        }
        BaseType::Enum(id) => schema.enums[*id].name.to_string(),
        BaseType::Raw(raw) => format!("raw {raw:?}"),
    };
    for _ in 0..ty.dimensions {
        text.push_str("[]");
    }
    text
}
