//! GitHub's behavior that recordings show and its documentation does not.

use super::*;

#[tokio::test]
async fn a_post_that_says_nothing_of_its_length_is_refused() {
    let peer = Peer::plain().await;
    let head = format!(
        "POST /user/codespaces/x/start HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nAuthorization: Bearer {}\r\n",
        peer.sandbox.token()
    );
    for (more, status) in [("", "411"), ("Content-Length: 0\r\n", "404")] {
        let mut stream = TcpStream::connect(peer.sandbox.addr()).await.unwrap();
        stream.write_all(format!("{head}{more}Connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }
    let seen = peer.world().requests();
    assert_eq!(seen[0].status, Some(411));
}

#[tokio::test]
async fn a_write_that_is_done_has_neither_a_tag_nor_a_type_nor_a_length() {
    let peer = Peer::plain().await;
    assert_eq!(peer.put(USER, "A", "x", &json!({})).await.body, "{}");
    let again = peer.put(USER, "A", "y", &json!({})).await;
    let gone = peer.send("DELETE", &format!("{USER}/A"), &Value::Null).await;
    for answer in [again, gone] {
        assert_eq!(answer.status, 204);
        for name in ["etag", "content-type", "content-length"] {
            assert_eq!(answer.header(name), None, "{name}");
        }
    }
}

#[tokio::test]
async fn the_last_page_leads_back_only_and_links_name_owners_by_number() {
    let scale = Scale { org_repos: 40, org_secrets: 40, ..Scale::default() };
    let peer = Peer::new(Options { scale, ..Options::default() }).await;
    let first = peer.get(&format!("{ACME}?per_page=30")).await;
    let next = first.link("next").unwrap();
    assert!(next.contains("/organizations/1001/codespaces/secrets?"), "{next}");
    let last = peer
        .get(next.split_once("/organizations").map(|(_, rest)| format!("/organizations{rest}")).unwrap().as_str())
        .await;
    assert!(last.link("prev").is_some() && last.link("first").is_some());
    assert!(last.link("next").is_none() && last.link("last").is_none());
}

#[tokio::test]
async fn some_refusals_say_nothing_and_some_say_why_in_one_string() {
    let peer = Peer::plain().await;
    for (kind, status, body) in [("bare=404", 404, "{}"), ("bare=401", 401, "{}"), ("empty=500", 500, "")] {
        peer.world().add_fault(format!("GET:/user:1:{kind}").parse().unwrap());
        let answer = peer.get("/user").await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
        assert!(answer.header("content-type").unwrap().starts_with("application/json"));
        peer.world().clear_faults();
    }
    peer.put(ACME, "A", "x", &json!({ "visibility": "all" })).await;
    let conflict = peer.send("PUT", &format!("{ACME}/A/repositories/201"), &Value::Null).await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.json()["errors"].is_string());
}

#[tokio::test]
async fn the_free_plan_has_no_secrets_of_an_organization() {
    let peer = Peer::plain().await;
    assert!(peer.world().set_free("acme", true) && !peer.world().set_free("nobody", true));
    for path in [ACME.to_owned(), format!("{ACME}/public-key"), format!("{ACME}/A")] {
        assert_eq!(peer.get(&path).await.status, 404, "{path}");
    }
    assert_eq!((peer.get(API).await.status, peer.get("/orgs/acme/repos").await.status), (200, 200));
}

#[tokio::test]
async fn the_end_of_an_api_version_is_announced_on_every_answer() {
    let peer = Peer::plain().await;
    assert_eq!(peer.get("/user").await.header("sunset"), None);
    peer.world().announce_sunset("@1772323200", "Wed, 15 Mar 2028 00:00:00 GMT");
    let answer = peer.get("/user").await;
    let told = (answer.header("deprecation"), answer.header("sunset"));
    assert_eq!(told, (Some("@1772323200"), Some("Wed, 15 Mar 2028 00:00:00 GMT")));
}

#[tokio::test]
async fn whoever_takes_gzip_gets_it_and_the_tag_is_that_of_the_text() {
    use std::io::Read as _;
    let peer = Peer::plain().await;
    let plain = peer.get("/user/repos").await;
    let mut stream = TcpStream::connect(peer.sandbox.addr()).await.unwrap();
    let head = format!(
        "GET /user/repos HTTP/1.1\r\nHost: {}\r\nUser-Agent: peer\r\nAuthorization: Bearer {}\r\n\
         Accept-Encoding: br, gzip;q=0.5\r\nConnection: close\r\n\r\n",
        peer.sandbox.addr(),
        peer.sandbox.token()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
    assert!(
        head.contains("content-encoding: gzip") && head.contains(&plain.header("etag").unwrap().to_lowercase()),
        "{head}"
    );
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[at + 4..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.body);
    assert!(bytes.len() - at < plain.body.len() / 3);
}
