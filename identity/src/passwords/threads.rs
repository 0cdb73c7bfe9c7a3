//! The threads that hash, and the memory they do it in.
//!
//! As many as there are cores, below the priority of those that answer requests: while very many people sign in, somebody who only
//! opens a page waits for a core no longer than usual. The price is that signing in waits longer where everything else keeps the cores
//! busy: it gets a quarter of them then. A thread keeps its memory from one hash to the next, because getting 19 MiB from the system and
//! giving them back is a good part of the work; after a moment with nothing to do it gives them back. Knows no passwords and no order:
//! who comes next is the business of `hasher`.

use argon2::Block;
use std::{
    collections::{TryReserveError, VecDeque},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// How much less urgent hashing is than answering (`nice(2)`): a third of the share of a core where both want it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// How long a thread with nothing to do keeps its memory; and then waits before it reminds the allocator of it, which wants a second.
const KEPT: Duration = Duration::from_millis(1500);

/// What a hash is computed in. Overwritten by each, and never read before it was written.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// So many blocks of it.
    ///
    /// # Errors
    /// When the system has no more: one hash fails, not the process.
    pub fn blocks(&mut self, count: usize) -> Result<&mut [Block], TryReserveError> {
        if self.0.len() < count {
            // Not grown, which would copy it: what is in it is of no use.
            self.0 = Vec::new();
            self.0.try_reserve_exact(count)?;
            self.0.resize(count, Block::default());
        }
        Ok(&mut self.0[..count])
    }

    fn is_held(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Has the allocator look through what was given back to it: it hands large pieces on to the system at the next one that comes back
/// a second later or more, and in a quiet house none would. Nothing is written to this one, so it takes no memory.
fn remind_allocator() {
    let mut piece: Vec<u8> = Vec::new();
    if piece.try_reserve_exact(PIECE).is_ok() {
        std::hint::black_box(&mut piece);
    }
}

/// Large enough to be handled as one, and small enough to leave the others alone: it may be put where one of them was.
const PIECE: usize = 2 << 20;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

#[derive(Default)]
struct Desk {
    jobs: Mutex<(VecDeque<Job>, bool)>,
    news: Condvar,
}

/// Ended with the value, after what they were given.
pub(super) struct Threads(Arc<Desk>);

impl Threads {
    /// Starts so many.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn start(count: usize) -> io::Result<Self> {
        let threads = Self(Arc::default());
        for number in 0..count {
            let desk = Arc::clone(&threads.0);
            std::thread::Builder::new().name(format!("hashing-{number}")).spawn(move || desk.work())?;
        }
        Ok(threads)
    }

    /// Hands a job to the first that is free.
    pub fn give(&self, job: impl FnOnce(&mut Memory) + Send + 'static) {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).0.push_back(Box::new(job));
        self.0.news.notify_one();
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.0.news.notify_all();
    }
}

impl Desk {
    fn work(&self) {
        step_back();
        let mut memory = Memory::default();
        while let Some(job) = self.next(&mut memory) {
            // Whoever waits for a job that panicked is told so by the end of its channel; the thread is still needed.
            if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
                memory = Memory::default();
            }
        }
    }

    /// The next job; `None` when there will be none.
    fn next(&self, memory: &mut Memory) -> Option<Job> {
        let mut given_back = false;
        loop {
            // What takes a while is done without the lock: whoever brings a job must not wait for it.
            match self.look(memory.is_held() || given_back) {
                Look::Job(job) => return Some(job),
                Look::End => return None,
                Look::Quiet if memory.is_held() => {
                    *memory = Memory::default();
                    given_back = true;
                }
                Look::Quiet => {
                    remind_allocator();
                    given_back = false;
                }
            }
        }
    }

    /// Waits for a job; with `limited` until it has been quiet for a while.
    fn look(&self, limited: bool) -> Look {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(job) = jobs.0.pop_front() {
                return Look::Job(job);
            }
            if jobs.1 {
                return Look::End;
            }
            if !limited {
                jobs = self.news.wait(jobs).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (still, waited) = self.news.wait_timeout(jobs, KEPT).unwrap_or_else(PoisonError::into_inner);
            jobs = still;
            if waited.timed_out() && jobs.0.is_empty() {
                return Look::Quiet;
            }
        }
    }
}

/// What a thread finds.
enum Look {
    Job(Job),
    /// Nothing for a while.
    Quiet,
    /// There will be nothing any more.
    End,
}

/// Lowers the priority of this thread. On Linux a thread has one of its own; elsewhere it would be the whole process.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "hashing cannot be made less urgent");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn jobs_are_done_and_one_that_panics_takes_no_thread_along() {
        let threads = Threads::start(1).unwrap();
        threads.give(|_| panic!("on purpose"));
        let (done, end) = mpsc::channel();
        threads.give(move |memory| done.send(memory.blocks(8).unwrap().len()).unwrap());
        assert_eq!(end.recv().unwrap(), 8);
    }

    #[test]
    fn memory_is_as_large_as_asked_for_and_kept_for_the_next() {
        let mut memory = Memory::default();
        assert!(!memory.is_held());
        memory.blocks(16).unwrap()[15].as_mut()[0] = 7;
        assert_eq!(memory.blocks(8).unwrap().len(), 8);
        assert_eq!(memory.blocks(16).unwrap()[15].as_ref()[0], 7, "it is the same");
        assert_eq!(memory.blocks(32).unwrap().len(), 32);
        assert!(memory.blocks(usize::MAX / 2048).is_err(), "more than any machine has");
    }

    #[test]
    fn with_its_value_the_threads_end() {
        let threads = Threads::start(2).unwrap();
        let desk = Arc::downgrade(&threads.0);
        let (started, begun) = mpsc::channel();
        let (finish, finished) = mpsc::channel::<()>();
        threads.give(move |_| {
            started.send(()).unwrap();
            finished.recv().unwrap();
        });
        begun.recv().unwrap();
        drop(threads);
        finish.send(()).unwrap();
        while desk.strong_count() > 0 {
            std::thread::yield_now();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn hashing_is_less_urgent_than_everything_else() {
        let threads = Threads::start(1).unwrap();
        let (done, end) = mpsc::channel();
        let before = rustix::process::getpriority_process(None).unwrap();
        threads.give(move |_| done.send(rustix::process::getpriority_process(None).unwrap()).unwrap());
        assert_eq!(end.recv().unwrap(), (before + NICENESS).min(19));
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), before, "and nobody else");
    }
}
