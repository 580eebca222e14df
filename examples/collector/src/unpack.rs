//! From a compressed segment to its rows.

use std::fmt;

use prost::{DecodeError, Message};
use staykit_proto::segment::{self, Row, SegmentError};
use staykit_proto::v1;

/// Why a segment of a batch is not accepted.
#[derive(Debug)]
pub(crate) enum SegmentFault {
    Priority(i32),
    Compression(i32),
    Inflate,
    RawBytes { declared: u32, found: usize },
    Body(DecodeError),
    Columns(SegmentError),
    Rows { rows: usize, seqs: usize },
}

impl SegmentFault {
    /// Whether half of the batch might be accepted.
    pub(crate) fn is_too_large(&self) -> bool {
        matches!(
            self,
            Self::Columns(SegmentError::TooManyRows { .. } | SegmentError::RowTooLong { .. })
        )
    }
}

impl fmt::Display for SegmentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Priority(found) => write!(f, "unknown priority {found}"),
            Self::Compression(found) => write!(f, "unknown compression {found}"),
            Self::Inflate => write!(f, "body is no DEFLATE stream of raw_bytes bytes"),
            Self::RawBytes { declared, found } => {
                write!(f, "raw_bytes is {declared}, body has {found}")
            }
            Self::Body(error) => write!(f, "no Segment: {error}"),
            Self::Columns(error) => write!(f, "{error}"),
            Self::Rows { rows, seqs } => write!(f, "{rows} rows but {seqs} sequence numbers"),
        }
    }
}

/// The priority of all events of a segment, and their numbers and rows. Its `raw_bytes` must
/// have been checked against a limit.
pub(crate) fn unpack(
    segment: &v1::BatchSegment,
) -> Result<(v1::Priority, impl Iterator<Item = (u64, Row)>), SegmentFault> {
    let priority = priority(segment.priority)?;
    let seqs = segment::seqs(&segment.seq_delta).map_err(SegmentFault::Columns)?;
    let rows = rows(segment)?;
    if rows.len() != seqs.len() {
        return Err(SegmentFault::Rows { rows: rows.len(), seqs: seqs.len() });
    }
    Ok((priority, seqs.into_iter().zip(rows)))
}

fn priority(found: i32) -> Result<v1::Priority, SegmentFault> {
    v1::Priority::try_from(found)
        .ok()
        .filter(|priority| *priority != v1::Priority::Unspecified)
        .ok_or(SegmentFault::Priority(found))
}

fn rows(segment: &v1::BatchSegment) -> Result<Vec<Row>, SegmentFault> {
    let unpacked;
    let raw = match v1::Compression::try_from(segment.compression) {
        Ok(v1::Compression::None) => &segment.body,
        Ok(v1::Compression::Deflate) => {
            unpacked = inflate(&segment.body, segment.raw_bytes).ok_or(SegmentFault::Inflate)?;
            &unpacked
        }
        Ok(v1::Compression::Unspecified) | Err(_) => {
            return Err(SegmentFault::Compression(segment.compression));
        }
    };
    let (declared, found) = (segment.raw_bytes, raw.len());
    if usize::try_from(declared) != Ok(found) {
        return Err(SegmentFault::RawBytes { declared, found });
    }
    let decoded = v1::Segment::decode(raw.as_slice()).map_err(SegmentFault::Body)?;
    segment::rows(&decoded).map_err(SegmentFault::Columns)
}

/// The whole of `body` as exactly `raw_bytes` bytes, which the caller has checked to be few.
fn inflate(body: &[u8], raw_bytes: u32) -> Option<Vec<u8>> {
    use miniz_oxide::inflate::TINFLStatus;
    use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

    let mut raw = vec![0; usize::try_from(raw_bytes).ok()?];
    let mut state = Box::<DecompressorOxide>::default();
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut state, body, &mut raw, 0, flags);
    let whole = status == TINFLStatus::Done && read == body.len() && written == raw.len();
    whole.then_some(raw)
}
