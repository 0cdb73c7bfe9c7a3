//! One running installation: everything a rule may depend on, in one value that is handed to it.

use crate::{
    Refusal, Settings,
    db::{Bells, Db, Topic, on, statements},
    jobs,
    keys::{self, Keyring, MasterKey, Purpose, Sealer, mac, same},
    passwords::{Breaches, Hasher},
    policy::{self, Policy},
    random::{Ids, Random},
    sessions::{self, Owed, Presence, Receipts, revocations, revocations::Revocations},
    time::{CLOCK_TOLERANCE, Clock, Timestamp},
    tokens::Known,
};
use std::{
    future::Future,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;
use uuid::Uuid;

statements! {
    FOUND = "insert into installation (one, id, key_check, created_at) values (1, $1, $2, $3) on conflict do nothing";
    CHECK = "select key_check from installation where one = 1";
}

/// How long to wait for what is only nice to have.
const NICE_TO_HAVE: Duration = Duration::from_secs(1);

/// An installation of Latchkey.
pub struct Latchkey {
    /// What the operator decided.
    pub settings: Settings,
    /// Turns passwords into hashes and checks them.
    pub hasher: Hasher,
    /// Where randomness comes from.
    pub random: Arc<dyn Random>,
    /// Rung when a letter was posted.
    pub outbox_bell: Notify,
    /// What was ended within the last access-token lifetime.
    pub revocations: Revocations,
    /// When this value was made: since when the process runs.
    pub opened_at: Timestamp,
    /// Sign-outs that are not written down yet.
    pub owed: Owed,
    pub(crate) receipts: Receipts,
    pub(crate) known_tokens: Known,
    pub(crate) presence: Presence,
    pub(crate) breaches: Breaches,
    pub(crate) db: Db,
    pub(crate) issuer: String,
    pub(crate) refresh_key: [u8; 32],
    pub(crate) mailed_key: [u8; 32],
    pub(crate) throttle_key: [u8; 32],
    pub(crate) devices_key: [u8; 32],
    pub(crate) audit_key: [u8; 32],
    pub(crate) letters_sealer: Sealer,
    clock: Arc<dyn Clock>,
    ids: Ids,
    master: MasterKey,
    keyring: RwLock<Arc<Keyring>>,
    policy: RwLock<policy::Held>,
    away: AtomicBool,
    closing: AtomicBool,
}

impl Latchkey {
    /// Opens the installation that lives in `db`, or founds it: migrates, checks that the master key fits, loads the signing
    /// keys and the revocation set.
    ///
    /// # Errors
    /// When the master key is another installation's, the schema is newer than this binary, or the database does not answer.
    pub async fn open(
        db: Db,
        settings: Settings,
        master: MasterKey,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, Refusal> {
        crate::transfer::check_no_backup(&db).await?;
        db.migrate().await?;
        crate::transfer::check_open(&db).await?;
        check_master_key(&db, &master, clock.now(), &*random).await?;
        let sealer = Sealer::new(master.derive(Purpose::SigningKeys));
        let ring = match keys::load(&db, &sealer).await? {
            Some(ring) => ring,
            None => keys::found(&db, &settings, &sealer, clock.now(), &*random).await?,
        };
        let policy = policy::Held::of(&settings, policy::rows(&db).await?);
        let house = Arc::new(Self {
            hasher: Hasher::new(settings.hash_cost, master.derive(Purpose::Pepper), random.clone())?,
            outbox_bell: Notify::new(),
            revocations: Revocations::default(),
            opened_at: clock.now(),
            owed: Owed::default(),
            receipts: Receipts::default(),
            known_tokens: Known::default(),
            presence: Presence::of(&db),
            breaches: Breaches::at(settings.breach_check.as_ref())?,
            issuer: settings.issuer(),
            refresh_key: master.derive(Purpose::RefreshTokens),
            mailed_key: master.derive(Purpose::MailedTokens),
            throttle_key: master.derive(Purpose::Throttle),
            devices_key: master.derive(Purpose::Devices),
            audit_key: master.derive(Purpose::Audit),
            letters_sealer: Sealer::new(master.derive(Purpose::Letters)),
            keyring: RwLock::new(ring),
            policy: RwLock::new(policy),
            settings,
            random,
            db,
            clock,
            ids: Ids::default(),
            master,
            away: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        });
        revocations::follow(&house).await?;
        Ok(house)
    }

    /// The current moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock itself, for those who count time outside the rules.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// A fresh identifier (UUID version 7), greater than every one before of this process.
    pub fn new_id(&self) -> Uuid {
        self.ids.next(self.now(), &*self.random)
    }

    /// A sealer for one purpose.
    pub fn sealer(&self, purpose: Purpose) -> Sealer {
        Sealer::new(self.master.derive(purpose))
    }

    /// The keys in use.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What holds now of all that may be changed at run time.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.read().unwrap_or_else(PoisonError::into_inner).policy.clone()
    }

    /// Reads again what was decided at run time.
    ///
    /// # Errors
    /// When the database does not answer; what held still holds.
    pub(crate) async fn reload_policy(&self) -> Result<(), Refusal> {
        let rows = policy::rows(&self.db).await?;
        if self.policy.read().unwrap_or_else(PoisonError::into_inner).rows != rows {
            *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy::Held::of(&self.settings, rows);
        }
        Ok(())
    }

    /// Reads the signing keys again, after they were rotated here or elsewhere.
    ///
    /// # Errors
    /// When the database does not answer; the keys in memory stay in use.
    pub async fn reload_keys(&self) -> Result<(), Refusal> {
        if let Some(ring) = keys::load(&self.db, &self.sealer(Purpose::SigningKeys)).await? {
            *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        }
        Ok(())
    }

    /// Learns what other nodes and the command line have done: ended sessions, changed roles, rotated keys, settings. To be called when a
    /// bell rings and more often than once a second.
    ///
    /// # Errors
    /// When the database does not answer; the next call catches up.
    pub async fn follow(&self) -> Result<(), Refusal> {
        let done = self.look().await;
        self.away.store(done.is_err(), Ordering::Relaxed);
        done
    }

    async fn look(&self) -> Result<(), Refusal> {
        revocations::follow(self).await?;
        // A full disk keeps debts, and is no reason not to look.
        let _ = sessions::settle(self).await;
        if keys::marks(&self.db).await? != self.keyring().marks() {
            self.reload_keys().await?;
        }
        self.reload_policy().await
    }

    /// Whether the database did not answer when it was last asked. What is only nice to have is left out then.
    pub fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Takes note that the database has not answered for longer than it should.
    pub fn missing(&self) {
        self.away.store(true, Ordering::Relaxed);
    }

    /// Asks for what is only nice to have: `None` when the database is away, or takes longer than a reader should wait for it.
    ///
    /// # Errors
    /// What the rule refuses; an outage is none.
    pub async fn unless_away<T>(&self, ask: impl Future<Output = Result<T, Refusal>>) -> Result<Option<T>, Refusal> {
        if self.is_away() {
            return Ok(None);
        }
        match tokio::time::timeout(NICE_TO_HAVE, ask).await {
            Ok(Err(error @ (Refusal::Unavailable(_) | Refusal::Busy { .. }))) => {
                tracing::warn!(%error, "something was left out, because the database does not do its part");
                Ok(None)
            }
            Ok(answer) => answer.map(Some),
            Err(_) => {
                tracing::warn!("something was left out, because the database takes longer than {NICE_TO_HAVE:?}");
                Ok(None)
            }
        }
    }

    /// Takes note that this process is about to end: long work stops at the next good moment.
    pub fn close_down(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Whether this process is about to end. Asked between two steps of long work.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// How far our clock is from the database server's, in milliseconds, if that is more than tokens forgive. Sessions, limits and
    /// revocations of several nodes rest on clocks that agree.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clock_difference(&self) -> Result<Option<i64>, Refusal> {
        let theirs = self.db.clock().await?;
        let difference = theirs.map(|theirs| self.now().0 - theirs.0);
        Ok(difference.filter(|difference| difference.unsigned_abs() > CLOCK_TOLERANCE.as_millis() as u64))
    }

    /// Begins to listen for what other nodes tell.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bells(&self) -> Result<Bells, Refusal> {
        Ok(self.db.bells().await?)
    }

    /// Does what a bell asks for; `None` when some may have been missed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heard(&self, topic: Option<Topic>) -> Result<(), Refusal> {
        if matches!(topic, None | Some(Topic::Letter)) {
            self.outbox_bell.notify_one();
        }
        match topic {
            Some(Topic::Letter) => Ok(()),
            None | Some(Topic::Revoked | Topic::Keys | Topic::Settings) => self.follow().await,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Refusal> {
        Ok(self.db.ping().await?)
    }

    /// Whether the database takes what is written: by asking, and every few seconds by writing.
    ///
    /// # Errors
    /// When it does not, with its reason.
    pub async fn probe(&self) -> Result<bool, Refusal> {
        if self.db.is_read_only().await? {
            return Ok(false);
        }
        jobs::probe(self).await.map(|()| true)
    }

    /// Closes the database. Nothing else may be asked of this value afterwards.
    pub async fn close(&self) {
        if sessions::settle(self).await.is_err() {
            tracing::error!(
                "{} people have signed out of sessions that live on: the database was away",
                self.owed.len()
            );
        }
        self.db.close().await;
    }
}

/// What a database keeps of its master key, to know it again.
pub(crate) fn key_check(master: &MasterKey) -> [u8; 32] {
    mac(&master.derive(Purpose::Check), &[b"this database belongs to this key"])
}

/// Writes the key's check value into a new database, or compares it with the one that is there.
async fn check_master_key(db: &Db, master: &MasterKey, now: Timestamp, random: &dyn Random) -> Result<(), Refusal> {
    let check = key_check(master);
    on!(*db, write, |p| sqlx::query(FOUND).bind(random.id(now)).bind(&check[..]).bind(now).execute(p).await.map(drop))?;
    let (stored,): (Vec<u8>,) = on!(*db, write, |p| sqlx::query_as(CHECK).fetch_one(p).await)?;
    if same(&stored, &check) {
        Ok(())
    } else {
        Err(Refusal::Broken(
            "the master key does not fit this database: give the key the database was made with, or another database"
                .into(),
        ))
    }
}
