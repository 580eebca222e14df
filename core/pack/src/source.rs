//! The text of a pack and the places in it.

/// A stretch of the source, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spot {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The text, with its lines known. What it extends follows it, so that one number tells any place.
pub(crate) struct Source {
    chars: Vec<char>,
    lines: Vec<usize>,
    base: Option<(Base, usize)>,
}

/// The pack that a pack extends.
pub(crate) struct Base {
    /// What its file is called.
    pub(crate) file: String,
    pub(crate) text: String,
    /// Where it is named.
    pub(crate) spot: Spot,
}

/// Longest piece that a problem repeats, in characters.
const PIECE: usize = 60;

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let ends = chars.iter().enumerate().filter(|(_, found)| **found == '\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { chars, lines, base: None }
    }

    /// The same, followed by what it extends.
    pub(crate) fn extending(mut self, base: Base) -> Self {
        self.chars.push('\n');
        let from = self.chars.len();
        self.chars.extend(base.text.chars());
        let ends = self.chars.iter().enumerate().filter(|(_, found)| **found == '\n');
        self.lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { base: Some((base, from)), ..self }
    }

    /// What it extends, and with which character that begins.
    pub(crate) fn base(&self) -> Option<(&Base, usize)> {
        self.base.as_ref().map(|(base, from)| (base, *from))
    }

    /// What it extends, if that is where this character stands, with its line and column there.
    pub(crate) fn in_base(&self, at: usize) -> Option<(&Base, usize, usize)> {
        let (base, from) = self.base().filter(|(_, from)| at >= *from)?;
        let ((first, _), (line, column)) = (self.place_in_all(from), self.place_in_all(at));
        Some((base, line + 1 - first, column))
    }

    pub(crate) fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// Line and column of a character, both from 1; of what the pack extends, where that is named.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let in_base = self.base().filter(|(_, from)| at >= *from);
        self.place_in_all(in_base.map_or(at, |(base, _)| base.spot.start))
    }

    fn place_in_all(&self, at: usize) -> (usize, usize) {
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
