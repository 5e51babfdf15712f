//! What of two texts differs, line by line.

/// A line of one text or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Both(&'a str),
    Before(&'a str),
    After(&'a str),
}

/// The lines of both texts in their order, those that they share once (the longest common subsequence).
pub(super) fn compare<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    // shared[i][j]: how many lines before[i..] and after[j..] have in common.
    let mut shared = vec![vec![0_usize; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            shared[i][j] = if before[i] == after[j] {
                shared[i + 1][j + 1] + 1
            } else {
                shared[i + 1][j].max(shared[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            lines.push(Line::Both(before[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && shared[i + 1][j] >= shared[i][j + 1]) {
            lines.push(Line::Before(before[i]));
            i += 1;
        } else {
            lines.push(Line::After(after[j]));
            j += 1;
        }
    }
    lines
}

/// Leaves of the shared lines only those that stand beside a difference; `None` is what was left out.
pub(super) fn near<'a>(lines: &[Line<'a>]) -> Vec<Option<Line<'a>>> {
    let differs = |at: usize| lines.get(at).is_some_and(|line| !matches!(line, Line::Both(_)));
    let mut kept = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if differs(at) || differs(at + 1) || (at > 0 && differs(at - 1)) {
            kept.push(Some(*line));
        } else if kept.last().is_some_and(Option::is_some) && (at + 1..lines.len()).any(differs) {
            kept.push(None);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{Line, compare, near};

    #[test]
    fn shared_lines_are_said_once() {
        let lines = compare("BEGIN\n  a;\n  b;\nEND", "BEGIN\n  a;\n  c;\nEND");
        assert_eq!(
            lines,
            [
                Line::Both("BEGIN"),
                Line::Both("  a;"),
                Line::Before("  b;"),
                Line::After("  c;"),
                Line::Both("END"),
            ]
        );
    }

    #[test]
    fn far_from_a_difference_lines_are_left_out() {
        let lines = compare("a\nb\nc\nd\ne\nf\ng", "x\nb\nc\nd\ne\nf\ny");
        let kept = near(&lines);
        assert_eq!(kept.iter().filter(|line| line.is_none()).count(), 1);
        assert_eq!(kept.iter().flatten().count(), 6);
    }
}
