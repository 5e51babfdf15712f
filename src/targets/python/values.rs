//! What values are in Python.

use crate::schema::Scalar;

/// What a value is in Python, under psycopg and asyncpg alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Of a class of Python's own, of this module where it is not built in.
    Class(Option<&'static str>, &'static str),
    /// A document of JSON.
    Document,
    /// Texts by texts.
    Texts,
    /// An address, perhaps with its network.
    Address,
    /// A network.
    Network,
    /// A string of bits.
    Bits,
    /// A range of these.
    Range(Scalar),
    /// Several of these ranges.
    Ranges(Scalar),
}

/// What a value of a type is.
pub fn value(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Smallint | Scalar::Integer | Scalar::Bigint => Value::Class(None, "int"),
        Scalar::Numeric => Value::Class(Some("decimal"), "Decimal"),
        Scalar::Real | Scalar::DoublePrecision => Value::Class(None, "float"),
        Scalar::Boolean => Value::Class(None, "bool"),
        Scalar::Money
        | Scalar::Text
        | Scalar::Varchar
        | Scalar::Char
        | Scalar::Citext
        | Scalar::Macaddr
        | Scalar::Macaddr8
        | Scalar::Tsvector
        | Scalar::Tsquery
        | Scalar::Xml
        | Scalar::Point
        | Scalar::Line
        | Scalar::Lseg
        | Scalar::Box
        | Scalar::Path
        | Scalar::Polygon
        | Scalar::Circle => Value::Class(None, "str"),
        Scalar::Uuid => Value::Class(Some("uuid"), "UUID"),
        Scalar::Bytea => Value::Class(None, "bytes"),
        Scalar::Date => Value::Class(Some("datetime"), "date"),
        Scalar::Time | Scalar::Timetz => Value::Class(Some("datetime"), "time"),
        Scalar::Timestamp | Scalar::Timestamptz => Value::Class(Some("datetime"), "datetime"),
        Scalar::Interval => Value::Class(Some("datetime"), "timedelta"),
        Scalar::Json | Scalar::Jsonb => Value::Document,
        Scalar::Hstore => Value::Texts,
        Scalar::Inet => Value::Address,
        Scalar::Cidr => Value::Network,
        Scalar::Bit | Scalar::Varbit => Value::Bits,
        Scalar::Int4range | Scalar::Int8range => Value::Range(Scalar::Bigint),
        Scalar::Numrange => Value::Range(Scalar::Numeric),
        Scalar::Tsrange | Scalar::Tstzrange => Value::Range(Scalar::Timestamptz),
        Scalar::Daterange => Value::Range(Scalar::Date),
        Scalar::Int4multirange | Scalar::Int8multirange => Value::Ranges(Scalar::Int8range),
        Scalar::Nummultirange => Value::Ranges(Scalar::Numrange),
        Scalar::Tsmultirange | Scalar::Tstzmultirange => Value::Ranges(Scalar::Tstzrange),
        Scalar::Datemultirange => Value::Ranges(Scalar::Daterange),
    }
}
