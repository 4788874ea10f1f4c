"""A token server for Debian's docker-registry in token mode: signs what the registry verifies for itself.

Usage: token_server.py PORT KEY.pem CERT.pem. USERS lists users and what they may pull. GET with Basic only, as in the
Distribution project's “Token Authentication Specification”. Written for tests; loopback only.
"""

import base64
import http.server
import json
import re
import ssl
import sys
import time
import urllib.parse

import jwt

USERS = {"puller": ("Kn7-registry-canary_Zq", {"team/app": ["pull"]}),
         "pusher": ("Kn7-registry-canary_Zq", {"team/app": ["pull", "push"]}),
         "nopull": ("Kn7-registry-canary_Zq", {})}


def main(port, key_file, cert_file):
    with open(key_file, encoding="ascii") as file:
        key = file.read()
    with open(cert_file, encoding="ascii") as file:
        chain = [base64.b64encode(ssl.PEM_cert_to_DER_cert(file.read())).decode()]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
            user = self.user()
            if self.headers.get("Authorization") and user is None:
                return self.answer(401, {"details": "incorrect username or password"})
            grants = USERS[user][1] if user else {}
            access = []
            for scope in query.get("scope", []):
                found = re.fullmatch(r"repository:([^:]+):(.+)", scope)
                if found:
                    allowed = [a for a in found[2].split(",") if a in grants.get(found[1], [])]
                    access.append({"type": "repository", "name": found[1], "actions": allowed})
            now = int(time.time())
            claims = {"iss": "test-issuer", "aud": "test-registry", "sub": user or "", "access": access,
                      "iat": now, "nbf": now - 10, "exp": now + 300, "jti": str(time.time_ns())}
            token = jwt.encode(claims, key, algorithm="RS256", headers={"x5c": chain})
            return self.answer(200, {"token": token, "expires_in": 300})

        def user(self):
            scheme, _, value = self.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "basic":
                return None
            name, _, password = base64.b64decode(value).decode().partition(":")
            return name if name in USERS and USERS[name][0] == password else None

        def answer(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
