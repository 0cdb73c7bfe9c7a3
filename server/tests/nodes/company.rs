//! A company of nodes on one database, and the people of its installation.

use crate::{
    browser::{Browser, ORIGIN},
    node::{self, Node},
    postgres::Cluster,
};
use http::StatusCode;
use identity::{
    Latchkey, Settings, accounts,
    db::Db,
    keys::MasterKey,
    random::SystemSource,
    time::SystemClock,
    words::{Role, Secret},
};
use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    sync::{Mutex, MutexGuard},
    time::sleep,
};
use uuid::Uuid;

pub use crate::running::PASSWORD;

/// How long anything that must happen soon may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is promised within a second cannot be shown beside a test that uses every core.
static TURN: Mutex<()> = Mutex::const_new(());

/// Nodes, database, and a place for files.
pub struct Company {
    pub nodes: Vec<Node>,
    /// None on SQLite.
    pub cluster: Option<Arc<Cluster>>,
    pub settings: Vec<(String, String)>,
    pub home: tempfile::TempDir,
    url: String,
    master: String,
    _turn: MutexGuard<'static, ()>,
}

impl Company {
    /// So many nodes on a fresh database, with these settings besides. All of them are ready.
    pub async fn found(nodes: usize, cluster: Cluster, more: &[(&str, &str)]) -> Self {
        let (home, url) = (tempfile::tempdir().unwrap(), cluster.url());
        Self::settle(nodes, home, url, Some(cluster), more).await
    }

    /// One node on SQLite.
    pub async fn alone(more: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", home.path().join("latchkey.db").display());
        Self::settle(1, home, url, None, more).await
    }

    async fn settle(
        nodes: usize,
        home: tempfile::TempDir,
        url: String,
        cluster: Option<Cluster>,
        more: &[(&str, &str)],
    ) -> Self {
        let turn = TURN.lock().await;
        let master = MasterKey::generate(&SystemSource::new()).to_base64().to_string();
        let given = [
            ("LATCHKEY_DATABASE_URL", url.clone()),
            ("LATCHKEY_MASTER_KEY", master.clone()),
            ("LATCHKEY_PUBLIC_URL", ORIGIN.to_owned()),
            ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("LATCHKEY_LOG", "warn".to_owned()),
        ];
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let settings: Vec<_> = given.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect();
        // All at once, on an empty database: each would make the schema and the first key.
        let nodes = (0..nodes).map(|n| Node::start(home.path(), &format!("node{n}"), &settings)).collect();
        let company = Self { nodes, cluster: cluster.map(Arc::new), settings, home, url, master, _turn: turn };
        for node in &company.nodes {
            company.wait_for(node.address, "/readyz").await;
        }
        company
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    /// The same installation once more, in this process: for making people and looking at what became of them.
    pub async fn house(&self) -> Arc<Latchkey> {
        let db = Db::open(&self.url).await.unwrap();
        let master = MasterKey::parse(&self.master).unwrap();
        let settings = Settings::new(ORIGIN.parse().unwrap());
        Latchkey::open(db, settings, master, Arc::new(SystemClock), Arc::new(SystemSource::new())).await.unwrap()
    }

    /// A confirmed account.
    pub async fn person(&self, house: &Latchkey, name: &str, role: Role) -> Uuid {
        accounts::create_verified(house, name, &email(name), &Secret::new(PASSWORD), role).await.unwrap()
    }

    /// Signs in at a node.
    pub async fn sign_in(&self, node: SocketAddr, name: &str) -> Browser {
        let browser = Browser::new();
        let form =
            [("email", email(name)), ("password", PASSWORD.into()), ("stay", "month".into()), ("next", String::new())];
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.post(node, "/api/login", &form).await.unwrap();
        assert_eq!(answer.status, StatusCode::OK, "{name}: {answer:?}");
        browser
    }

    /// A command beside the nodes. Answers whether it says that it was done, and what it said.
    pub async fn command(&self, arguments: &[&str], input: &str) -> (bool, String) {
        let dir = tempfile::tempdir_in(self.home.path()).unwrap();
        let mut command = node::latchkey(dir.path(), &self.settings);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses before it reads closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes()).await;
        let output = child.wait_with_output().await.unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.success(), said)
    }

    /// Waits until a node answers 200.
    pub async fn wait_for(&self, node: SocketAddr, path: &str) {
        let (browser, began) = (Browser::new(), Instant::now());
        while !browser.get(node, path).await.is_ok_and(|answer| answer.status == StatusCode::OK) {
            let logs = || self.nodes.iter().map(Node::log).collect::<Vec<_>>().join("\n");
            assert!(began.elapsed() < PATIENCE, "{node}{path} does not answer\n{}", logs());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every letter that any node has written to a file, by name.
    pub fn letters(&self) -> Vec<String> {
        self.letter_files().iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    /// The text of the only one.
    pub fn letter(&self) -> String {
        let [file] = &self.letter_files()[..] else { panic!("one letter") };
        let message = std::fs::read(file).unwrap();
        mail_parser::MessageParser::default().parse(&message).unwrap().body_text(0).unwrap().into_owned()
    }

    fn letter_files(&self) -> Vec<PathBuf> {
        let folders = self.nodes.iter().filter_map(|node| std::fs::read_dir(node.dir.join("data/mail")).ok());
        let files = folders.flatten().flatten().map(|file| file.path());
        files.filter(|file| file.extension().is_some_and(|ending| ending == "eml")).collect()
    }

    pub async fn close(self) {
        for node in self.nodes {
            node.stop().await;
        }
    }
}

/// `alice` is alice@example.org.
pub fn email(name: &str) -> String {
    format!("{name}@example.org")
}
