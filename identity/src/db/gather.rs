//! What several ask of the database at the same moment, carried out together by one connection.
//!
//! Nobody waits for company: who finds nobody before them is served at once, and who comes meanwhile is served together next. So the
//! busier an installation is, the less each of its requests costs the database. What is asked begins after the asking, as if each had
//! asked alone; nobody joins what is under way. A connection that takes long holds up those who share it, and no others.
//!
//! Only for what fails for everybody or for nobody: what one asks for must never spoil what others do.

use super::is_outage;
use sqlx::{Database, Error, Pool, pool::PoolConnection};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

/// Carried out together at most: so long does whoever needs the connection for something else wait, and so many share an error.
const MOST: usize = 128;

/// Those who came meanwhile are not kept waiting for longer than this, but served by another connection.
const SLOW: Duration = Duration::from_millis(100);

/// The way to the task that carries out what is asked for. It ends with the last copy.
pub(crate) struct Gather<W, A>(mpsc::Sender<Wish<W, A>>);

/// What is asked for, and who waits for the answer.
struct Wish<W, A> {
    what: W,
    answer: oneshot::Sender<Result<A, Arc<Error>>>,
}

/// Those who wait to be carried out.
type Waiting<W, A> = Arc<Mutex<mpsc::Receiver<Wish<W, A>>>>;

impl<W, A> Clone for Gather<W, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: Send + 'static, A: Send + 'static> Gather<W, A> {
    /// Carries them out on connections of this pool: `all` is given some, and answers each in their order.
    pub(crate) fn on<DB, F>(
        pool: Pool<DB>,
        all: impl Fn(PoolConnection<DB>, Vec<W>) -> F + Copy + Send + 'static,
    ) -> Self
    where
        DB: Database,
        F: Future<Output = Result<Vec<A>, Error>> + Send + 'static,
    {
        let (wishes, waiting) = mpsc::channel(MOST);
        tokio::spawn(carry_out(pool, Arc::new(Mutex::new(waiting)), all));
        Self(wishes)
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// When it could not be done. Given up before it was begun, it is never done.
    pub(crate) async fn ask(&self, what: W) -> Result<A, Error> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Wish { what, answer }).await.map_err(|_| Error::WorkerCrashed)?;
        answered.await.map_err(|_| Error::WorkerCrashed)?.map_err(of_all)
    }
}

/// An error that several share, still of the kind it was.
pub(super) fn of_all(error: Arc<Error>) -> Error {
    if is_outage(&error) { Error::Io(io::Error::other(error)) } else { Error::AnyDriverError(Box::new(error)) }
}

async fn carry_out<DB, W, A, F>(
    pool: Pool<DB>,
    waiting: Waiting<W, A>,
    all: impl Fn(PoolConnection<DB>, Vec<W>) -> F + Copy + Send + 'static,
) where
    DB: Database,
    W: Send + 'static,
    A: Send + 'static,
    F: Future<Output = Result<Vec<A>, Error>> + Send + 'static,
{
    loop {
        let mut wishes = Vec::with_capacity(MOST);
        if waiting.lock().await.recv_many(&mut wishes, MOST).await == 0 {
            return;
        }
        // By a task of its own: should it panic, these hear so; should it be slow, it is left to itself. The next are served.
        let these = tokio::spawn(carry_out_these(pool.clone(), Arc::clone(&waiting), wishes, all));
        drop(timeout(SLOW, these).await);
    }
}

async fn carry_out_these<DB, W, A, F>(
    pool: Pool<DB>,
    waiting: Waiting<W, A>,
    mut wishes: Vec<Wish<W, A>>,
    all: impl Fn(PoolConnection<DB>, Vec<W>) -> F,
) where
    DB: Database,
    F: Future<Output = Result<Vec<A>, Error>>,
{
    let connection = pool.acquire().await;
    // Nothing is done for those who have gone, and whoever came while the connection was waited for comes along.
    wishes.retain(|wish| !wish.answer.is_closed());
    if let Ok(mut waiting) = waiting.try_lock() {
        while wishes.len() < MOST
            && let Ok(wish) = waiting.try_recv()
        {
            wishes.extend((!wish.answer.is_closed()).then_some(wish));
        }
    }
    if wishes.is_empty() {
        return;
    }
    let (wishes, waiters): (Vec<_>, Vec<_>) = wishes.into_iter().map(|wish| (wish.what, wish.answer)).unzip();
    let done = match connection {
        Ok(connection) => all(connection, wishes).await,
        Err(error) => Err(error),
    };
    match done.map_err(Arc::new) {
        // Who has gone meanwhile does not hear it.
        Ok(answers) => waiters.into_iter().zip(answers).for_each(|(waiter, answer)| drop(waiter.send(Ok(answer)))),
        Err(error) => waiters.into_iter().for_each(|waiter| drop(waiter.send(Err(error.clone())))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{Sqlite, sqlite::SqlitePoolOptions};

    /// Answers each with itself; but whoever asks for 13 lets it panic, and 0 waits for ever.
    async fn all(_connection: PoolConnection<Sqlite>, asked: Vec<u32>) -> Result<Vec<u32>, Error> {
        assert!(!asked.contains(&13), "somebody asked for it");
        if asked.contains(&0) {
            std::future::pending::<()>().await;
        }
        Ok(asked)
    }

    async fn gather() -> Gather<u32, u32> {
        let pool = SqlitePoolOptions::new().test_before_acquire(false).max_connections(2);
        Gather::on(pool.connect("sqlite::memory:").await.unwrap(), all)
    }

    #[tokio::test]
    async fn who_never_gets_an_answer_holds_up_nobody_who_comes_later() {
        let gather = gather().await;
        let first = tokio::spawn({
            let gather = gather.clone();
            async move { gather.ask(0).await }
        });
        tokio::task::yield_now().await;
        for n in 1..10 {
            assert_eq!(timeout(Duration::from_secs(30), gather.ask(n)).await.unwrap().unwrap(), n);
        }
        assert!(!first.is_finished());
        first.abort();
    }

    #[tokio::test]
    async fn what_fails_badly_is_an_outage_to_those_who_asked_and_the_next_are_served() {
        let gather = gather().await;
        assert!(is_outage(&gather.ask(13).await.unwrap_err()));
        assert_eq!(gather.ask(1).await.unwrap(), 1);
    }
}
