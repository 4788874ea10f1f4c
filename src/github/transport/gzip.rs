//! Answers are compressed if the request accepts it, which makes GitHub's lists a twentieth of their size.
//!
//! Unpacked bodies have the same limit as others, so that a few kilobytes cannot become gigabytes. Only gzip is
//! accepted, since only gzip is requested. Source: RFC 9110 8.4.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

use super::super::error::text;
use super::{Answer, GithubError};
use crate::domain::packed::{self, PackedFault};

/// The encoding that every request accepts.
pub(super) const TAKEN: &str = "gzip";

/// The answer before compression; at most `limit` bytes of it.
pub(super) fn unpacked(mut answer: Answer, limit: usize) -> Result<Answer, GithubError> {
    let is_packed = text(answer.headers(), CONTENT_ENCODING.as_str())
        .is_some_and(|coding| ["gzip", "x-gzip"].iter().any(|known| coding.trim().eq_ignore_ascii_case(known)));
    // “Not modified” and the like have the header and no body.
    if !is_packed || answer.body().is_empty() {
        return Ok(answer);
    }
    let body = packed::unpacked(answer.body(), limit).map_err(|fault| match fault {
        PackedFault::TooBig(limit) => GithubError::TooBig { limit },
        PackedFault::Broken(fault) => GithubError::Dropped { sent: true, source: Box::new(fault) },
    })?;
    *answer.body_mut() = Bytes::from(body);
    answer.headers_mut().remove(CONTENT_ENCODING);
    answer.headers_mut().remove(CONTENT_LENGTH);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(body: &[u8]) -> Answer {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        let body = Bytes::from(encoder.finish().unwrap());
        http::Response::builder().header("content-encoding", "GZIP").header("content-length", "9").body(body).unwrap()
    }

    #[test]
    fn what_was_compressed_is_read_as_it_was() {
        let answer = unpacked(packed(b"{\"a\":1}"), 100).unwrap();
        assert_eq!(answer.body().as_ref(), b"{\"a\":1}");
        assert!(answer.headers().is_empty());
        let plain = http::Response::new(Bytes::from_static(b"{}"));
        assert_eq!(unpacked(plain, 100).unwrap().body().as_ref(), b"{}");
    }

    #[test]
    fn the_bound_is_that_of_what_is_unpacked() {
        let bomb = packed(&vec![b' '; 1 << 20]);
        assert!(bomb.body().len() < 4_096);
        assert!(matches!(unpacked(bomb, 4_096), Err(GithubError::TooBig { limit: 4_096 })));
        assert_eq!(unpacked(packed(&[b' '; 100]), 100).unwrap().body().len(), 100);
    }

    #[test]
    fn half_of_it_is_a_connection_that_broke() {
        let mut half = packed(b"{\"login\":\"octocat\"}");
        let length = half.body().len() / 2;
        half.body_mut().truncate(length);
        assert!(matches!(unpacked(half, 100), Err(GithubError::Dropped { sent: true, .. })));
    }
}
