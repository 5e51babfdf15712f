//! Looking an item up by the path that a file says, with what to say when it is not there.

use crate::diagnostics::{self, Code, Diagnostic};
use crate::schema::ModuleId;
use crate::source::Span;
use crate::syntax::tree;

use super::errors::{self, Suggestion};
use super::names::{Declared, Names};

/// What a path declares, and where; `None` when it is unknown, and has its diagnostic. `code` and `what`
/// are for that diagnostic.
pub(crate) fn item(
    names: &Names,
    from: ModuleId,
    path: &tree::Path,
    code: Code,
    what: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<(Declared, Span)> {
    let Some(module) = names.module_of(from, path) else {
        if let Some(written) = &path.module {
            let modules = names.modules.iter().map(|module| module.name.as_str());
            let near = diagnostics::nearest(&written.text, modules);
            found.push(errors::unknown_module(written, near));
        }
        return None;
    };
    let module = &names.modules[module.index()];
    let declared = module.items.get(&path.name.text).copied();
    if declared.is_none() {
        let suggestion = Suggestion {
            near: diagnostics::nearest(
                &path.name.text,
                module.order.iter().map(|name| name.as_str()).filter(|name| {
                    module.items.get(*name).is_some_and(|&(is, _)| serves(code, is))
                }),
            ),
            elsewhere: names
                .modules
                .iter()
                .filter(|module| {
                    module.items.get(&path.name.text).is_some_and(|&(is, _)| serves(code, is))
                })
                .map(|module| module.name.as_str())
                .collect(),
        };
        found.push(errors::unknown_item(code, what, path, &module.name, &suggestion));
    }
    declared
}

/// Whether an item of this kind is what the unknown name may have meant.
fn serves(code: Code, declared: Declared) -> bool {
    match declared {
        Declared::Entity(_) | Declared::Union => code == Code::E0201,
        Declared::Enum(_) => code == Code::E0202,
        Declared::Mixin(_) => code == Code::E0203,
        Declared::Broken => false,
    }
}

/// The kind of an item, in the user's words.
pub(crate) fn kind(declared: Declared) -> &'static str {
    match declared {
        Declared::Entity(_) => "an entity",
        Declared::Enum(_) => "an enum",
        Declared::Mixin(_) => "a mixin",
        Declared::Union => "a union",
        Declared::Broken => "an item that can't be read",
    }
}
