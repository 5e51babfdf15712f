//! Defaults, conditions and expressions, with what they import.

use crate::relational::SqlNames;
use crate::schema::{BaseType, EntityId, Expr, ExprKind, FieldType, MemberId, Scalar};
use crate::targets::python::Code;

use super::app::App;
use super::enums;
use super::expression::{self, DjangoNames, PyExpr};
use super::file::{PythonFile, Support};

/// What `db_default=` is given.
pub(super) fn default(
    app: &App<'_>,
    entity: EntityId,
    expr: &Expr,
    ty: Option<&FieldType>,
    file: &mut PythonFile<'_>,
) -> Code {
    if let (ExprKind::Number(number), Some(ty)) = (&expr.kind, ty)
        && matches!(ty.base, BaseType::Scalar(Scalar::Real | Scalar::DoublePrecision, _))
    {
        // `0.5` alone is a `numeric`, whose value in Python is a `Decimal`.
        return Code::text(number.as_str());
    }
    if let ExprKind::Call { function, .. } = &expr.kind {
        let support = match function.as_str() {
            "now" => Some(Support::Now),
            "gen_random_uuid" => Some(Support::GenRandomUuid),
            _ => None,
        };
        if let Some(support) = support {
            return Code::call(file.support(support));
        }
    }
    print(app, entity, file, |names| expression::default(expr, names)).code
}

/// The value of a generated column, or of an element of an index.
pub(super) fn value(
    app: &App<'_>,
    entity: EntityId,
    expr: &Expr,
    file: &mut PythonFile<'_>,
) -> Code {
    print(app, entity, file, |names| expression::value(expr, names)).code
}

/// A condition, for `condition=`.
pub(super) fn condition(
    app: &App<'_>,
    entity: EntityId,
    expr: &Expr,
    file: &mut PythonFile<'_>,
) -> Code {
    print(app, entity, file, |names| expression::condition(expr, names)).code
}

/// The condition of a CHECK; `None` where Django can't ask it of a row that is not saved.
pub(super) fn check(
    app: &App<'_>,
    entity: EntityId,
    expr: &Expr,
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    let mut opaque = false;
    let printed = print(app, entity, &mut PythonFile::like(file), |names| {
        let printed = expression::condition(expr, names);
        opaque = printed.opaque;
        printed
    });
    if opaque {
        return None;
    }
    file.take(&printed);
    Some(file.renamed(printed.code))
}

fn print(
    app: &App<'_>,
    entity: EntityId,
    file: &mut PythonFile<'_>,
    printer: impl FnOnce(DjangoNames<'_>) -> PyExpr,
) -> PyExpr {
    let mut printed = {
        let file: &PythonFile<'_> = file;
        let names = DjangoNames {
            sql: SqlNames {
                schema: app.schema(),
                column: &|member: MemberId| app.quoted_column(entity, member),
                enum_type: &|id| app.enum_type(id),
            },
            field: &|member: MemberId| app.member_name(member),
            enum_value: &|id, nth| Code::text(enums::value(app, id, nth, file)),
        };
        printer(names)
    };
    file.take(&printed);
    printed.code = file.renamed(printed.code);
    printed
}
