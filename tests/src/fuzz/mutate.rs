//! Mutations on stable Rust, for the test that runs without libFuzzer.

/// `bytes` with some changes, the same ones for the same `seed`.
#[must_use]
pub fn mutate(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut draws = Draws(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..=draws.below(6) {
        let at = draws.below(bytes.len() + 1);
        match draws.below(6) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << draws.below(8),
            2 if at < bytes.len() => bytes[at] = draws.byte(),
            3 => {
                let end = bytes.len().min(at + draws.below(16));
                bytes.drain(at..end);
            }
            4 => {
                let from = draws.below(bytes.len() + 1);
                let end = bytes.len().min(from + draws.below(32));
                let copied = bytes[from..end].to_vec();
                bytes.splice(at..at, copied);
            }
            _ => {
                let added: Vec<u8> = (0..=draws.below(8)).map(|_| draws.byte()).collect();
                bytes.splice(at..at, added);
            }
        }
    }
    bytes
}

/// `SplitMix64` (Steele, Lea, Flood, 2014).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[7]
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }
}
