//! Whether the types of keys, UNIQUEs and indexes have an order that their access method can use:
//! PostgreSQL's default operator classes. An operator class that the file names is taken at its word.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{
    BaseType, Category, EntityKind, EnumStorage, FieldType, IndexElement, IndexKey, MemberId,
    Scalar, Schema,
};
use crate::source::Span;
use crate::syntax::tree;

use super::expressions::{describe_type, member_type};

/// Reports every column that its index could not be made over.
pub(crate) fn check_indexable(schema: &Schema, diagnostics: &mut Vec<Diagnostic>) {
    for (_, entity) in schema.entities.iter() {
        if entity.kind == EntityKind::External {
            continue;
        }
        let mut found = |method: &str, ty: Option<FieldType>, span: Span| {
            if let Some(ty) = ty.filter(|ty| !has_class(schema, method, ty)) {
                diagnostics.push(not_indexable(schema, method, &ty, span));
            }
        };
        for &member in &entity.key {
            found("btree", member_type(schema, member), entity.span);
        }
        for unique in &entity.uniques {
            for element in &unique.elements {
                let (ty, span) = element_type(schema, element, unique.span);
                found("btree", ty, span);
            }
        }
        for index in &entity.indexes {
            for element in index.elements.iter().filter(|element| element.opclass.is_none()) {
                let (ty, span) = element_type(schema, element, index.span);
                found(&index.using, ty, span);
            }
        }
        // An `exclude` by GIN or BRIN is refused whatever its columns are.
        for exclude in
            entity.excludes.iter().filter(|one| !matches!(one.using.as_str(), "gin" | "brin"))
        {
            for (element, _) in exclude.elements.iter().filter(|(one, _)| one.opclass.is_none()) {
                let (ty, span) = element_type(schema, element, exclude.span);
                found(&exclude.using, ty, span);
            }
        }
    }
}

/// Reports a column of an order whose values no order sorts.
pub(crate) fn check_sorted(
    schema: &Schema,
    member: MemberId,
    name: &tree::Name,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(ty) = member_type(schema, member).filter(|ty| !has_class(schema, "btree", ty)) {
        let ty = describe_type(schema, &ty);
        found.push(
            Diagnostic::new(
                Code::E0414,
                name.span,
                format!("PostgreSQL can't sort by `{ty}`"),
                format!("a column of type `{ty}`"),
            )
            .note(format!("no value of `{ty}` is smaller than another"))
            .help("name another column"),
        );
    }
}

/// The type of an element, as far as it is known, and where it stands.
pub(crate) fn element_type(
    schema: &Schema,
    element: &IndexElement,
    whole: Span,
) -> (Option<FieldType>, Span) {
    match &element.key {
        IndexKey::Member(member) => (member_type(schema, *member), whole),
        IndexKey::Expr(expr) => (expr.ty.clone(), expr.span),
    }
}

/// Whether PostgreSQL has a default operator class; for GiST and GIN, those of `btree_gist` and
/// `btree_gin` count, since whoever needs these is told so by name.
fn has_class(schema: &Schema, method: &str, ty: &FieldType) -> bool {
    use Scalar::*;
    let scalar = match &ty.base {
        BaseType::Raw(_) => return true,
        BaseType::Enum(id) => match &schema.enums[*id].storage {
            EnumStorage::Checked(FieldType { base: BaseType::Scalar(scalar, _), .. }) => *scalar,
            EnumStorage::Checked(_) => return true,
            EnumStorage::NativeType => return !matches!(method, "brin" | "spgist"),
        },
        BaseType::Scalar(scalar, _) => *scalar,
    };
    let is_shape = matches!(scalar, Point | Line | Lseg | Box | Path | Polygon | Circle);
    let is_array = ty.dimensions > 0;
    let is_multirange = scalar.sql().ends_with("multirange");
    match method {
        "btree" => !is_shape && !matches!(scalar, Json | Xml),
        "hash" => {
            !is_shape && !matches!(scalar, Json | Xml | Money | Tsvector | Tsquery | Bit | Varbit)
        }
        "brin" => {
            let is_plain = !matches!(scalar.category(), Category::Boolean | Category::Document)
                && !matches!(scalar, Xml | Money | Tsvector | Tsquery);
            !is_array && !is_multirange && is_plain && (!is_shape || scalar == Box)
        }
        "gin" => {
            is_array
                || matches!(scalar, Jsonb | Hstore | Tsvector)
                || !(is_shape
                    || scalar.category() == Category::Range
                    || matches!(scalar, Json | Xml | Tsquery))
        }
        "gist" => !is_array && !matches!(scalar, Json | Jsonb | Xml | Line | Lseg | Path),
        "spgist" => {
            !is_array
                && (scalar.category() == Category::Range && !is_multirange
                    || matches!(scalar, Text | Varchar | Citext)
                    || matches!(scalar, Box | Inet | Cidr | Point | Polygon))
        }
        _ => true,
    }
}

fn not_indexable(schema: &Schema, method: &str, ty: &FieldType, span: Span) -> Diagnostic {
    let ty = describe_type(schema, ty);
    let diagnostic = Diagnostic::new(
        Code::E0414,
        span,
        format!("PostgreSQL can't index `{ty}` with `{method}`"),
        format!("has a column of type `{ty}`"),
    )
    .note(format!("`{ty}` has no default operator class for `{method}`."));
    match ty.as_str() {
        "json" => diagnostic.help("use `jsonb`, or index an expression: `((data ->> \"key\"))`"),
        "jsonb" => diagnostic.help("use `gin`, or index an expression: `((data ->> \"key\"))`"),
        "point" | "box" | "polygon" | "circle" => diagnostic.help("use `index using gist (…)`"),
        _ => diagnostic
            .help("use another access method, or name an operator class behind the column"),
    }
}
