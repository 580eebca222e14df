//! Answers of a server: only one that acknowledges the batch by its id lets the device let go.

use staykit_core::sync::{Answer, Delivery, Judgement, judge};
use staykit_core::time::Clock;
use staykit_proto::{Message, v1};

use super::input::Input;
use super::sample::{Sample, clock, open};
use crate::disk::RecordedDisk;
use crate::person::START;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let sample = Sample::shared();
    let disk = RecordedDisk::new(sample.image.clone());
    let clock = clock();
    let engine = open(&disk, &clock).unwrap();
    for _ in 0..6 {
        if input.is_empty() {
            break;
        }
        let Some(upload) = engine.next_upload().unwrap() else {
            clock.advance(1_000 << (input.byte() % 20));
            continue;
        };
        let before = engine.status().unwrap().events_waiting;
        let answer = answer(&mut input, upload.id);
        let judged = judge(&upload.id, &answer, clock.read().unwrap().wall_ms);
        let delivery = engine.finish_upload(upload.id, &answer).unwrap();
        let after = engine.status().unwrap();
        let acknowledged = matches!(judged, Judgement::Acknowledged { .. });
        assert!(!acknowledged || says_so(&answer, &upload.id));
        assert_eq!(acknowledged, delivery == Delivery::Acknowledged);
        let gone = before - after.events_waiting;
        match delivery {
            Delivery::Acknowledged => assert_eq!(gone, upload.events),
            Delivery::SetAside { events } => assert_eq!(gone, events),
            Delivery::Retry { after_ms } => assert_eq!((gone, after_ms < 0), (0, false)),
            Delivery::Split | Delivery::Unknown => assert_eq!(gone, 0),
        }
    }
    engine.close().unwrap();
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![
        vec![0, 200, 0, 1, 1, 1, 3, 0, 200, 0, 1, 1, 1, 3],
        vec![0, 200, 0, 2, 0, 0],
        vec![0, 157, 0, 0, 0, 2, 157, 0, 0],
        b"\x00\xf7\x01\x03120\x00\x00\x04".to_vec(),
        b"\x00\xf7\x01\x1dSat, 21 Nov 2026 00:00:30 GMT\x00\x00\x0f".to_vec(),
        vec![1, 0, 1, 20, 1, 20, 1],
    ]
}

fn says_so(answer: &Answer, id: &[u8; 16]) -> bool {
    let Answer::Response { status, body, .. } = answer else { return false };
    let said = v1::Acknowledgement::decode(body.as_slice());
    (200..300).contains(status) && said.is_ok_and(|said| said.batch_id == id)
}

fn answer(input: &mut Input<'_>, id: [u8; 16]) -> Answer {
    if input.byte() % 8 == 1 {
        return Answer::Unreachable;
    }
    let status = match input.byte() {
        low @ 0..0x80 => [200, 204, 400, 413, 422, 401, 404, 429][usize::from(low % 8)],
        high => u16::from(high - 0x80) * 5,
    };
    let retry_after = input.flag().then(|| input.text(60));
    let body = match input.byte() % 4 {
        0 => input.bytes(200).to_vec(),
        1 => acknowledgement(input, id),
        2 => acknowledgement(input, [8; 16]),
        _ => {
            let mut body = acknowledgement(input, id);
            input.edit(&mut body);
            body
        }
    };
    Answer::Response { status, retry_after, body }
}

fn acknowledgement(input: &mut Input<'_>, id: [u8; 16]) -> Vec<u8> {
    let server_ms = START.saturating_add(input.number());
    let pause_s = u32::try_from(input.number()).unwrap_or(u32::MAX);
    v1::Acknowledgement { batch_id: id.to_vec(), server_ms, pause_s }.encode_to_vec()
}
