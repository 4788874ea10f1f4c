"""Two plain HTTP relays: one in front of Prism that records everything, one behind it that can corrupt an answer.

    pullkey -> Gate -> Prism (checks both ways) -> Back -> sandbox

The gate sends GraphQL and raw file contents straight to the sandbox: the description contains neither.
"""

import http.client
import json
import re
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade"}
ROUND_IT = re.compile(r"^/(api/)?graphql$|^/repos/[^/]+/[^/]+/contents/|^/_sandbox/|^/login/")

BY_NUMBER = re.compile(r"^/(repositories|organizations)/\d+")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, relay):
        self.relay = relay
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def relay(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        status, headers, answer = self.server.relay.carry(self.command, self.path, self.headers.items(), body)
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if status not in (204, 304) and self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = relay


def send(port, method, path, headers, body):
    """One request over a connection of its own; the answer's status, headers without hop-by-hop ones, and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            # Prism and the sandbox see what was sent, and nothing added by this relay.
            if name.lower() not in HOP_BY_HOP and name.lower() not in ("content-length", "accept-encoding"):
                if name.lower() != "host":
                    connection.putheader(name, value)
        if body or method in ("PUT", "POST", "PATCH"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in HOP_BY_HOP and n.lower() != "content-length"]
        return answer.status, kept, answer.read()
    finally:
        connection.close()


class Back:
    """Behind Prism. `spoil` is a function that changes an answer's JSON, for the check of the check."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.spoil = None

    def carry(self, method, path, headers, body):
        status, kept, answer = send(self.sandbox, method, path, headers, body)
        if self.spoil and answer:
            answer = json.dumps(self.spoil(json.loads(answer))).encode()
        return status, kept, answer


class Gate:
    """In front of Prism. Records what passed and every breach of the description.

    GitHub's own links name owners and repositories by number, on paths the description does not have. They are
    followed under the name, so that their queries and answers are checked as well.
    """

    def __init__(self, sandbox, token):
        self.prism = None
        self.sandbox = sandbox
        self.token = token
        self.names = {}
        self.lock = threading.Lock()
        self.seen = []
        self.breaches = []

    def carry(self, method, path, headers, body):
        if ROUND_IT.match(path.split("?")[0]):
            return send(self.sandbox, method, path, headers, body)
        path = self.named(path)
        status, kept, answer = send(self.prism, method, path, headers, body)
        found = breaches(kept, answer)
        with self.lock:
            self.seen.append((method, path.split("?")[0], status))
            self.breaches += [f"{method} {path} -> {status}: {what}" for what in found]
        return status, kept, answer


    def named(self, path):
        numbered = BY_NUMBER.match(path)
        if not numbered:
            return path
        head = numbered.group(0)
        if head not in self.names:
            asking = [("Authorization", f"Bearer {self.token}"), ("User-Agent", "contract-check")]
            status, _, answer = send(self.sandbox, "GET", head, asking, b"")
            if status != 200:
                return path
            about = json.loads(answer)
            self.names[head] = f"/repos/{about['full_name']}" if "full_name" in about else f"/orgs/{about['login']}"
        return self.names[head] + path[len(head):]


def breaches(headers, answer):
    """Every violation that Prism reports with severity Error, and every problem of Prism's own.

    An undeclared status (a 404, say) is a Warning there: the description lists few of them.
    """
    found = []
    for name, value in headers:
        if name.lower() == "sl-violations":
            for violation in json.loads(value):
                if violation.get("severity") == "Error":
                    place = ".".join(str(part) for part in violation.get("location", []))
                    found.append(f"{place}: {violation.get('message')}")
        if name.lower() == "content-type" and "application/problem+json" in value:
            found.append("Prism refused: " + answer.decode("utf-8", "replace")[:600])
    return found
