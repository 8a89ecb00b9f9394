"""An OpenID Connect provider on this machine: real HTTP, signed tokens, and whatever lies a test has it tell."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "workbench", "a secret between two"


class Provider(ThreadingHTTPServer):
    """Its person, what it says of itself, and what is changed in its tokens before they are signed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key, self.published = (ec.generate_private_key(ec.SECP256R1()),) * 2
        self.person: dict[str, Any] = {"sub": "p-17", "email": "pia@example.org", "email_verified": True}
        self.lies: dict[str, Any] = {}
        self.beside: dict[str, Any] = {}  # what is told beside the token
        self.issuer, self.algorithm = self.url, "ES256"
        self.asked: dict[str, dict[str, str]] = {}

    def token(self, nonce: str) -> str:
        """The ID token, signed."""
        now = int(time.time())
        claims = self.person | {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce}
        claims = {name: value for name, value in (claims | self.lies).items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(claims, "", algorithm="none", headers={"kid": "k1"})
        if self.algorithm == "HS256":  # with what everybody knows as the secret
            return jwt.encode(claims, SECRET + " " * 40, algorithm="HS256", headers={"kid": "k1"})
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": "k1"})


class Answers(BaseHTTPRequestHandler):
    """What it answers to a browser and to the workbench."""

    server: Provider

    def do_GET(self) -> None:
        place, asked = urlsplit(self.path), {}
        asked = {name: values[0] for name, values in parse_qs(place.query).items()}
        if place.path == "/authorize":
            code = secrets.token_urlsafe(8)
            self.server.asked[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
            return
        url, issuer = self.server.url, self.server.issuer
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.server.published.public_key()))
        self.answer({
            "/.well-known/openid-configuration": {
                "issuer": issuer, "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/keys", "userinfo_endpoint": f"{url}/me",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            },
            "/keys": {"keys": [public | {"kid": "k1", "alg": "ES256", "use": "sig"}]},
            "/me": self.server.beside,
        }[place.path])  # fmt: skip

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = self.server.asked.pop(sent["code"][0], {})
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"][0].encode()).digest()).decode().rstrip("=")
        )
        who = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if not asked or proof != asked["code_challenge"] or who != f"{CLIENT}:{SECRET}":
            self.answer({"error": "invalid_grant"}, 400)
            return
        self.answer({"access_token": "t", "token_type": "Bearer", "id_token": self.server.token(asked["nonce"])})

    def answer(self, said: Any, status: int = 200) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers until the end of the block."""
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
