//! Where the registries store most blobs: another host that accepts only signed addresses, as Amazon S3 and similar
//! services do.

use bytes::Bytes;
use http::{Method, StatusCode, header};

use super::super::call::Call;
use super::super::reply::Reply;
use super::image::{Fate, Shelf};

/// The end of a signed address.
pub(super) const SIGNED: &str = "signature=sandbox";

pub(in super::super) fn serve(shelf: &Shelf, call: &Call) -> Reply {
    if call.method != Method::GET {
        return refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch");
    }
    if call.header(header::AUTHORIZATION).is_some() {
        return refusal(StatusCode::BAD_REQUEST, "InvalidArgument: only one auth mechanism allowed");
    }
    if call.query("signature") != Some("sandbox") {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied");
    }
    let digest = call.segments.last().map(String::as_str).unwrap_or_default();
    match shelf.blob(digest) {
        Some((blob, Fate::Stored | Fate::Here | Fate::Away)) => content(blob, call),
        Some((blob, Fate::Spoiled)) => content(&Bytes::from(vec![b'x'; blob.len()]), call),
        Some((_, Fate::Refused)) => refusal(StatusCode::FORBIDDEN, "AccessDenied"),
        Some((_, Fate::Gone)) | None => refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
    }
}

fn content(blob: &Bytes, call: &Call) -> Reply {
    if call.header(header::RANGE) == Some("bytes=0-0") && !blob.is_empty() {
        return Reply::raw(StatusCode::PARTIAL_CONTENT, "application/octet-stream", blob.slice(..1))
            .with(header::CONTENT_RANGE, format!("bytes 0-0/{}", blob.len()));
    }
    Reply::raw(StatusCode::OK, "application/octet-stream", blob.clone())
}

fn refusal(status: StatusCode, code: &str) -> Reply {
    Reply::raw(status, "application/xml", format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>"))
}
