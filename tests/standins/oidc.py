"""An OpenID Connect provider (Core 1.0, code flow with PKCE) with one person, over real HTTP."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "nobet", "gizli-anahtar-en-az-otuz-iki-harf"


class Provider:
    """`with Provider() as provider:` then `provider.settings()`, `provider.claims`, `provider.consent(location)`."""

    def __init__(self):
        self.claims = {"sub": "u-1", "email": "selim@odunpazari.demo", "email_verified": True, "name": "Selim"}
        self.challenges: dict[str, str] = {}
        provider = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self):
                self.say(200, provider.discovery() if "well-known" in self.path else provider.claims)

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.say(*provider.token({name: values[0] for name, values in form.items()}))

            def say(self, status, data):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(data).encode())

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)

    def __enter__(self) -> "Provider":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def discovery(self) -> dict:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def consent(self, location: str) -> str:
        """The person says yes at the provider: the query it sends the browser back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.issuer}/authorize?")
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        self.challenges["a-code"] = asked["code_challenge"]
        return urlencode({"code": "a-code", "state": asked["state"]})

    def token(self, form: dict) -> tuple[int, dict]:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if form.get("client_secret") != SECRET or self.challenges.pop(form.get("code"), None) != proven:
            return 400, {"error": "invalid_grant"}
        lasting = {"iss": self.issuer, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 300}
        return 200, {
            "access_token": "a-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": jwt.encode({**lasting, **self.claims}, SECRET, algorithm="HS256"),
        }
