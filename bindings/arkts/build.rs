//! Says what HarmonyOS is to know the module as, and what it is linked with there.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The module must bear the name of the library, or the system does not load it.
    println!("cargo::rustc-env=NAPI_BUILD_TARGET_NAME=staykit");
    if std::env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("ohos") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libstaykit.so");
    }
    napi_build_ohos::setup();
}
