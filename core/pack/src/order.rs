//! The order in which signals are evaluated: each reads only those before it.

use std::collections::BTreeSet;

/// An order of `reads.len()` entries in which each comes after those it reads, otherwise in the
/// order they were written in; or a circle of entries of which each reads the next.
pub(crate) fn order(reads: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut placed = Vec::with_capacity(reads.len());
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut waiting: Vec<usize> = reads.iter().map(|read| unique(read).len()).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); reads.len()];
    for (entry, read) in reads.iter().enumerate() {
        for other in unique(read) {
            if let Some(readers) = readers.get_mut(other) {
                readers.push(entry);
            }
        }
    }
    let unblocked = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut free: BTreeSet<usize> = unblocked.map(|(entry, _)| entry).collect();
    while let Some(entry) = free.pop_first() {
        placed.push(entry);
        done.insert(entry);
        for reader in readers.get(entry).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*reader) {
                *count -= 1;
                if *count == 0 {
                    free.insert(*reader);
                }
            }
        }
    }
    match (0..reads.len()).find(|entry| !done.contains(entry)) {
        None => Ok(placed),
        Some(start) => Err(circle(reads, start, &done)),
    }
}

fn unique(read: &[usize]) -> BTreeSet<usize> {
    read.iter().copied().collect()
}

/// Follows entries that could not be placed until one comes again: each of them reads another.
fn circle(reads: &[Vec<usize>], start: usize, done: &BTreeSet<usize>) -> Vec<usize> {
    let mut path = vec![start];
    let mut at = start;
    loop {
        let mut next = reads.get(at).into_iter().flatten();
        let Some(next) = next.find(|next| !done.contains(next)) else {
            return path;
        };
        if let Some(first) = path.iter().position(|known| known == next) {
            return path.split_off(first);
        }
        path.push(*next);
        at = *next;
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn what_is_read_comes_first_and_the_rest_keeps_its_order() {
        assert_eq!(order(&[vec![2], vec![], vec![3], vec![]]), Ok(vec![1, 3, 2, 0]));
        assert_eq!(order(&[vec![1, 1], vec![]]), Ok(vec![1, 0]));
        assert_eq!(order(&[]), Ok(vec![]));
    }

    #[test]
    fn a_circle_is_found_without_what_only_leads_to_it() {
        assert_eq!(order(&[vec![1], vec![2], vec![1], vec![]]), Err(vec![1, 2]));
        assert_eq!(order(&[vec![0]]), Err(vec![0]));
    }
}
