//! Unpacks gzip data within a limit, so that a few kilobytes cannot become gigabytes.
//!
//! It works on bytes and makes no requests. Source: RFC 1952, and RFC 9110 8.4 for the content encoding of a response.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use thiserror::Error;

/// Why the data cannot be unpacked.
#[derive(Debug, Error)]
pub enum PackedFault {
    #[error("has more than {0} bytes unpacked")]
    TooBig(usize),
    #[error("cannot be unpacked: {0}")]
    Broken(#[from] std::io::Error),
}

/// The unpacked bytes, if they are within the limit.
pub fn unpacked(packed: &[u8], limit: usize) -> Result<Vec<u8>, PackedFault> {
    let mut body = Vec::new();
    // One byte over the limit shows that there is more.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(packed).take(most).read_to_end(&mut body)?;
    if body.len() > limit { Err(PackedFault::TooBig(limit)) } else { Ok(body) }
}
