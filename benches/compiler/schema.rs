//! A realistic schema of any size: about ten fields, two relations and two indexes for each entity.

use std::fmt::Write as _;

/// How a schema is cut into files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One module in one file.
    OneFile,
    /// A module for every 500 entities, a file for every 50.
    ManyFiles,
}

impl Layout {
    /// Both of them.
    pub const ALL: [Layout; 2] = [Layout::OneFile, Layout::ManyFiles];

    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Layout::OneFile => "one file",
            Layout::ManyFiles => "many files",
        }
    }

    fn module_of(self, entity: usize) -> usize {
        match self {
            Layout::OneFile => 0,
            Layout::ManyFiles => entity / 500,
        }
    }

    fn file_size(self, entities: usize) -> usize {
        match self {
            Layout::OneFile => entities.max(1),
            Layout::ManyFiles => 50,
        }
    }
}

const NOUNS: [&str; 20] = [
    "Store",
    "Product",
    "Customer",
    "Order",
    "Invoice",
    "Shipment",
    "Payment",
    "Address",
    "Category",
    "Coupon",
    "Review",
    "Banner",
    "Campaign",
    "Warehouse",
    "Supplier",
    "Contract",
    "Employee",
    "Ticket",
    "Message",
    "Device",
];

fn name(entity: usize) -> String {
    format!("{}{entity:04}", NOUNS[entity % NOUNS.len()])
}

/// The files of a schema: their names and their texts.
pub fn generate(entities: usize, layout: Layout) -> Vec<(String, String)> {
    let size = layout.file_size(entities);
    let mut modules_begun = 0;
    (0..entities)
        .step_by(size)
        .map(|first| {
            let module = layout.module_of(first);
            let mut text = format!("module shop{module}\n\n");
            if module >= modules_begun {
                modules_begun = module + 1;
                text.push_str("enum Status { draft, active, paused, archived }\n\n");
            }
            for entity in first..entities.min(first + size) {
                write_entity(&mut text, entity, layout);
            }
            (format!("shop{module}_{first:04}.trine"), text)
        })
        .collect()
}

fn write_entity(text: &mut String, entity: usize, layout: Layout) {
    let this = name(entity);
    let target = |other: usize| {
        let (here, there) = (layout.module_of(entity), layout.module_of(other));
        if here == there { name(other) } else { format!("shop{there}.{}", name(other)) }
    };
    let (parent, related) = (target(entity * 9 / 10), target(entity / 2));
    let parent_many = if entity == 0 { "0..1" } else { "1" };
    let parent_rule = if entity == 0 { "set null" } else { "cascade" };
    let inverse = this.to_lowercase();
    let written = write!(
        text,
        "/// One of the {noun}s that are kept in row {entity}.
entity {this} {{
  code         varchar(40)  unique  label \"코드 {entity}\"
  title        varchar(200)
  description  text?
  status       Status = draft
  amount       numeric(12, 2) = 0
  quantity     integer = 1
  active       boolean = true
  weight       float8?
  due_on       date?
  created_at   timestamptz = now()

  parent   {parent_many}     {parent} <-> * {inverse}_children  on delete {parent_rule}
  related  0..1  {related} <-> * related_{inverse}  on delete set null

  check (amount >= 0) message \"금액은 0 이상이어야 합니다.\"
  index (parent, due_on)
  index (status, created_at desc)
  order by (created_at)
  display \"{{title}}\"
}}

",
        noun = NOUNS[entity % NOUNS.len()].to_lowercase(),
    );
    written.expect("writing into a String does not fail");
}
