//! A device made by hand: batches, and HTTP/1.1 over a plain socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use staykit_collector::{Collector, Config, Summary};
use staykit_proto::Message;
use staykit_proto::segment::{Property, Row, pack, seq_deltas};
use staykit_proto::v1::{
    Acknowledgement, Batch, BatchSegment, Compression, DroppedRange, Priority, UploadRequest,
};

pub(crate) struct Server {
    pub(crate) collector: Collector,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn start(change: impl FnOnce(&mut Config)) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("collector.sqlite"));
    change(&mut config);
    Server { collector: Collector::start(config).unwrap(), folder }
}

pub(crate) fn plain() -> Server {
    start(|_| ())
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.collector.address()
    }

    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("collector.sqlite")
    }

    /// Sends a body as a device does.
    pub(crate) fn post(&self, body: &[u8]) -> Answer {
        exchange(self.address(), &post("Content-Type: application/x-protobuf\r\n", body))
    }

    pub(crate) fn send(&self, batch: &Batch) -> Answer {
        self.post(&request(batch, 1))
    }

    pub(crate) fn summary(&self) -> Summary {
        let answer = exchange(self.address(), &get("/v1/summary"));
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).unwrap()
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn acknowledgement(&self) -> Acknowledgement {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        Acknowledgement::decode(self.body.as_slice()).unwrap()
    }
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes()
}

pub(crate) fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST /v1/batches HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head[9..12].parse().unwrap();
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

pub(crate) fn request(batch: &Batch, attempt: u32) -> Vec<u8> {
    let batch = batch.encode_to_vec();
    let request =
        UploadRequest { batch, sent_wall_ms: 1_700_000_100_000, sent_boot_ms: 5_000, attempt };
    request.encode_to_vec()
}

pub(crate) fn row(name: &str) -> Row {
    Row {
        name: name.to_owned(),
        wall_ms: 1_700_000_000_000,
        offset_min: 480,
        local_day: 19_675,
        session: 1,
        boot_ms: 1_000,
        properties: vec![("item".to_owned(), Property::Text("tea".to_owned()))],
    }
}

pub(crate) fn segment(seqs: &[u64], rows: &[Row]) -> BatchSegment {
    let raw = pack(rows).encode_to_vec();
    BatchSegment {
        seq_delta: seq_deltas(seqs),
        priority: Priority::Normal.into(),
        compression: Compression::Deflate.into(),
        raw_bytes: raw.len().try_into().unwrap(),
        body: miniz_oxide::deflate::compress_to_vec(&raw, 6),
    }
}

/// Events of these numbers from the installation whose id is 16 times `installation`.
pub(crate) fn batch(installation: u8, id: u8, seqs: &[u64]) -> Batch {
    let rows: Vec<Row> = seqs.iter().map(|_| row("open")).collect();
    Batch {
        format: 1,
        batch_id: vec![id; 16],
        installation: vec![installation; 16],
        epoch: 1,
        segments: vec![segment(seqs, &rows)],
        ..Batch::default()
    }
}

pub(crate) fn dropped(first_seq: u64, last_seq: u64, events: u64) -> DroppedRange {
    DroppedRange { epoch: 1, first_seq, last_seq, events, reason: 1 }
}

pub(crate) fn query<T: rusqlite::types::FromSql>(database: &Path, sql: &str) -> T {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
