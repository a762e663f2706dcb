//! Tells the linker that the module stays mapped: httpd closes and opens it at each restart, and thread-locals, hooks
//! and the engine it has opened must survive that.

fn main() {
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rerun-if-changed=build.rs");
}
