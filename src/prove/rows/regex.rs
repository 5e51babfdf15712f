//! Texts that a simple regular expression matches: literals, classes, groups, alternatives and counts.
//!
//! PostgreSQL decides whether they do; what this does not know gives no sample.

/// A few texts; none when the expression is not understood, or is plainly none.
pub(super) fn samples(pattern: &str, n: usize) -> Vec<String> {
    if !pattern.contains(['^', '$', '[', '\\', '+', '*', '(', '|', '.', '{']) || pattern.len() > 400
    {
        return Vec::new();
    }
    let characters: Vec<char> = pattern.chars().collect();
    let mut found: Vec<String> = Vec::new();
    for more in 0..6 {
        let mut reader =
            Reader { characters: &characters, at: 0, draw: (n + more) * 7 + more, more };
        if let Some(text) = reader.alternatives()
            && reader.at == characters.len()
            && !found.contains(&text)
        {
            found.push(text);
        }
    }
    found
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
    /// Which characters of a class are taken.
    draw: usize,
    /// How often more than the least something is repeated.
    more: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn next_draw(&mut self) -> usize {
        let draw = self.draw;
        self.draw = self.draw / 3 + 1 + draw % 5;
        draw
    }

    /// One of the alternatives, by the draw; all are read.
    fn alternatives(&mut self) -> Option<String> {
        let mut all = vec![self.sequence()?];
        while self.eat('|') {
            all.push(self.sequence()?);
        }
        let chosen = self.more % all.len();
        Some(all.swap_remove(chosen))
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.peek() {
            if next == '|' || next == ')' {
                break;
            }
            self.at += 1;
            let start = self.at;
            if next == '^' || next == '$' {
                continue;
            }
            let atom = self.atom(next)?;
            let end = self.at;
            let (least, most) = self.count()?;
            let after = self.at;
            let times = (least + self.more.min(3)).min(most);
            for time in 0..times {
                if time == 0 {
                    text.push_str(&atom);
                } else {
                    // The same atom again, with another draw.
                    self.at = start;
                    text.push_str(&self.atom(next)?);
                    debug_assert_eq!(self.at, end);
                }
            }
            self.at = after;
        }
        Some(text)
    }

    /// What stands before a count.
    fn atom(&mut self, first: char) -> Option<String> {
        match first {
            '(' => {
                if self.eat('?') && !self.eat(':') {
                    return None;
                }
                let text = self.alternatives()?;
                self.eat(')').then_some(text)
            }
            '[' => self.class().map(String::from),
            '.' => Some(String::from(char::from(b'a' + (self.next_draw() % 26) as u8))),
            '\\' => {
                let escaped = self.peek()?;
                self.at += 1;
                let draw = self.next_draw();
                match escaped {
                    'd' => Some(String::from(char::from(b'0' + (draw % 10) as u8))),
                    'w' => Some(String::from(char::from(b'a' + (draw % 26) as u8))),
                    's' => Some(" ".to_owned()),
                    'y' | 'm' | 'M' | 'A' | 'Z' => Some(String::new()),
                    other if !other.is_alphanumeric() => Some(other.to_string()),
                    _ => None,
                }
            }
            '*' | '+' | '?' => None,
            other => Some(other.to_string()),
        }
    }

    /// A character of `[…]`, behind the bracket.
    fn class(&mut self) -> Option<char> {
        let negated = self.eat('^');
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut is_first = true;
        loop {
            let mut low = self.peek()?;
            self.at += 1;
            match low {
                ']' if !is_first => break,
                '[' if self.peek() == Some(':') => {
                    let rest: String = self.characters[self.at + 1..].iter().take(12).collect();
                    let name = rest.split(":]").next()?.to_owned();
                    self.at += name.chars().count() + 3;
                    match name.as_str() {
                        "alpha" | "lower" => ranges.push(('a', 'z')),
                        "upper" => ranges.push(('A', 'Z')),
                        "digit" => ranges.push(('0', '9')),
                        "alnum" => ranges.extend([('a', 'z'), ('0', '9')]),
                        "space" => ranges.push((' ', ' ')),
                        _ => return None,
                    }
                    is_first = false;
                    continue;
                }
                '\\' => {
                    low = self.peek()?;
                    self.at += 1;
                    match low {
                        'd' => ranges.push(('0', '9')),
                        'w' => ranges.extend([('a', 'z'), ('0', '9')]),
                        's' => ranges.push((' ', ' ')),
                        _ => ranges.push((low, low)),
                    }
                    is_first = false;
                    continue;
                }
                _ => {}
            }
            is_first = false;
            let is_range = self.peek() == Some('-')
                && self.characters.get(self.at + 1).is_some_and(|it| *it != ']');
            if is_range {
                self.at += 1;
                let high = self.peek()?;
                self.at += 1;
                ranges.push((low, high));
            } else {
                ranges.push((low, low));
            }
        }
        let draw = self.next_draw();
        if negated {
            let free = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain([' ']);
            return free
                .into_iter()
                .cycle()
                .skip(draw % 26)
                .take(63)
                .find(|it| !ranges.iter().any(|(low, high)| (low..=high).contains(&it)));
        }
        let all: Vec<char> =
            ranges.into_iter().flat_map(|(low, high)| (low..=high).take(128)).collect();
        (!all.is_empty()).then(|| all[draw % all.len()])
    }

    /// How often: the least, and the most.
    fn count(&mut self) -> Option<(usize, usize)> {
        let found = match self.peek() {
            Some('*') => (0, 64),
            Some('+') => (1, 64),
            Some('?') => (0, 1),
            Some('{') => {
                let rest: String =
                    self.characters[self.at + 1..].iter().take_while(|it| **it != '}').collect();
                self.at += rest.chars().count() + 1;
                match rest.split_once(',') {
                    None => {
                        let count = rest.parse().ok()?;
                        (count, count)
                    }
                    Some((least, "")) => (least.parse().ok()?, 64),
                    Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
                }
            }
            Some(_) | None => return Some((1, 1)),
        };
        self.at += 1;
        self.eat('?');
        (found.1 <= 1000).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::samples;

    #[test]
    fn samples_follow_the_expression() {
        for text in samples("^[A-Z]{3}$", 5) {
            assert_eq!(text.len(), 3);
            assert!(text.chars().all(|it| it.is_ascii_uppercase()), "{text}");
        }
        for text in samples(r"^\d{4}-\d{2}(-\d+)?$", 5) {
            assert!(text.len() >= 7 && text.as_bytes()[4] == b'-', "{text}");
        }
        assert!(samples("^(red|green|blue)$", 1).iter().any(|text| text == "green"));
        assert!(samples("plain", 1).is_empty());
        assert!(samples("(unclosed", 1).is_empty());
    }
}
