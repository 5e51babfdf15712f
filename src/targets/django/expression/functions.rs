//! Calls: Django's own functions, and `Func` for everything that PostgreSQL has and Django has not.

use crate::relational::type_sql;
use crate::schema::functions::{FunctionForm, function_form};
use crate::schema::{BaseType, Category, EnumStorage, Expr, ExprKind, FieldType, Scalar};
use crate::targets::python::{Code, string};

use super::{Printer, call, category};

impl Printer<'_> {
    pub(super) fn function(&mut self, expr: &Expr, function: &str, arguments: &[Expr]) -> Code {
        let ty = expr.ty.as_ref();
        let text_arguments = arguments.iter().all(|argument| {
            matches!(category(argument.ty.as_ref()), Some(Category::Text | Category::Integer))
        });
        let class = match (function, arguments.len()) {
            ("lower", 1) => Some("Lower"),
            ("upper", 1) => Some("Upper"),
            ("length" | "char_length" | "character_length", 1) => Some("Length"),
            ("reverse", 1) => Some("Reverse"),
            ("md5", 1) => Some("MD5"),
            ("trim" | "btrim", 1) => Some("Trim"),
            ("ltrim", 1) => Some("LTrim"),
            ("rtrim", 1) => Some("RTrim"),
            ("replace", 3) => Some("Replace"),
            ("strpos", 2) => Some("StrIndex"),
            _ => None,
        };
        let operands: Vec<Code> = arguments.iter().map(|argument| self.operand(argument)).collect();
        if let Some(class) = class
            && text_arguments
        {
            self.imports.insert(("django.db.models", "functions"));
            let plain = |(argument, code): (&Expr, Code)| match argument.kind {
                // A bare string is a field's name to them.
                ExprKind::Member(member) => Code::text(string(&(self.names.field)(member))),
                _ => code,
            };
            return arguments
                .iter()
                .zip(operands)
                .map(plain)
                .fold(call(&format!("functions.{class}")), Code::with);
        }
        let class = match function {
            "coalesce" if arguments.len() > 1 => Some("Coalesce"),
            "greatest" if arguments.len() > 1 => Some("Greatest"),
            "least" if arguments.len() > 1 => Some("Least"),
            "nullif" => Some("NullIf"),
            _ => None,
        };
        if let Some(class) = class {
            self.imports.insert(("django.db.models", "functions"));
            let field = self.output_field(ty);
            return operands
                .into_iter()
                .fold(call(&format!("functions.{class}")), Code::with)
                .keyword("output_field", field);
        }
        match function_form(function) {
            FunctionForm::Bare => {
                self.func(operands, Some(function), Some("%(function)s".to_owned()), None, ty)
            }
            FunctionForm::In => self.func(operands, Some(function), None, Some(" IN "), ty),
            FunctionForm::Call => self.func(operands, Some(function), None, None, ty),
        }
    }

    pub(super) fn operator(
        &mut self,
        operands: Vec<Code>,
        joiner: &str,
        ty: Option<&FieldType>,
    ) -> Code {
        self.func(operands, None, Some("(%(expressions)s)".to_owned()), Some(joiner), ty)
    }

    pub(super) fn cast(&mut self, operand: Code, ty: Option<&FieldType>) -> Code {
        let Some(ty) = ty else { return operand };
        let sql = type_sql(ty, self.names.sql).0.replace('%', "%%");
        self.func(vec![operand], None, Some(format!("(%(expressions)s)::{sql}")), None, Some(ty))
    }

    pub(super) fn func(
        &mut self,
        operands: Vec<Code>,
        function: Option<&str>,
        template: Option<String>,
        joiner: Option<&str>,
        ty: Option<&FieldType>,
    ) -> Code {
        let mut code = operands.into_iter().fold(call("models.Func"), Code::with);
        if let Some(function) = function {
            code = code.keyword("function", Code::text(string(function)));
        }
        if let Some(joiner) = joiner {
            code = code.keyword("arg_joiner", Code::text(string(joiner)));
        }
        if let Some(template) = template {
            code = code.keyword("template", Code::text(string(&template)));
        }
        let field = self.output_field(ty);
        code.keyword("output_field", field)
    }

    /// A field that reads what PostgreSQL gives for the type; its options do not matter here.
    pub(super) fn output_field(&mut self, ty: Option<&FieldType>) -> Code {
        let Some(ty) = ty else { return call("models.Field") };
        if ty.dimensions > 0 {
            let element = FieldType { base: ty.base.clone(), dimensions: ty.dimensions - 1 };
            let element = self.output_field(Some(&element));
            self.imports.insert(("django.contrib.postgres.fields", "ArrayField"));
            return call("ArrayField").with(element);
        }
        let scalar = match &ty.base {
            BaseType::Scalar(scalar, _) => *scalar,
            BaseType::Enum(id) => match &self.names.sql.schema.enums[*id].storage {
                EnumStorage::Checked(ty) => return self.output_field(Some(&ty.clone())),
                EnumStorage::NativeType => Scalar::Text,
            },
            BaseType::Raw(_) => return call("models.Field"),
        };
        call(match scalar {
            Scalar::Smallint => "models.SmallIntegerField",
            Scalar::Integer => "models.IntegerField",
            Scalar::Bigint => "models.BigIntegerField",
            Scalar::Numeric | Scalar::Money => "models.DecimalField",
            Scalar::Real | Scalar::DoublePrecision => "models.FloatField",
            Scalar::Boolean => "models.BooleanField",
            Scalar::Uuid => "models.UUIDField",
            Scalar::Bytea => "models.BinaryField",
            Scalar::Date => "models.DateField",
            Scalar::Time | Scalar::Timetz => "models.TimeField",
            Scalar::Timestamp | Scalar::Timestamptz => "models.DateTimeField",
            Scalar::Interval => "models.DurationField",
            Scalar::Json | Scalar::Jsonb => "models.JSONField",
            Scalar::Text | Scalar::Varchar | Scalar::Char | Scalar::Citext => "models.TextField",
            _ => "models.Field",
        })
    }
}
