//! What can go from a program without leaving half a sentence: files, items, members, clauses, parts.

use crate::source::{SourceFile, Sources, Span};
use crate::syntax::tree::{
    BinaryOperator, Check, ClauseKind, Docs, Entity, Enum, Exclude, Expr, ExprKind, Field, Index,
    Item, LabelMember, Member, ModifierKind, Module, Relation, UnaryOperator, Unique,
    UniqueOptions,
};
use crate::syntax::{self, SyntaxTree};

use super::edit::{with_its_keyword, with_its_lines};

/// How much goes at once. From large to small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// An entity, an enum, a mixin, an extension.
    Item,
    /// A field, a relation, a constraint; a value of an enum; the block of a module.
    Member,
    /// A clause of a relation, a modifier, documentation.
    Clause,
    /// An element of a list, one side of an `and`.
    Part,
}

impl Level {
    /// From large to small.
    pub const ALL: [Level; 4] = [Level::Item, Level::Member, Level::Clause, Level::Part];
}

/// Something that can go.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// How much it is.
    pub level: Level,
    /// What goes.
    pub span: Span,
}

/// The trees of all files.
pub fn trees(sources: &Sources) -> Vec<SyntaxTree> {
    sources.iter().map(|(file, _)| syntax::parse(sources, file).0).collect()
}

/// Everything that can go, by place.
pub fn units(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Unit> {
    let mut found = Vec::new();
    for tree in trees {
        let mut finder = Finder { file: sources.get(tree.file), found: &mut found };
        if let Some(module) = &tree.module {
            finder.module(module);
        }
        for item in &tree.items {
            finder.item(item);
        }
    }
    found
}

struct Finder<'a> {
    file: &'a SourceFile,
    found: &'a mut Vec<Unit>,
}

impl Finder<'_> {
    fn add(&mut self, level: Level, span: Span) {
        self.found.push(Unit { level, span: with_its_lines(self.file, span) });
    }

    /// What stands behind a keyword.
    fn behind(&mut self, keyword: &str, span: Option<Span>) {
        let span = span.and_then(|span| with_its_keyword(self.file, span, keyword));
        self.found.extend(span.map(|span| Unit { level: Level::Clause, span }));
    }

    /// The elements of a list, each with a comma, unless it is the only one.
    fn list(&mut self, spans: &[Span]) {
        if spans.len() < 2 {
            return;
        }
        for (place, span) in spans.iter().enumerate() {
            let span = match spans.get(place + 1) {
                Some(next) => span.at_start().to(next.at_start()),
                None => spans[place - 1].at_end().to(*span),
            };
            self.found.push(Unit { level: Level::Part, span });
        }
    }

    /// With the comma behind it, if it has one.
    fn with_comma(&self, span: Span) -> Span {
        let rest = &self.file.text[span.end as usize..];
        let comma = rest.len() - rest.trim_start().len();
        let more = if rest[comma..].starts_with(',') { comma as u32 + 1 } else { 0 };
        Span { end: span.end + more, ..span }
    }

    fn docs(&mut self, docs: &Docs, of: Span) {
        if let Some(docs) = docs {
            let span = docs.span.at_start().to(of.at_start());
            self.found.push(Unit { level: Level::Clause, span });
        }
    }

    fn whole(&mut self, level: Level, docs: &Docs, span: Span) {
        self.add(level, docs.as_ref().map_or(span, |docs| docs.span.to(span)));
        self.docs(docs, span);
    }

    fn module(&mut self, module: &Module) {
        let text = &self.file.text[module.span.range()];
        if let Some(block) = text.find('{').filter(|_| text.ends_with('}')) {
            let start = module.span.start as usize + block;
            let span = Span::new(module.span.file, start, module.span.end as usize);
            self.add(Level::Member, span);
        }
        self.behind("label", module.label.as_ref().map(|label| label.span));
        for attribute in &module.attributes {
            self.add(Level::Clause, attribute.span);
        }
        self.docs(&module.docs, module.span);
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Extension(extension) => {
                self.whole(Level::Item, &extension.docs, extension.span);
            }
            Item::Enum(one) => self.enumeration(one),
            Item::Mixin(entity) | Item::Entity(entity) => self.entity(entity),
            Item::Union(union) => self.whole(Level::Item, &union.docs, union.span),
            Item::Fetch(fetch) => self.whole(Level::Item, &fetch.docs, fetch.span),
        }
    }

    fn enumeration(&mut self, one: &Enum) {
        self.whole(Level::Item, &one.docs, one.span);
        for value in &one.values {
            self.behind("label", value.label.as_ref().map(|label| label.span));
            self.behind("=", value.value.as_ref().map(|value| value.span));
            self.docs(&value.docs, value.name.span);
            if one.values.len() > 1 {
                let span = self.with_comma(value.span);
                self.add(Level::Member, value.docs.as_ref().map_or(span, |it| it.span.to(span)));
            }
        }
        for attribute in &one.attributes {
            self.add(Level::Clause, attribute.span);
        }
    }

    fn entity(&mut self, entity: &Entity) {
        self.whole(Level::Item, &entity.docs, entity.span);
        let mixins: Vec<Span> = entity.mixins.iter().map(|path| path.span()).collect();
        if let (Some(first), Some(last)) = (mixins.first(), mixins.last()) {
            self.behind("with", Some(first.to(*last)));
        }
        self.list(&mixins);
        for member in &entity.members {
            self.member(member);
        }
    }

    fn member(&mut self, member: &Member) {
        match member {
            Member::Field(field) => self.field(field),
            Member::Relation(relation) => self.relation(relation),
            Member::Key(key) => {
                self.add(Level::Member, key.span);
                self.list(&key.columns.iter().map(|name| name.span).collect::<Vec<_>>());
            }
            Member::Unique(unique) => self.unique(unique),
            Member::Index(index) => self.index(index),
            Member::Check(check) => self.check(check),
            Member::Exclude(exclude) => self.exclude(exclude),
            Member::OrderBy(order) => {
                self.add(Level::Member, order.span);
                self.list(&order.elements.iter().map(|(name, _)| name.span).collect::<Vec<_>>());
            }
            Member::Display(text) => self.worded("display", text.span),
            Member::Table(text) => self.worded("table", text.span),
            Member::Label(label) => self.label(label),
            Member::Storage(storage) => {
                self.add(Level::Member, storage.span);
                let parameters = storage.parameters.iter();
                let spans: Vec<Span> =
                    parameters.map(|(name, value)| name.span.to(value.span)).collect();
                self.list(&spans);
            }
            Member::Attribute(attribute) => self.add(Level::Member, attribute.span),
        }
    }

    /// A member that is a keyword and a string.
    fn worded(&mut self, keyword: &str, span: Span) {
        if let Some(span) = with_its_keyword(self.file, span, keyword) {
            self.found.push(Unit { level: Level::Member, span });
        }
    }

    fn label(&mut self, member: &LabelMember) {
        self.add(Level::Member, member.span);
        self.behind("plural", member.plural.as_ref().map(|text| text.span));
    }

    fn field(&mut self, field: &Field) {
        self.whole(Level::Member, &field.docs, field.span);
        if let Some(span) = field.nullable {
            self.found.push(Unit { level: Level::Clause, span });
        }
        if let Some(default) = &field.default {
            self.behind("=", Some(default.span));
        }
        for modifier in &field.modifiers {
            self.add(Level::Clause, modifier.span);
            match &modifier.kind {
                ModifierKind::Unique(options) => self.options(options),
                ModifierKind::Generated(expr) => self.expr(expr),
                ModifierKind::Key
                | ModifierKind::OnUpdate(_)
                | ModifierKind::Label(_)
                | ModifierKind::Column(_)
                | ModifierKind::Attribute(_) => {}
            }
        }
    }

    fn relation(&mut self, relation: &Relation) {
        self.whole(Level::Member, &relation.docs, relation.span);
        for clause in &relation.clauses {
            match &clause.kind {
                // Never goes without its relation: each must say it.
                ClauseKind::OnDelete { .. } => {}
                ClauseKind::Within(pairs) => {
                    self.add(Level::Clause, clause.span);
                    let pairs = pairs.iter();
                    let spans: Vec<Span> = pairs
                        .map(|pair| {
                            let there = pair.there.as_ref().unwrap_or(&pair.here);
                            pair.here.span.to(there.span)
                        })
                        .collect();
                    self.list(&spans);
                }
                ClauseKind::By(names) => {
                    self.add(Level::Clause, clause.span);
                    self.list(&names.iter().map(|name| name.span).collect::<Vec<_>>());
                }
                ClauseKind::OnOrphanDelete
                | ClauseKind::OnUpdateCascade
                | ClauseKind::Through { .. }
                | ClauseKind::Ordered
                | ClauseKind::Deferrable
                | ClauseKind::Default(_)
                | ClauseKind::Column(_)
                | ClauseKind::Label(_)
                | ClauseKind::Key
                | ClauseKind::Unique
                | ClauseKind::Attribute(_) => self.add(Level::Clause, clause.span),
            }
        }
    }

    fn unique(&mut self, unique: &Unique) {
        self.add(Level::Member, unique.span);
        self.list(&unique.elements.iter().map(|element| element.span).collect::<Vec<_>>());
        self.options(&unique.options);
    }

    fn options(&mut self, options: &UniqueOptions) {
        self.condition(options.condition.as_ref());
        let spans = [options.deferrable, options.nulls_distinct.map(|(_, span)| span)];
        for span in spans.into_iter().flatten() {
            self.add(Level::Clause, span);
        }
        self.behind("message", options.message.as_ref().map(|text| text.span));
        self.behind("as", options.name.as_ref().map(|name| name.span));
    }

    fn condition(&mut self, condition: Option<&Expr>) {
        if let Some(condition) = condition {
            self.behind("where", Some(condition.span));
            self.expr(condition);
        }
    }

    fn index(&mut self, index: &Index) {
        self.add(Level::Member, index.span);
        self.list(&index.elements.iter().map(|element| element.span).collect::<Vec<_>>());
        let include: Vec<Span> = index.include.iter().map(|name| name.span).collect();
        if let (Some(first), Some(last)) = (include.first(), include.last()) {
            self.behind("include", Some(first.to(*last)));
        }
        self.list(&include);
        self.condition(index.condition.as_ref());
        self.behind("using", index.using.as_ref().map(|name| name.span));
        self.behind("as", index.name.as_ref().map(|name| name.span));
        let storage = index.storage.iter().map(|(name, value)| name.span.to(value.span));
        let storage: Vec<Span> = storage.collect();
        if let (Some(first), Some(last)) = (storage.first(), storage.last()) {
            self.behind("with", Some(first.to(*last)));
        }
    }

    fn check(&mut self, check: &Check) {
        self.add(Level::Member, check.span);
        self.expr(&check.condition);
        self.behind("message", check.message.as_ref().map(|text| text.span));
        self.behind("as", check.name.as_ref().map(|name| name.span));
    }

    fn exclude(&mut self, exclude: &Exclude) {
        self.add(Level::Member, exclude.span);
        let elements = exclude.elements.iter();
        let spans: Vec<Span> =
            elements.map(|(element, operator)| element.span.to(operator.span)).collect();
        self.list(&spans);
        self.condition(exclude.condition.as_ref());
        if let Some(span) = exclude.deferrable {
            self.add(Level::Clause, span);
        }
        self.behind("message", exclude.message.as_ref().map(|text| text.span));
        self.behind("as", exclude.name.as_ref().map(|name| name.span));
    }

    /// The sides of `and` and `or`, what `not` applies to, the elements of a list.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Binary { operator, left, right, .. } => {
                if matches!(operator, BinaryOperator::And | BinaryOperator::Or) {
                    self.part(left.span.at_start().to(right.span.at_start()));
                    self.part(left.span.at_end().to(right.span));
                }
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Unary { operator, operand } => {
                if *operator == UnaryOperator::Not {
                    self.part(expr.span.at_start().to(operand.span.at_start()));
                }
                self.expr(operand);
            }
            ExprKind::In { list, .. } | ExprKind::Array(list) => {
                self.list(&list.iter().map(|one| one.span).collect::<Vec<_>>());
            }
            ExprKind::Call { arguments, .. } => {
                for argument in arguments {
                    self.expr(argument);
                }
            }
            ExprKind::IsNull { operand, .. } | ExprKind::Cast { operand, .. } => {
                self.expr(operand);
            }
            ExprKind::Between { operand, low, high, .. } => {
                for part in [operand, low, high] {
                    self.expr(part);
                }
            }
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Sql(_) => {}
        }
    }

    fn part(&mut self, span: Span) {
        self.found.push(Unit { level: Level::Part, span });
    }
}
