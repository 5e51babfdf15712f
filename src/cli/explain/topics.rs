//! What has a page and no code: unions, and each way to store one.

/// How each strategy did in the benchmark, with what was measured; the reference has the same table.
const COSTS: &str = include_str!("../../../docs/unions/costs.md");

/// What the rows begin with that every strategy is compared with.
const GENERIC: &str = "| `generic`";

/// A page by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Topic {
    /// What is asked for: `arc`.
    pub name: &'static str,
    page: &'static str,
}

/// Every page, in the order of the reference.
pub(super) const TOPICS: [Topic; 8] = [
    Topic { name: "unions", page: include_str!("../../../docs/unions/unions.md") },
    Topic { name: "arc", page: include_str!("../../../docs/unions/arc.md") },
    Topic { name: "link", page: include_str!("../../../docs/unions/link.md") },
    Topic { name: "supertype", page: include_str!("../../../docs/unions/supertype.md") },
    Topic { name: "inheritance", page: include_str!("../../../docs/unions/inheritance.md") },
    Topic { name: "split", page: include_str!("../../../docs/unions/split.md") },
    Topic { name: "slot", page: include_str!("../../../docs/unions/slot.md") },
    Topic { name: "untyped", page: include_str!("../../../docs/unions/untyped.md") },
];

impl Topic {
    /// The page that a person asks for.
    pub fn named(name: &str) -> Option<Topic> {
        TOPICS.into_iter().find(|topic| topic.name.eq_ignore_ascii_case(name))
    }

    /// What follows the name in its heading.
    pub fn title(self) -> &'static str {
        let heading = self.page.lines().next().unwrap_or_default();
        heading.split_once(": ").map_or(heading, |(_, title)| title)
    }

    /// The page, with what was measured of it.
    pub fn page(self) -> String {
        let own = format!("| `{}` ", self.name);
        // One that is not measured itself is chosen beside all the others.
        let all = !COSTS.contains(&own);
        let is_shown = |line: &&str| match line.strip_prefix("| `") {
            Some(_) => all || line.starts_with(&own) || line.starts_with(GENERIC),
            None => true,
        };
        let costs: Vec<&str> = COSTS.lines().filter(is_shown).collect();
        format!("{}\n## Measured\n\n{}\n", self.page, costs.join("\n"))
    }
}
