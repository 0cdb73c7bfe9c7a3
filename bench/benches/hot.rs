//! How long the paths take that most requests take: `script/bench hot`. No socket and one thread, so that a change is seen by itself.

use bench::hot::{self, Hot, Path};
use clap::ValueEnum;
use divan::{Bencher, counter::ItemsCount};
use std::{cell::RefCell, fs, path::PathBuf};

fn main() {
    let folder = folder();
    let _ = fs::remove_dir_all(&folder);
    hot::prepare(folder.clone()).expect("an installation can be made");
    divan::main();
    let _ = fs::remove_dir_all(&folder);
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("latchkey-hot-{}", std::process::id()))
}

#[divan::bench(args = Path::value_variants())]
fn path(bencher: Bencher, path: &Path) {
    let hot = RefCell::new(Hot::open(folder()).expect("it can be opened"));
    let ready = || hot.borrow_mut().ready(*path).expect("a session can be renewed");
    bencher.counter(ItemsCount::new(1usize)).with_inputs(ready).bench_local_values(|()| {
        hot.borrow_mut().once(*path).expect("it is answered");
    });
}
