use std::time::Instant;

use http::Method;

use super::*;

async fn with_fault(spec: &str) -> Peer {
    Peer::new(Options { faults: vec![spec.parse().unwrap()], ..Options::default() }).await
}

async fn put_raw(peer: &Peer, name: &str) -> Option<Answer> {
    let body = peer.sealed(USER, b"x", &json!({})).await;
    peer.maybe("PUT", &format!("{USER}/{name}"), &body.to_string()).await
}

#[tokio::test]
async fn a_fault_strikes_the_nth_matching_request_only() {
    let peer = with_fault("PUT:_USER:2x2:500").await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(put_raw(&peer, "A_USER").await.unwrap().status);
    }
    assert_eq!(statuses, [201, 500, 500, 204]);
    assert_eq!(put_raw(&peer, "A_SERVER").await.unwrap().status, 201);
}

#[tokio::test]
async fn a_connection_dropped_before_leaves_no_trace_and_one_dropped_after_does() {
    let peer = with_fault("PUT:/A:1:drop-before").await;
    assert!(put_raw(&peer, "A").await.is_none());
    assert_eq!(peer.world().secret("user", "A"), None);
    peer.world().add_fault("PUT:/B:1:drop-after".parse().unwrap());
    assert!(put_raw(&peer, "B").await.is_none());
    assert!(peer.world().secret("user", "B").is_some());
    assert_eq!(put_raw(&peer, "A").await.unwrap().status, 201);
    let statuses: Vec<_> =
        peer.world().requests().iter().filter(|one| one.method == Method::PUT).map(|one| one.status).collect();
    assert_eq!(statuses, [None, None, Some(201)]);
}

#[tokio::test]
async fn a_bad_key_is_gone_at_the_next_try() {
    let peer = with_fault("PUT:/A:1:bad-key").await;
    assert_eq!(put_raw(&peer, "A").await.unwrap().status, 422);
    assert_eq!(put_raw(&peer, "A").await.unwrap().status, 201);
}

#[tokio::test]
async fn answers_can_be_html_or_half_a_json_or_lead_elsewhere() {
    let peer = with_fault("GET:/user:1:html").await;
    let html = peer.get("/user").await;
    assert_eq!((html.status, html.header("content-type")), (502, Some("text/html; charset=utf-8")));
    peer.world().add_fault("GET:/user:1:truncated".parse().unwrap());
    let half = peer.get("/user").await;
    assert_eq!(half.status, 200);
    assert!(serde_json::from_str::<Value>(&half.body).is_err() && half.body.starts_with('{'));
    peer.world().add_fault("GET:/user:1:redirect=http://127.0.0.1:9/x".parse().unwrap());
    let away = peer.get("/user").await;
    assert_eq!((away.status, away.header("location")), (302, Some("http://127.0.0.1:9/x")));
    peer.world().add_fault("*:/user:1:forbidden".parse().unwrap());
    let forbidden = peer.get("/user").await;
    assert_eq!((forbidden.status, forbidden.header("x-oauth-scopes").is_some()), (403, true));
    peer.world().add_fault("*:/user:1:unauthorized".parse().unwrap());
    assert_eq!(peer.get("/user").await.status, 401);
    assert_eq!(peer.get("/user").await.status, 200);
    peer.world().add_fault(Fault::always("/user", FaultKind::Status(503)));
    peer.get("/user").await;
    assert_eq!(peer.get("/user").await.status, 503);
    peer.world().clear_faults();
    assert_eq!(peer.get("/user").await.status, 200);
}

#[tokio::test]
async fn a_list_can_be_shorter_than_it_says() {
    let peer = Peer::new(Options { scale: Scale { secrets: 8, ..Scale::default() }, ..Options::default() }).await;
    peer.world().add_fault("GET:/secrets:1:short-list".parse().unwrap());
    let short = peer.get(USER).await.json();
    assert_eq!((&short["total_count"], short["secrets"].as_array().unwrap().len()), (&json!(8), 4));
    peer.world().add_fault("nth:2:sso".parse().unwrap());
    assert_eq!(peer.get(USER).await.status, 200);
    assert!(peer.get(ACME).await.header("x-github-sso").is_some());
    assert_eq!(peer.get(ACME).await.status, 200);
}

#[tokio::test]
async fn latency_comes_before_every_answer() {
    let latency = Duration::from_millis(40);
    let peer = Peer::new(Options { latency, ..Options::default() }).await;
    let begun = Instant::now();
    peer.get("/user").await;
    assert!(begun.elapsed() >= latency);
}

#[test]
fn faults_are_written_in_one_line() {
    let parse = |text: &str| text.parse::<Fault>();
    assert_eq!(parse("PUT:_USER:1:drop-after").unwrap(), Fault::once(Method::PUT, "_USER", 1, FaultKind::DropAfter));
    assert_eq!(parse("*::1+:slow=1.5s").unwrap(), Fault::always("", FaultKind::Slow(Duration::from_millis(1500))));
    assert_eq!(parse("GET:/x:2:redirect=http://a:1/b").unwrap().kind, FaultKind::Redirect("http://a:1/b".to_owned()));
    assert_eq!(parse("GET:/x:2:html=503").unwrap().kind, FaultKind::Html(503));
    assert_eq!(parse("nth:7:secondary").unwrap(), Fault::nth(7, FaultKind::SecondaryLimit));
    for bad in [
        "",
        "nth:7",
        "nth:0:500",
        "PUT:/x:1",
        "FETCH:/x:1:500",
        "PUT:/x:0:500",
        "PUT:/x:1:100",
        "PUT:/x:1:melt",
        "PUT:/x:1:slow=9h",
    ] {
        let refusal = parse(bad).unwrap_err().to_string();
        assert!(!refusal.ends_with('.') && !refusal.contains("error"), "{refusal}");
    }
}

#[tokio::test]
async fn requests_are_logged_without_the_token() {
    let peer = Peer::plain().await;
    peer.get("/user?x=1").await;
    let log = peer.world().requests();
    let request = log.last().unwrap();
    assert_eq!((request.line().as_str(), request.path.as_str(), request.status), ("GET /user", "/user?x=1", Some(200)));
    assert_eq!((request.authorization.as_deref(), request.header("user-agent")), (Some("Bearer"), Some("peer")));
    assert!(!format!("{log:?}").contains(peer.sandbox.token()));
}

#[tokio::test]
async fn a_stopped_sandbox_answers_nobody_and_frees_its_port() {
    let peer = Peer::plain().await;
    let address = peer.sandbox.addr();
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /zen HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4096];
    assert!(idle.read(&mut buffer).await.unwrap() > 0);
    peer.sandbox.stop().await;
    let end = idle.read(&mut buffer).await;
    assert!(matches!(end, Ok(0) | Err(_)));
    let again = start(Options { listen: address, ..Options::default() }).await.unwrap();
    assert_eq!(again.addr(), address);
}
