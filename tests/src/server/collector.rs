//! The real collector on loopback.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use staykit_collector::{Collector, Config, Summary};
use staykit_core::sync::{Answer, Upload};
use staykit_http::Transport;

/// A collector with a database of its own.
pub struct Server {
    collector: Collector,
    transport: Transport,
    folder: tempfile::TempDir,
}

impl Server {
    /// A collector that loses each n-th acknowledgement, or none.
    #[must_use]
    pub fn start(lose_every: Option<u32>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("collector.sqlite"));
        config.lose_every = lose_every.map(|every| every.try_into().unwrap());
        // People in tests live at another time.
        config.tells_time = false;
        let collector = Collector::start(config).unwrap();
        let endpoint = format!("http://{}", collector.address());
        Self { collector, transport: Transport::new(&endpoint, None).unwrap(), folder }
    }

    /// Carries an upload to it.
    #[must_use]
    pub fn takes(&self, upload: &Upload) -> Answer {
        self.transport.send(upload)
    }

    /// Path of its database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("collector.sqlite")
    }

    /// One figure out of its database.
    #[must_use]
    pub fn query<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// What it says of itself.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut stream = TcpStream::connect(self.collector.address()).unwrap();
        stream
            .write_all(b"GET /v1/summary HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        serde_json::from_str(body).unwrap()
    }
}
