//! The `bench` binary. Everything it does is in the library, which the micro-benchmarks use too.

fn main() -> std::process::ExitCode {
    bench::run()
}
