//! How Django writes a typed expression: lookups in a `Q` where that says it, and otherwise functions,
//! lookups as expressions, and `Func` with PostgreSQL's own operators.
//!
//! The database has the constraint from the DDL. What stands here is what a form checks before it saves,
//! so it must give the same answer for every row, NULL included.

mod arithmetic;
mod conditions;
mod constants;
mod functions;
mod lookups;
mod operands;

use std::collections::BTreeSet;

use crate::relational::SqlNames;
use crate::schema::{BaseType, Category, EnumId, Expr, ExprKind, FieldType, MemberId, Scalar};
use crate::targets::python::Code;

/// The names that an expression needs in Django.
#[derive(Clone, Copy)]
pub struct DjangoNames<'a> {
    /// For casts.
    pub sql: SqlNames<'a>,
    /// The model's field of a member.
    pub field: &'a dyn Fn(MemberId) -> String,
    /// A value of an enum.
    pub enum_value: &'a dyn Fn(EnumId, usize) -> Code,
}

/// An expression in Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PyExpr {
    /// The expression; `models` is `django.db.models`.
    pub code: Code,
    /// What it needs beside `models`: module and name.
    pub imports: BTreeSet<(&'static str, &'static str)>,
    /// Whether it holds `sql "…"`, which Django can't evaluate for a row that is not saved.
    pub opaque: bool,
}

/// A condition, always a `Q`: for CHECKs, and the conditions of indexes and UNIQUEs.
pub fn condition(expr: &Expr, names: DjangoNames<'_>) -> PyExpr {
    let mut printer = Printer::new(names);
    let code = printer.condition(expr).into_q();
    printer.finish(code)
}

/// An expression of an index, a UNIQUE or a generated column.
pub fn value(expr: &Expr, names: DjangoNames<'_>) -> PyExpr {
    let mut printer = Printer::new(names);
    let code = match &expr.kind {
        ExprKind::Number(_) | ExprKind::Boolean(_) => {
            let value = printer.operand(expr);
            call("models.Value").with(value)
        }
        _ => printer.operand(expr),
    };
    printer.finish(code)
}

/// A default: a plain Python value where it is one, an expression elsewhere.
pub fn default(expr: &Expr, names: DjangoNames<'_>) -> PyExpr {
    let mut printer = Printer::new(names);
    let code = match printer.constant(expr, expr.ty.as_ref()) {
        Some(code) => code,
        None => printer.operand(expr),
    };
    printer.finish(code)
}

/// What the printing of one expression carries along.
struct Printer<'a> {
    names: DjangoNames<'a>,
    imports: BTreeSet<(&'static str, &'static str)>,
    opaque: bool,
}

impl<'a> Printer<'a> {
    fn new(names: DjangoNames<'a>) -> Printer<'a> {
        Printer { names, imports: BTreeSet::new(), opaque: false }
    }

    fn finish(self, code: Code) -> PyExpr {
        PyExpr { code, imports: self.imports, opaque: self.opaque }
    }
}

fn call(name: &str) -> Code {
    Code::call(name)
}

/// The built-in type that it is, no array of it.
fn scalar(ty: Option<&FieldType>) -> Option<Scalar> {
    match ty {
        Some(FieldType { base: BaseType::Scalar(scalar, _), dimensions: 0 }) => Some(*scalar),
        _ => None,
    }
}

fn category(ty: Option<&FieldType>) -> Option<Category> {
    scalar(ty).map(Scalar::category)
}
