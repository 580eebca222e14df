#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| staykit_fuzz::run("operations", bytes));
