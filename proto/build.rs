//! Turns `staykit/v1/*.proto` into Rust, without a protoc on the machine.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files =
        ["event", "segment", "batch", "pack"].map(|name| format!("staykit/v1/{name}.proto"));
    println!("cargo::rerun-if-changed=staykit");
    let descriptors = protox::compile(&files, ["."])?;
    prost_build::Config::new()
        // Ordered, so that the same input gives the same bytes.
        .btree_map(["."])
        .compile_fds(descriptors)?;
    Ok(())
}
