//! Panics and threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use staykit_bindings::answer::seq;
use staykit_bindings::{Error, Refusal, close, hot, open, session};

use crate::support::{purchase, record, settings, start};

#[test]
fn a_panic_is_caught_and_the_engine_refuses_everything_until_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let handle = start(settings(&folder));
    assert_eq!(seq(record(handle, &purchase())), Some(1));
    let broken = session(handle).unwrap();
    assert_eq!(broken.provoke(), Err(Error::Broken));
    assert!(broken.is_broken());
    let code = Refusal::Broken.code();
    assert_eq!((record(handle, &purchase()), hot::tick(handle)), (code, code));
    assert_eq!(broken.status().unwrap_err(), Error::Broken);
    assert_eq!(open(settings(&folder)), Err(Error::Broken));
    assert_eq!(close(handle), Ok(()));
    // What was recorded before is there, and nothing of the panic.
    let handle = start(settings(&folder));
    assert_eq!(seq(record(handle, &purchase())), Some(2));
    let status = session(handle).unwrap().status().unwrap();
    assert!(status.unclean_end && !status.damaged, "{status:?}");
    close(handle).unwrap();
}

#[test]
fn eight_threads_record_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let handle = start(settings(&folder));
    let mut seqs: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    (0..200).filter_map(|_| seq(record(handle, &purchase()))).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    seqs.sort_unstable();
    let recorded = session(handle).unwrap().status().unwrap().recorded;
    assert!(recorded >= 1_600 && seqs.len() == 1_600, "{recorded}, {}", seqs.len());
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "each number once");
    close(handle).unwrap();
}

#[test]
fn closing_while_others_record_loses_nothing_that_was_numbered() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let handle = start(settings(&folder));
        let begun = AtomicBool::new(false);
        let highest = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut highest = 0;
                        loop {
                            let answer = record(handle, &purchase());
                            begun.store(true, Ordering::Release);
                            let Some(seq) = seq(answer) else {
                                assert_eq!(answer, Refusal::Closed.code());
                                return highest;
                            };
                            highest = seq;
                        }
                    })
                })
                .collect();
            while !begun.load(Ordering::Acquire) {
                thread::yield_now();
            }
            close(handle).unwrap();
            threads.into_iter().map(|thread| thread.join().unwrap()).max().unwrap()
        });
        let handle = start(settings(&folder));
        let status = session(handle).unwrap().status().unwrap();
        assert!(status.last_seq >= highest, "{} of {highest}", status.last_seq);
        assert!(!status.unclean_end && !status.damaged);
        close(handle).unwrap();
    }
}

#[test]
fn opened_by_eight_threads_at_once_it_is_one_engine() {
    let folder = tempfile::tempdir().unwrap();
    let handles: Vec<i64> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| open(settings(&folder)).unwrap().handle)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(handles.iter().all(|handle| *handle == handles[0]), "{handles:?}");
    close(handles[0]).unwrap();
}
