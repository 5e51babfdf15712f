//! The edits that give a member another name and keep its column.

use crate::diagnostics::Edit;
use crate::schema::EntityId;
use crate::source::Span;
use crate::syntax::tree::{
    ClauseKind, Entity, Expr, ExprKind, IndexElement, Member, ModifierKind, Name, UniqueOptions,
};

use super::Input;

/// The edits, when everything that names the member stands in the entity's own block and can be
/// edited there.
pub(crate) fn rename(
    input: &Input<'_>,
    entity: EntityId,
    name: &str,
    better: &str,
    column: &str,
) -> Option<Vec<Edit>> {
    let tree = input.declarations.entities.get(entity.index())?.tree;
    let mut edits = Vec::new();
    for member in &tree.members {
        match member {
            Member::Field(field) if field.name.text == name => {
                let named = |kind: &ModifierKind| matches!(kind, ModifierKind::Column(_));
                let has_column = field.modifiers.iter().any(|modifier| named(&modifier.kind));
                edits.push(replace(field.name.span, better));
                if !has_column {
                    edits.push(replace(field.span.at_end(), &format!(" column \"{column}\"")));
                }
            }
            Member::Relation(relation) if relation.name.text == name => {
                let named = |kind: &ClauseKind| matches!(kind, ClauseKind::Column(_));
                let has_column = relation.clauses.iter().any(|clause| named(&clause.kind));
                edits.push(replace(relation.name.span, better));
                if !has_column && relation.here.max == Some(1) {
                    edits
                        .push(replace(relation.span.at_end(), &format!(" column \"{column}_id\"")));
                }
            }
            _ => {}
        }
    }
    if edits.is_empty() {
        return None;
    }
    let mut uses = Uses { name, spans: Vec::new() };
    uses.entity(tree);
    edits.extend(uses.spans.into_iter().map(|span| replace(span, better)));
    let text = |span: Span| input.sources.text(span);
    let displayed = tree.members.iter().any(|member| {
        matches!(member, Member::Display(display) if text(display.span).contains(&format!("{{{name}}}")))
    });
    (!displayed).then_some(edits)
}

fn replace(span: Span, replacement: &str) -> Edit {
    Edit { span, replacement: replacement.to_owned() }
}

/// Where an entity names one of its members.
struct Uses<'n> {
    name: &'n str,
    spans: Vec<Span>,
}

impl Uses<'_> {
    fn entity(&mut self, entity: &Entity) {
        for member in &entity.members {
            match member {
                Member::Field(field) => {
                    for modifier in &field.modifiers {
                        match &modifier.kind {
                            ModifierKind::Generated(expr) => self.expr(expr),
                            ModifierKind::Unique(options) => self.options(options),
                            _ => {}
                        }
                    }
                }
                Member::Relation(relation) => {
                    for clause in &relation.clauses {
                        if let ClauseKind::Within(pairs) = &clause.kind {
                            pairs.iter().for_each(|pair| self.name(&pair.here));
                        }
                    }
                }
                Member::Key(key) => key.columns.iter().for_each(|name| self.name(name)),
                Member::Unique(unique) => {
                    self.elements(&unique.elements);
                    self.options(&unique.options);
                }
                Member::Index(index) => {
                    self.elements(&index.elements);
                    index.include.iter().for_each(|name| self.name(name));
                    index.condition.iter().for_each(|expr| self.expr(expr));
                }
                Member::Check(check) => self.expr(&check.condition),
                Member::Exclude(exclude) => {
                    exclude.elements.iter().for_each(|(element, _)| self.expr(&element.expr));
                    exclude.condition.iter().for_each(|expr| self.expr(expr));
                }
                Member::OrderBy(order) => {
                    order.elements.iter().for_each(|(name, _)| self.name(name));
                }
                Member::Display(_)
                | Member::Label(_)
                | Member::Table(_)
                | Member::Storage(_)
                | Member::Attribute(_) => {}
            }
        }
    }

    fn elements(&mut self, elements: &[IndexElement]) {
        elements.iter().for_each(|element| self.expr(&element.expr));
    }

    fn options(&mut self, options: &UniqueOptions) {
        options.condition.iter().for_each(|expr| self.expr(expr));
    }

    fn name(&mut self, name: &Name) {
        if name.text == self.name {
            self.spans.push(name.span);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Sql(_) => {}
            ExprKind::Path(names) => {
                if let [name] = names.as_slice() {
                    self.name(name);
                }
            }
            ExprKind::Call { arguments: list, .. } | ExprKind::Array(list) => {
                list.iter().for_each(|one| self.expr(one));
            }
            ExprKind::Unary { operand, .. }
            | ExprKind::IsNull { operand, .. }
            | ExprKind::Cast { operand, .. } => self.expr(operand),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::In { operand, list, .. } => {
                self.expr(operand);
                list.iter().for_each(|one| self.expr(one));
            }
            ExprKind::Between { operand, low, high, .. } => {
                self.expr(operand);
                self.expr(low);
                self.expr(high);
            }
        }
    }
}
