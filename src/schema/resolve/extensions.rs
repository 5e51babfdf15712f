//! What needs an extension that no file declares: types, operator classes, and `exclude` over plain
//! values. All three targets create the extensions that are declared, and no others.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::types::Scalar;
use crate::schema::{BaseType, Category, EnumStorage, IndexElement, ModuleId, Schema};
use crate::source::Span;
use crate::syntax::{SyntaxTree, tree};

use super::indexable::element_type;

/// Reports every use of an extension that is not declared.
pub(crate) fn check_extensions(
    trees: &[SyntaxTree],
    schema: &Schema,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let declared: HashSet<&str> =
        schema.extensions.iter().map(|extension| extension.name.as_str()).collect();
    for tree in trees {
        let mut search = Search { tree, declared: &declared, diagnostics };
        for item in &tree.items {
            match item {
                tree::Item::Mixin(entity) | tree::Item::Entity(entity) => search.entity(entity),
                tree::Item::Enum(item) => {
                    if let Some(tree::EnumStorage::Type(ty)) = &item.storage {
                        search.ty(ty);
                    }
                }
                tree::Item::Extension(_) | tree::Item::Union(_) | tree::Item::Fetch(_) => {}
            }
        }
    }
    for (_, entity) in schema.entities.iter() {
        let excludes = entity.excludes.iter().map(|exclude| {
            let elements: Vec<_> = exclude.elements.iter().map(|(element, _)| element).collect();
            (exclude.using.as_str(), elements, exclude.span)
        });
        let indexes = entity
            .indexes
            .iter()
            .map(|index| (index.using.as_str(), index.elements.iter().collect(), index.span));
        for (using, elements, whole) in excludes.chain(indexes) {
            let extension = match using {
                "gist" => "btree_gist",
                "gin" => "btree_gin",
                _ => continue,
            };
            let plain = elements.iter().find_map(|element| plain(schema, element, whole));
            let tree = trees.iter().find(|tree| tree.file == whole.file);
            if let (Some(span), Some(tree)) = (plain, tree) {
                let mut search = Search { tree, declared: &declared, diagnostics };
                search.needs(Some(extension), span, &format!("`{using}` over plain values"));
            }
        }
    }
}

/// Adds to each extension the modules that use it without declaring it: another module's migration may
/// run first. What only PostgreSQL knows (`raw`, an operator class, an `exclude`) may use any of them.
pub(crate) fn list_users(schema: &mut Schema) {
    if schema.extensions.is_empty() {
        return;
    }
    let mut uses: HashSet<(ModuleId, Option<&str>)> = HashSet::new();
    for (_, field) in schema.fields.iter() {
        let module = schema.entities[field.entity].module;
        let base = match &field.ty.base {
            BaseType::Enum(id) => match &schema.enums[*id].storage {
                EnumStorage::Checked(ty) => &ty.base,
                EnumStorage::NativeType => continue,
            },
            base => base,
        };
        match base {
            BaseType::Scalar(scalar, _) => {
                uses.extend(scalar.extension().map(|extension| (module, Some(extension))));
            }
            BaseType::Raw(_) => {
                uses.insert((module, None));
            }
            BaseType::Enum(_) => {}
        }
    }
    for (_, entity) in schema.entities.iter() {
        let indexes = entity.indexes.iter().flat_map(|index| &index.elements);
        let mut elements = indexes.chain(entity.uniques.iter().flat_map(|unique| &unique.elements));
        if !entity.excludes.is_empty() || elements.any(|element| element.opclass.is_some()) {
            uses.insert((entity.module, None));
        }
    }
    let modules: Vec<ModuleId> = schema.modules.ids().collect();
    for extension in &mut schema.extensions {
        let name = extension.name.as_str();
        let declared = std::mem::take(&mut extension.modules);
        extension.modules.extend(modules.iter().copied().filter(|module| {
            declared.contains(module)
                || uses.contains(&(*module, None))
                || uses.contains(&(*module, Some(name)))
        }));
    }
}

/// The place of an element, when its type has no operator class for the method but that of an extension.
fn plain(schema: &Schema, element: &IndexElement, whole: Span) -> Option<Span> {
    let (ty, span) = element_type(schema, element, whole);
    let ty = ty?;
    let own = match &ty.base {
        _ if ty.dimensions > 0 => true,
        BaseType::Raw(_) => true,
        BaseType::Enum(_) => false,
        BaseType::Scalar(scalar, _) => match scalar.category() {
            Category::Boolean
            | Category::Integer
            | Category::Fractional
            | Category::Text
            | Category::Temporal => false,
            // Those that have none at all are another diagnostic's.
            Category::Range | Category::Document => true,
            Category::Other => !matches!(
                scalar,
                Scalar::Uuid
                    | Scalar::Bytea
                    | Scalar::Money
                    | Scalar::Macaddr
                    | Scalar::Macaddr8
                    | Scalar::Inet
                    | Scalar::Cidr
                    | Scalar::Bit
                    | Scalar::Varbit
            ),
        },
    };
    (!own && element.opclass.is_none()).then_some(span)
}

struct Search<'a> {
    tree: &'a SyntaxTree,
    declared: &'a HashSet<&'a str>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Search<'_> {
    fn needs(&mut self, extension: Option<&str>, span: Span, what: &str) {
        let Some(extension) = extension.filter(|name| !self.declared.contains(name)) else {
            return;
        };
        let diagnostic = Diagnostic::new(
            Code::E0309,
            span,
            format!("{what} needs the extension `{extension}`"),
            format!("comes with `{extension}`"),
        )
        .note("PostgreSQL knows it only after CREATE EXTENSION; every target creates what is declared.")
        .help(format!("declare it: `extension {extension}`"));
        self.diagnostics.push(match &self.tree.module {
            Some(module) => diagnostic.fix(
                format!("declare `extension {extension}`"),
                module.span.at_end(),
                format!("\n\nextension {extension}"),
            ),
            None => diagnostic,
        });
    }

    fn ty(&mut self, ty: &tree::TypeRef) {
        if ty.raw.is_none()
            && ty.name.module.is_none()
            && let Some(scalar) = Scalar::from_name(&ty.name.name.text)
        {
            self.needs(scalar.extension(), ty.span, &format!("the type `{}`", scalar.sql()));
        }
    }

    fn entity(&mut self, entity: &tree::Entity) {
        for member in &entity.members {
            match member {
                tree::Member::Field(field) => {
                    self.ty(&field.ty);
                    for modifier in &field.modifiers {
                        match &modifier.kind {
                            tree::ModifierKind::Generated(expr) => self.expr(expr),
                            tree::ModifierKind::Unique(options) => {
                                options.condition.iter().for_each(|expr| self.expr(expr));
                            }
                            tree::ModifierKind::Key
                            | tree::ModifierKind::OnUpdate(_)
                            | tree::ModifierKind::Label(_)
                            | tree::ModifierKind::Column(_)
                            | tree::ModifierKind::Attribute(_) => {}
                        }
                    }
                    field.default.iter().for_each(|expr| self.expr(expr));
                }
                tree::Member::Unique(unique) => {
                    unique.elements.iter().for_each(|element| self.element(element));
                    unique.options.condition.iter().for_each(|expr| self.expr(expr));
                }
                tree::Member::Index(index) => {
                    index.elements.iter().for_each(|element| self.element(element));
                    index.condition.iter().for_each(|expr| self.expr(expr));
                }
                tree::Member::Exclude(exclude) => {
                    exclude.elements.iter().for_each(|(element, _)| self.element(element));
                    exclude.condition.iter().for_each(|expr| self.expr(expr));
                }
                tree::Member::Check(check) => self.expr(&check.condition),
                tree::Member::Relation(_)
                | tree::Member::Key(_)
                | tree::Member::OrderBy(_)
                | tree::Member::Display(_)
                | tree::Member::Label(_)
                | tree::Member::Table(_)
                | tree::Member::Storage(_)
                | tree::Member::Attribute(_) => {}
            }
        }
    }

    fn element(&mut self, element: &tree::IndexElement) {
        self.expr(&element.expr);
        if let Some(opclass) = &element.opclass {
            let extension = match opclass.text.as_str() {
                "gin_trgm_ops" | "gist_trgm_ops" => Some("pg_trgm"),
                "gist_ltree_ops" => Some("ltree"),
                "gin_hstore_ops" | "gist_hstore_ops" => Some("hstore"),
                "vector_l2_ops" | "vector_ip_ops" | "vector_cosine_ops" | "vector_l1_ops" => {
                    Some("vector")
                }
                _ => None,
            };
            self.needs(extension, opclass.span, &format!("the operator class `{}`", opclass.text));
        }
    }

    fn expr(&mut self, expr: &tree::Expr) {
        match &expr.kind {
            tree::ExprKind::Literal(_) | tree::ExprKind::Path(_) | tree::ExprKind::Sql(_) => {}
            tree::ExprKind::Call { arguments, .. } => arguments.iter().for_each(|a| self.expr(a)),
            tree::ExprKind::Unary { operand, .. } | tree::ExprKind::IsNull { operand, .. } => {
                self.expr(operand);
            }
            tree::ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            tree::ExprKind::In { operand, list, .. } => {
                self.expr(operand);
                list.iter().for_each(|item| self.expr(item));
            }
            tree::ExprKind::Between { operand, low, high, .. } => {
                self.expr(operand);
                self.expr(low);
                self.expr(high);
            }
            tree::ExprKind::Array(items) => items.iter().for_each(|item| self.expr(item)),
            tree::ExprKind::Cast { operand, ty } => {
                self.expr(operand);
                self.ty(ty);
            }
        }
    }
}
