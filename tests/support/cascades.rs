//! Programs whose delete rules are drawn by lot: whatever stands above whatever, SQL and both ORMs must
//! delete the same rows, or refuse the same deletes.

use std::fmt::Write;

/// How many programs there are.
pub const PROGRAMS: u64 = 3;

/// The program of that number; always the same.
pub fn program(number: u64) -> String {
    let mut draw = Lot(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut text = format!("module cascades{number}\n");
    let entities = 4 + draw.below(2);
    for entity in 0..entities {
        let _ = write!(text, "\nentity Node{entity} {{\n  name  text\n");
        for relation in 0..draw.below(3) + u64::from(entity > 0) {
            // Mostly to something above, sometimes to itself.
            let target = if draw.below(6) == 0 { entity } else { draw.below(entity.max(1)) };
            let (here, rule) = match draw.below(5) {
                0 => ("0..1", "restrict"),
                1 => ("0..1", "set null"),
                2 if target != entity => ("1", "cascade"),
                3 if target != entity => ("1", "restrict"),
                _ => ("0..1", "cascade"),
            };
            let _ = writeln!(
                text,
                "  link_{relation}  {here} Node{target} <-> * nodes_{entity}_{relation}  on delete {rule}"
            );
        }
        text.push_str("}\n");
    }
    text
}

/// A small generator of numbers (xorshift), since a test must draw the same lots everywhere.
struct Lot(u64);

impl Lot {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % bound
    }
}
