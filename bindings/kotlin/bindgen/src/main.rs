//! Writes the Kotlin side of `libstaykit.so`, from what the library says of itself.

fn main() {
    uniffi::uniffi_bindgen_main();
}
