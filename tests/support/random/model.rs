//! What has been drawn so far, so that what is drawn next may refer to it; and how it is written.

use trine::target::Slot;

use super::names::Taken;
use super::unions::Rules;

/// What a field's type can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Boolean,
    Text,
    /// Compared, and in a UNIQUE.
    Plain,
    /// Compared, and may be touched.
    Moment,
    Enum,
    NativeEnum,
    Array,
    Document,
    Range,
    Citext,
    Hstore,
    Ltree,
    /// Neither compared nor ordered.
    Other,
}

#[derive(Debug, Clone)]
pub struct Enum {
    pub module: String,
    pub name: String,
    pub native: bool,
    pub values: Vec<String>,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub ty: String,
    pub kind: Kind,
    pub nullable: bool,
    /// Alone, not null and not deferrable: `by` may name it.
    pub unique: bool,
    pub generated: bool,
    /// Of its enum.
    pub values: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Relation {
    pub name: String,
    /// The place of its target.
    pub target: usize,
    pub to_one: bool,
    pub optional: bool,
    /// Refers to the target's key, which is what `within` shares.
    pub by_key: bool,
    /// A delete of its target changes it: no CHECK may depend on it.
    pub changes: bool,
}

/// A member as it is written, its documentation and line feed included.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: Option<String>,
    pub text: String,
}

/// What an entity is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A number, made by the database or given.
    Number,
    /// One column that is no number.
    Other,
    /// Several columns.
    Composite,
}

#[derive(Debug, Clone)]
pub struct Entity {
    pub module: String,
    pub name: String,
    pub external: bool,
    pub key: Key,
    pub mixins: Vec<String>,
    pub fields: Vec<Field>,
    pub relations: Vec<Relation>,
    pub members: Vec<Member>,
    pub docs: String,
    /// Names of attributes, accessors included.
    pub taken: Taken,
}

impl Entity {
    pub fn new(module: &str, name: &str) -> Entity {
        let mut taken = Taken::new();
        super::names::take(&mut taken, "id");
        Entity {
            module: module.to_owned(),
            name: name.to_owned(),
            external: false,
            key: Key::Number,
            mixins: Vec::new(),
            fields: Vec::new(),
            relations: Vec::new(),
            members: Vec::new(),
            docs: String::new(),
            taken,
        }
    }

    /// As it is named in a module.
    pub fn path(&self, from: &str) -> String {
        if self.module == from {
            self.name.clone()
        } else {
            format!("{}.{}", self.module, self.name)
        }
    }
}

/// A block of members that a mixin gives to whoever uses it.
#[derive(Debug, Clone)]
pub struct Mixin {
    pub module: String,
    pub name: String,
    pub members: Vec<Member>,
}

/// Entities of which a relation has one.
#[derive(Debug, Clone)]
pub struct Union {
    pub module: String,
    pub text: String,
    /// What the project chooses for it, if it is a slot.
    pub slot: Option<Slot>,
}

#[derive(Debug, Clone)]
pub struct Module {
    pub name: String,
    pub header: String,
}

#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Which rules its relations to unions have.
    pub rules: Rules,
    pub modules: Vec<Module>,
    pub extensions: Vec<String>,
    pub enums: Vec<Enum>,
    pub mixins: Vec<Mixin>,
    pub entities: Vec<Entity>,
    pub unions: Vec<Union>,
}

/// What stands on a line: a member, of which entity or mixin, and which of its members; or a union.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Entity(usize, usize),
    Mixin(usize, usize),
    Union(usize),
}

impl Program {
    /// The files: path, text, and for each line the member that stands on it.
    pub fn files(&self) -> Vec<(String, String, Vec<Option<Place>>)> {
        let mut files = Vec::new();
        for module in &self.modules {
            let mut page = Page::default();
            page.add(&module.header, None);
            if files.is_empty() {
                for extension in &self.extensions {
                    page.add(&format!("extension {extension}\n"), None);
                }
            }
            for one in self.enums.iter().filter(|one| one.module == module.name) {
                page.add(&format!("\n{}", one.text), None);
            }
            for (at, mixin) in self.mixins.iter().enumerate() {
                if mixin.module == module.name {
                    page.add(&format!("\nmixin {} {{\n", mixin.name), None);
                    for (member, one) in mixin.members.iter().enumerate() {
                        page.add(&one.text, Some(Place::Mixin(at, member)));
                    }
                    page.add("}\n", None);
                }
            }
            for (at, entity) in self.entities.iter().enumerate() {
                if entity.module == module.name {
                    let external = if entity.external { "external " } else { "" };
                    let with = match entity.mixins.as_slice() {
                        [] => String::new(),
                        mixins => format!(" with {}", mixins.join(", ")),
                    };
                    page.add(
                        &format!("\n{}{external}entity {}{with} {{\n", entity.docs, entity.name),
                        None,
                    );
                    for (member, one) in entity.members.iter().enumerate() {
                        page.add(&one.text, Some(Place::Entity(at, member)));
                    }
                    page.add("}\n", None);
                }
            }
            for (at, union) in self.unions.iter().enumerate() {
                if union.module == module.name && !union.text.is_empty() {
                    page.add("\n", None);
                    page.add(&union.text, Some(Place::Union(at)));
                }
            }
            files.push((format!("{}.trine", module.name), page.text, page.lines));
        }
        files
    }

    /// What the project chooses for the slots that are left.
    pub fn slots(&self) -> Vec<Slot> {
        let left = self.unions.iter().filter(|union| !union.text.is_empty());
        left.filter_map(|union| union.slot.clone()).collect()
    }

    /// Takes a member away.
    pub fn drop(&mut self, place: Place) {
        match place {
            Place::Entity(entity, member) => {
                self.entities[entity].members[member].text.clear();
            }
            Place::Union(union) => self.unions[union].text.clear(),
            Place::Mixin(mixin, member) => self.mixins[mixin].members[member].text.clear(),
        }
    }

    /// How many members it has.
    pub fn members(&self) -> usize {
        let entities = self.entities.iter().flat_map(|entity| &entity.members);
        let mixins = self.mixins.iter().flat_map(|mixin| &mixin.members);
        entities.chain(mixins).filter(|member| !member.text.is_empty()).count()
    }
}

#[derive(Default)]
struct Page {
    text: String,
    lines: Vec<Option<Place>>,
}

impl Page {
    fn add(&mut self, text: &str, place: Option<Place>) {
        self.text.push_str(text);
        self.lines.extend(text.lines().map(|_| place));
    }
}
