//! Modules whose models would be parts of each other's: under `inheritance`, Django's model of an alternative is
//! a subclass of the model of the union's rows, and a subclass imports the module of its base.

use crate::schema::Strategy;
use crate::target::Target;

use super::super::{Draft, Input, errors};

/// Reports alternatives that make their module inherit from one that inherits from it already.
pub(crate) fn check_heirs(input: &Input<'_>, draft: &mut Draft<'_>) {
    if !input.is_on(Target::Django) {
        return;
    }
    let schema = &draft.schema;
    // By module: those that its models inherit from.
    let mut bases = vec![Vec::new(); schema.modules.len()];
    for union in schema.unions.values() {
        if union.strategy != Strategy::Inheritance {
            continue;
        }
        for alternative in &union.alternatives {
            let heir = schema.entities[alternative.entity].module;
            if heir == union.module {
                continue;
            }
            if reaches(&bases, union.module.index(), heir.index()) {
                draft.found.push(errors::inherits_in_a_circle(
                    union,
                    alternative.span,
                    &schema.modules[heir].name,
                    &schema.modules[union.module].name,
                ));
            } else {
                bases[heir.index()].push(union.module.index());
            }
        }
    }
}

/// Whether one place leads to another.
fn reaches(edges: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; edges.len()];
    let mut waiting = vec![from];
    while let Some(at) = waiting.pop() {
        if at == to {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            waiting.extend(&edges[at]);
        }
    }
    false
}
