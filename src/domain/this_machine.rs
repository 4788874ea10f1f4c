//! The one rule for “this machine”: which hosts never leave it, are contacted over plain http, and use no proxy.
//!
//! A connection to such a host goes to loopback without using a name server: RFC 6761 §6.3 reserves `localhost` and
//! every name below it, so any answer of a name server would be wrong. This module only classifies texts; the clients
//! pin a name to [`LOOPBACK`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The address of every name of this machine.
pub const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Whether a host is this machine: a loopback address in any form, an unspecified address (`0.0.0.0`, `::`),
/// `localhost`, or a name below it.
pub fn is_here<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Ipv4(ip) => is_own_address(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => is_own_address(IpAddr::V6(*ip)),
        Host::Domain(name) => is_own_name(name.as_ref()),
    }
}

/// The same for the host of an address.
pub fn is_url_here(url: &Url) -> bool {
    url.host().is_some_and(|host| is_here(&host))
}

/// The host of a URL with this name: IP addresses in every form that URLs allow are recognized (`127.1`, `0x7f000001`),
/// as they are when connecting. IPv6 can have brackets or not.
pub fn host_of_name(name: &str) -> Option<Host> {
    match name.parse::<Ipv6Addr>() {
        Ok(ip) => Some(Host::Ipv6(ip)),
        Err(_) => Host::parse(name).ok(),
    }
}

/// Whether programs written in Go, such as docker, skopeo and podman, treat a host as this machine: for every other
/// name they use a name server and a proxy. The text is the host without a port, as written. Source: `useProxy` in
/// golang.org/x/net/http/httpproxy.
pub fn is_here_for_go(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether an address is only reachable from its own machine or network, or stands for one that is: IPv6 has several
/// ways to write an IPv4 address. Source: the special-purpose address registries of IANA (RFC 6890), for what is not
/// globally reachable.
pub fn is_local_address(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        own if is_own_address(own) => true,
        IpAddr::V4(ip) => is_local_v4(ip),
        IpAddr::V6(ip) => {
            let is_site = ip.segments()[0] & 0xffc0 == 0xfec0; // RFC 3879, still in use
            let is_translated_here = ip.segments()[..3] == [0x64, 0xff9b, 1]; // RFC 8215
            let within = embedded(ip).is_some_and(|ip| is_own_address(ip.into()) || is_local_v4(ip));
            ip.is_unique_local() || ip.is_unicast_link_local() || is_site || is_translated_here || within
        }
    }
}

fn is_local_v4(ip: Ipv4Addr) -> bool {
    let [first, second, third, _] = ip.octets();
    let is_shared = first == 100 && (64..128).contains(&second); // RFC 6598
    let is_protocol = (first, second, third) == (192, 0, 0); // RFC 6890
    let is_bench = first == 198 && matches!(second, 18 | 19); // RFC 2544
    ip.is_private() || ip.is_link_local() || ip.is_broadcast() || first == 0 || is_shared || is_protocol || is_bench
}

/// The IPv4 address that an IPv6 address stands for: IPv4-compatible (RFC 4291), translated (RFC 2765 and 6052), and
/// 6to4 (RFC 3056). The mapped form has already been converted.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0 | 0xffff, 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(of(high, low))
        }
        _ => None, // a native address
    }
}

fn is_own_address(ip: IpAddr) -> bool {
    let ip = ip.to_canonical(); // ::ffff:127.0.0.1 is 127.0.0.1
    ip.is_loopback() || ip.is_unspecified()
}

fn is_own_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Server;

    const HERE: [&str; 19] = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "foo.localhost",
        "Foo.LocalHost.",
        "a.b.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "127.1",
        "0x7f000001",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
    ];

    const ELSEWHERE: [&str; 12] = [
        "localhost.example",
        "evillocalhost",
        "localhost.localdomain",
        "127.0.0.1.example",
        "127.0.0.1.nip.io",
        "128.0.0.1",
        "126.255.255.255",
        "10.0.0.1",
        "[::2]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "ghcr.io",
    ];

    #[test]
    fn every_way_to_write_this_machine_is_this_machine_and_nothing_else_is() {
        for (hosts, is_it) in [(&HERE[..], true), (&ELSEWHERE[..], false)] {
            for host in hosts {
                for scheme in ["http", "https"] {
                    let url = Url::parse(&format!("{scheme}://{host}:5000/v2/"));
                    assert!(url.is_ok_and(|url| is_url_here(&url) == is_it), "{host}");
                }
                assert_eq!(host_of_name(host).is_some_and(|host| is_here(&host)), is_it, "{host}");
            }
        }
    }

    #[test]
    fn a_user_in_front_makes_no_host_this_machine() {
        for text in
            ["http://localhost@evil.example/", "http://127.0.0.1:80@evil.example/", "http://evil.example#@localhost"]
        {
            assert!(Url::parse(text).is_ok_and(|url| !is_url_here(&url)), "{text}");
        }
    }

    #[test]
    fn a_server_is_this_machine_where_its_address_is() {
        for host in HERE.iter().chain(&ELSEWHERE) {
            // docker's grammar does not allow a dot at the end of a host.
            let Ok(server) = Server::parse(&format!("{host}:5000")) else { continue };
            let url = Url::parse(&format!("https://{}/", server.api_host()));
            assert!(url.is_ok_and(|url| is_url_here(&url) == server.is_loopback()), "{host}");
        }
    }

    #[test]
    fn an_address_of_this_machine_is_a_local_one() {
        for host in HERE.iter().chain(&["[::ffff:10.0.0.1]", "10.0.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]"])
        {
            let is_local = match host_of_name(host) {
                Some(Host::Ipv4(ip)) => is_local_address(ip.into()),
                Some(Host::Ipv6(ip)) => is_local_address(ip.into()),
                Some(Host::Domain(_)) => continue,
                None => false,
            };
            assert!(is_local, "{host}");
        }
        for ip in [
            "0.1.2.3",
            "192.0.0.8",
            "198.18.0.1",
            "255.255.255.255",
            "fd12::1",
            "fec0::1",
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:a00:1::1",
            "2002:7f00:1::",
            "::ffff:0:a00:1",
            "::192.168.1.1",
            "::ffff:169.254.169.254",
        ] {
            assert!(ip.parse().is_ok_and(is_local_address), "{ip}");
        }
        for ip in [
            "8.8.8.8",
            "192.0.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "2001:db8::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(ip.parse().is_ok_and(|ip| !is_local_address(ip)), "{ip}");
        }
    }

    #[test]
    fn what_go_looks_up_by_itself_is_known() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"] {
            assert!(is_here_for_go(host), "{host}");
        }
        for host in ["LOCALHOST", "localhost.", "foo.localhost", "127.1", "0x7f000001", "0.0.0.0", "[::]", "10.0.0.1"] {
            assert!(!is_here_for_go(host), "{host}");
        }
    }
}
