//! The `latchkey` binary. Everything it does is in the library, but for where memory comes from.

/// Faster than the system's for what a page is made of: many small pieces, given back together.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::run()
}
