//! The text of a pack and the places in it.

/// A stretch of the source, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spot {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The text, with its lines known.
pub(crate) struct Source {
    chars: Vec<char>,
    lines: Vec<usize>,
}

/// Longest piece that a problem repeats, in characters.
const PIECE: usize = 60;

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let ends = chars.iter().enumerate().filter(|(_, found)| **found == '\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { chars, lines }
    }

    pub(crate) fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// Line and column of a character, both from 1.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|before| self.lines.get(before)).unwrap_or(&0);
        (line, at - start + 1)
    }

    /// The beginning of a stretch, on one line.
    pub(crate) fn piece(&self, spot: Spot) -> String {
        let end = spot.end.min(self.chars.len());
        let all = self.chars.get(spot.start..end).unwrap_or_default();
        let line: Vec<char> = all.iter().copied().take_while(|found| *found != '\n').collect();
        let text: String = line.iter().take(PIECE).collect();
        let cut = line.len() > PIECE || line.len() < all.len();
        if cut { format!("{} ...", text.trim()) } else { text.trim().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, Spot};

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("a: 打开\nb: x");
        assert_eq!(source.place(0), (1, 1));
        assert_eq!(source.place(4), (1, 5));
        assert_eq!(source.place(6), (2, 1));
        assert_eq!(source.piece(Spot { start: 3, end: 9 }), "打开 ...");
        assert_eq!(source.piece(Spot { start: 99, end: 120 }), "");
    }
}
