//! From a type as written to a [`FieldType`].

use crate::diagnostics::Diagnostic;
use crate::schema::types::Scalar;
use crate::schema::{BaseType, FieldType, ModuleId, TypeArguments};
use crate::syntax::tree;

use super::names::{Meaning, Names};

/// The type that `ty` means, said in `module`; `None` when it has a diagnostic.
pub(crate) fn resolve_type(
    names: &Names,
    module: ModuleId,
    ty: &tree::TypeRef,
    _diagnostics: &mut Vec<Diagnostic>,
) -> Option<FieldType> {
    let dimensions = ty.dimensions;
    if let Some(raw) = &ty.raw {
        return Some(FieldType { base: BaseType::Raw(raw.value.as_str().into()), dimensions });
    }
    if ty.name.module.is_none()
        && let Some(scalar) = Scalar::from_name(&ty.name.name.text)
    {
        let arguments = match ty.arguments.as_slice() {
            [(precision, _), (scale, _)] => {
                TypeArguments::Precision(*precision as u32, *scale as i32)
            }
            [(precision, _)] if scalar == Scalar::Numeric => {
                TypeArguments::Precision(*precision as u32, 0)
            }
            [(length, _)] => TypeArguments::Length(*length as u32),
            _ => TypeArguments::None,
        };
        return Some(FieldType { base: BaseType::Scalar(scalar, arguments), dimensions });
    }
    match names.enumeration(module, &ty.name) {
        Meaning::Is(id) => Some(FieldType { base: BaseType::Enum(id), dimensions }),
        Meaning::Broken | Meaning::Unknown => None,
    }
}
