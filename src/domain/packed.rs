//! What came compressed by gzip, unpacked within a bound, so that a few kilobytes cannot become gigabytes.
//!
//! It judges bytes and asks nobody. Source: RFC 1952, and RFC 9110 8.4 for what an answer says of itself.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use thiserror::Error;

/// Why there is nothing to read.
#[derive(Debug, Error)]
pub enum PackedFault {
    #[error("has more than {0} bytes unpacked")]
    TooBig(usize),
    #[error("cannot be unpacked: {0}")]
    Broken(#[from] std::io::Error),
}

/// The bytes as they were before they were compressed, if these are at most so many.
pub fn unpacked(packed: &[u8], limit: usize) -> Result<Vec<u8>, PackedFault> {
    let mut body = Vec::new();
    // One byte more than may be tells that there is more.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(packed).take(most).read_to_end(&mut body)?;
    if body.len() > limit { Err(PackedFault::TooBig(limit)) } else { Ok(body) }
}
