//! Migrations are embedded by a macro, and cargo does not see a new file of theirs by itself.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
