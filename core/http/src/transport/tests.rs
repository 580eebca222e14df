use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use super::*;

/// A server on loopback that gives one answer a connection, and hands out what it was sent.
fn server(answers: Vec<Vec<u8>>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            sender.send(read_request(&stream)).unwrap();
            // The other side may have read enough.
            let _ = (&stream).write_all(&answer);
        }
    });
    (address, requests)
}

struct Request {
    head: String,
    body: Vec<u8>,
}

fn read_request(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Request { head, body }
}

fn reply(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn transport(endpoint: &str) -> Transport {
    Transport::new(endpoint, Some("pk_test".to_owned())).unwrap()
}

fn response(status: u16, retry_after: Option<&str>, body: &[u8]) -> Answer {
    Answer::Response { status, retry_after: retry_after.map(str::to_owned), body: body.to_vec() }
}

#[test]
fn the_bytes_of_an_upload_are_posted_with_type_and_key() {
    let (address, requests) = server(vec![reply("200 OK", b"ack")]);
    let answer = transport(&address).post(b"batch".to_vec());
    assert_eq!(answer, response(200, None, b"ack"));
    let request = requests.recv().unwrap();
    assert!(request.head.starts_with("post /v1/batches http/1.1\r\n"));
    assert!(request.head.contains("content-type: application/x-protobuf\r\n"));
    assert!(request.head.contains("x-staykit-key: pk_test\r\n"));
    assert_eq!(request.body, b"batch");
}

#[test]
fn status_and_retry_after_are_handed_on_unjudged() {
    let (address, _requests) = server(vec![reply("503 Busy\r\nretry-after: 7", b"later")]);
    let answer = transport(&address).post(Vec::new());
    assert_eq!(answer, response(503, Some("7"), b"later"));
}

#[test]
fn a_redirect_to_another_server_is_not_followed() {
    let head = "307 Moved\r\nlocation: http://127.0.0.2:1/v1/batches";
    let (address, requests) = server(vec![reply(head, b"")]);
    assert_eq!(transport(&address).post(b"batch".to_vec()), response(307, None, b""));
    requests.recv().unwrap();
    assert!(requests.recv().is_err(), "nothing more was sent");
}

#[test]
fn a_redirect_within_the_server_is_followed_with_the_same_bytes() {
    let moved = reply("308 Moved\r\nlocation: /v2/batches", b"");
    let (address, requests) = server(vec![moved, reply("200 OK", b"ack")]);
    assert_eq!(transport(&address).post(b"batch".to_vec()), response(200, None, b"ack"));
    requests.recv().unwrap();
    let second = requests.recv().unwrap();
    assert!(second.head.starts_with("post /v2/batches"));
    assert_eq!(second.body, b"batch");
}

#[test]
fn no_more_than_64_kb_of_an_answer_are_kept() {
    let (address, _requests) = server(vec![reply("200 OK", &vec![b'x'; 200_000])]);
    let Answer::Response { body, .. } = transport(&address).post(Vec::new()) else {
        panic!("an answer came");
    };
    assert_eq!(body.len(), 64 * 1024);
}

#[test]
fn no_server_and_an_answer_cut_short_are_both_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(transport(&nobody).post(Vec::new()), Answer::Unreachable);
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this".to_vec();
    let (address, _requests) = server(vec![cut]);
    assert_eq!(transport(&address).post(Vec::new()), Answer::Unreachable);
}

#[test]
fn a_write_key_that_no_header_can_bear_is_refused() {
    let error = Transport::new("http://127.0.0.1:1", Some("a\nb".to_owned())).unwrap_err();
    assert!(error.to_string().contains("write key"), "{error}");
}
