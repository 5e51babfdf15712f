//! Field types as Django's fields: Django's own where its column is the same, else one that
//! `database.py` brings.

use crate::schema::{BaseType, EnumStorage, FieldType, Scalar, TypeArguments};
use crate::target::DjangoVersion;
use crate::targets::python::{Code, string};

use super::app::App;
use super::enums;
use super::file::{PythonFile, Support};

/// A field of this type, without the options that are the column's own.
pub(super) fn field_of_type(app: &App<'_>, ty: &FieldType, file: &mut PythonFile<'_>) -> Code {
    let element = match &ty.base {
        BaseType::Scalar(scalar, arguments) => {
            scalar_field(app, *scalar, *arguments, &app.sql_type(ty), file)
        }
        BaseType::Raw(name) => column(Support::Column, name, file),
        BaseType::Enum(id) => {
            let field = match &app.schema().enums[*id].storage {
                EnumStorage::Checked(storage) => field_of_type(app, storage, file),
                EnumStorage::NativeType => column(Support::EnumColumn, &app.enum_type(*id), file),
            };
            field.keyword("choices", enums::choices(app, *id, file))
        }
    };
    (0..ty.dimensions).fold(element, |base, _| {
        let native = matches!(&ty.base, BaseType::Enum(id)
            if matches!(app.schema().enums[*id].storage, EnumStorage::NativeType));
        let array = if native {
            file.support(Support::EnumArrayField)
        } else {
            file.postgres("fields", "ArrayField")
        };
        Code::call(array).with(base)
    })
}

fn column(support: Support, ty: &str, file: &mut PythonFile<'_>) -> Code {
    Code::call(file.support(support)).keyword("column_type", string(ty))
}

fn ranges(name: &str, file: &mut PythonFile<'_>) -> Code {
    Code::call(file.postgres("fields", name))
}

fn scalar_field(
    app: &App<'_>,
    scalar: Scalar,
    arguments: TypeArguments,
    sql: &str,
    file: &mut PythonFile<'_>,
) -> Code {
    let plain = arguments == TypeArguments::None;
    match scalar {
        Scalar::Smallint => file.call("SmallIntegerField"),
        Scalar::Integer => file.call("IntegerField"),
        Scalar::Bigint => file.call("BigIntegerField"),
        Scalar::Numeric => match arguments {
            // Django counts the places of every decimal, until 6.1.
            TypeArguments::None if app.options.version == Some(DjangoVersion::V6_1) => {
                file.call("DecimalField")
            }
            TypeArguments::None => column(Support::DecimalColumn, sql, file),
            TypeArguments::Length(digits) => decimal(file, digits, 0),
            TypeArguments::Precision(digits, places) => match u32::try_from(places) {
                Ok(places) if places <= digits => decimal(file, digits, places),
                _ => column(Support::DecimalColumn, sql, file),
            },
        },
        Scalar::Real => column(Support::FloatColumn, sql, file),
        Scalar::DoublePrecision => file.call("FloatField"),
        Scalar::Boolean => file.call("BooleanField"),
        Scalar::Text => file.call("TextField"),
        Scalar::Varchar => match arguments {
            TypeArguments::Length(length) => {
                file.call("CharField").keyword("max_length", length.to_string())
            }
            TypeArguments::None | TypeArguments::Precision(..) => file.call("CharField"),
        },
        Scalar::Char => {
            let field = column(Support::CharColumn, sql, file);
            match arguments {
                TypeArguments::Length(length) => field.keyword("max_length", length.to_string()),
                TypeArguments::None | TypeArguments::Precision(..) => field,
            }
        }
        Scalar::Citext => column(Support::TextColumn, sql, file),
        Scalar::Uuid => file.call("UUIDField"),
        Scalar::Bytea => file.call("BinaryField"),
        Scalar::Date => file.call("DateField"),
        Scalar::Time if plain => file.call("TimeField"),
        Scalar::Time | Scalar::Timetz => column(Support::TimeColumn, sql, file),
        Scalar::Timestamptz if plain => file.call("DateTimeField"),
        Scalar::Timestamptz => column(Support::DateTimeColumn, sql, file),
        Scalar::Timestamp if plain => Code::call(file.support(Support::NaiveDateTimeField)),
        Scalar::Timestamp => column(Support::NaiveDateTimeField, sql, file),
        Scalar::Interval if plain => file.call("DurationField"),
        Scalar::Interval => column(Support::DurationColumn, sql, file),
        Scalar::Json => Code::call(file.support(Support::JsonColumn)),
        Scalar::Jsonb => file.call("JSONField"),
        Scalar::Hstore => ranges("HStoreField", file),
        Scalar::Inet => file.call("GenericIPAddressField"),
        Scalar::Int4range => ranges("IntegerRangeField", file),
        Scalar::Int8range => ranges("BigIntegerRangeField", file),
        Scalar::Numrange => ranges("DecimalRangeField", file),
        Scalar::Tsrange => column(Support::NaiveRangeColumn, sql, file),
        Scalar::Tstzrange => ranges("DateTimeRangeField", file),
        Scalar::Daterange => ranges("DateRangeField", file),
        Scalar::Tsvector => Code::call(file.postgres("search", "SearchVectorField")),
        Scalar::Money
        | Scalar::Cidr
        | Scalar::Macaddr
        | Scalar::Macaddr8
        | Scalar::Bit
        | Scalar::Varbit
        | Scalar::Int4multirange
        | Scalar::Int8multirange
        | Scalar::Nummultirange
        | Scalar::Tsmultirange
        | Scalar::Tstzmultirange
        | Scalar::Datemultirange
        | Scalar::Tsquery
        | Scalar::Xml
        | Scalar::Point
        | Scalar::Line
        | Scalar::Lseg
        | Scalar::Box
        | Scalar::Path
        | Scalar::Polygon
        | Scalar::Circle => column(Support::Column, sql, file),
    }
}

fn decimal(file: &mut PythonFile<'_>, digits: u32, places: u32) -> Code {
    file.call("DecimalField")
        .keyword("max_digits", digits.to_string())
        .keyword("decimal_places", places.to_string())
}
