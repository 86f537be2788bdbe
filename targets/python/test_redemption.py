"""The redemption: who is refused before the secret is used, what is sent with it, what is made of the answer, and TLS."""
import copy
import json
import ssl
import tempfile
import threading
import unittest
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlencode

from flow import Broker, respond
from policies import WORDING
from redemption import MAX_ANSWER, Unreachable, post_over_tls
from world import CALLBACK, FOREIGN, IDP, OTHER, OWN, PROVISION, QUERY, make_certificate, needs_openssl

BAD_CLIENT, BAD_REDIRECT, *_, ROW_11 = WORDING.values()
TOKEN = json.dumps({"access_token": "the-token", "token_type": "Bearer", "expires_in": "3599"}).encode()
SECRET = "secret-of-designer"


class Redemption(unittest.TestCase):
    def setUp(self):
        self.sent = []
        self.answer = (200, TOKEN)
        self.broker = Broker(copy.deepcopy(PROVISION), post=self.post)

    def post(self, url, form):
        self.sent.append((url, form))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def redeem(self, *more, path="/token/oauth/2", **changes):
        """A documented redemption, with what is given instead; None leaves a parameter out."""
        base = {"AuthorizationCode": "the&code", "State": f"uri={OWN}|cid=designer", "ClientId": "designer",
                "TokenEndpointUrl": "https://trust.example/token/oauth/2", "ClientSecret": "", "RedirectUri": OWN,
                "Resource": "https://graph.example"}
        pairs = [(k, v) for k, v in {**base, **changes}.items() if v is not None] + list(more)
        return respond(self.broker, "POST", path, body=urlencode(pairs).encode())

    def refused(self, text, answer):
        status, headers, body = answer
        self.assertEqual(400, status)
        self.assertIn(text, body.decode())
        self.assertNotIn("Location", headers)
        self.assertNotIn(SECRET, body.decode())

    def test_redeems_with_the_secret_and_its_own_redirect_uri(self):
        status, headers, body = self.redeem()
        self.assertEqual((200, TOKEN), (status, body))
        self.assertEqual(("application/json", "no-store"), (headers["Content-Type"], headers["Cache-Control"]))
        self.assertEqual([(f"{IDP}/tenant-one/oauth2/token", {
            "grant_type": "authorization_code", "code": "the&code", "redirect_uri": CALLBACK, "client_id": "designer",
            "client_secret": SECRET, "resource": "https://graph.example"})], self.sent)

    def test_the_caller_chooses_neither_endpoint_nor_secret(self):
        self.redeem(TokenEndpointUrl="https://evil.example/token", ClientSecret="guess", State=f"uri={OTHER}|cid=runtime")
        self.redeem(TokenEndpointUrl=None, ClientSecret=None, State=None, Resource=None)
        self.assertEqual(self.sent[0], self.sent[1])
        self.assertEqual(SECRET, self.sent[0][1]["client_secret"])

    def test_a_refresh_token_stands_in_the_place_of_a_code(self):
        self.answer = (200, json.dumps({"access_token": "the-token", "refresh_token": "the-next"}).encode())
        answer = self.redeem(AuthorizationCode=None, RefreshToken="the&last", Resource="https://other.example")
        self.assertEqual({"access_token": "the-token", "refresh_token": "the-next"}, json.loads(answer[2]))
        self.assertEqual([(f"{IDP}/tenant-one/oauth2/token", {
            "grant_type": "refresh_token", "refresh_token": "the&last", "client_id": "designer",
            "client_secret": SECRET, "resource": "https://other.example"})], self.sent)
        self.refused(BAD_REDIRECT, self.redeem(AuthorizationCode=None, RefreshToken="the&last", RedirectUri=OTHER))

    def test_azure_acs_is_asked_by_names_within_the_realm(self):
        document = copy.deepcopy(PROVISION)
        document["clients"][0].update(tokenService="acs", resource="https://one.sharepoint.example:8443/sites/a")
        self.broker = Broker(document, post=self.post)
        named = "00000003-0000-0ff1-ce00-000000000000/one.sharepoint.example:8443@tenant-one"
        for resource in (None, "https://one.sharepoint.example:8443", named):
            self.assertEqual(200, self.redeem(Resource=resource)[0])
        self.assertEqual([("designer@tenant-one", named)] * 3,
                         [(form["client_id"], form["resource"]) for _, form in self.sent])

    def test_a_token_of_another_tenant_is_not_handed_over(self):
        def jwt(claims):
            parts = ({"alg": "none"}, claims)
            return ".".join([*(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), ""])

        for name in ("access_token", "id_token"):
            for tid, status in (("tenant-one", 200), ("tenant-two", 400), ("tenant-onex", 400), (7, 400), (None, 400)):
                answer = {"access_token": "opaque", name: jwt({"tid": tid})}
                self.answer = (200, json.dumps(answer).encode())
                got = self.redeem()
                self.assertEqual(status, got[0])
                self.assertEqual(status == 200, answer[name] in got[2].decode())
        for opaque in ("a.b.c", "..", jwt({}), jwt([])):
            self.answer = (200, json.dumps({"access_token": opaque}).encode())
            self.assertEqual(200, self.redeem()[0])

    def test_whoever_is_refused_has_not_moved_the_secret(self):
        for given in ("nobody", "", None, "Designer", "sign-in-only"):
            self.refused(BAD_CLIENT, self.redeem(ClientId=given))
        self.refused(BAD_CLIENT, self.redeem(("ClientId", "designer")))
        self.refused(BAD_CLIENT, self.redeem(path="/tenant-two/token/oauth/2"))
        for given in (OWN + "/", OTHER, FOREIGN, CALLBACK, "", None):
            self.refused(BAD_REDIRECT, self.redeem(RedirectUri=given))
        self.refused(BAD_REDIRECT, self.redeem(("RedirectUri", QUERY)))
        self.refused(BAD_CLIENT, self.redeem(ClientId="nobody", RedirectUri="https://evil.example"))
        for given in ("", None):
            self.refused(ROW_11, self.redeem(AuthorizationCode=given))
        for name in ("AuthorizationCode", "RefreshToken", "Resource", "State"):
            self.refused(ROW_11, self.redeem((name, "other")))
        self.refused("Only OAuth 2.0 is supported", self.redeem(path="/token/oauth/1"))
        self.assertEqual([], self.sent)
        self.assertEqual(200, self.redeem(path="/one.example/token/oauth/2")[0])

    def test_a_failure_is_row_11_with_the_details(self):
        said = {"error": "invalid_grant", "error_description": f"AADSTS70008: <expired> for {SECRET}"}
        self.answer = (400, json.dumps(said).encode())
        answer = self.redeem()
        self.refused(f"{ROW_11}: AADSTS70008: &lt;expired&gt;", answer)
        for answer, details in (((400, b'{"error": "invalid_grant"}'), "invalid_grant"), ((200, b"{}"), "status 200"),
                                ((200, b'{"access_token": 7}'), "status 200"), ((302, TOKEN), "status 302"),
                                ((500, b"<html>"), "status 500"), ((200, b"\xff"), "status 200"),
                                ((200, b"[" * 100_000), "status 200"), ((400, b'{"error": {}}'), "status 400")):
            self.answer = answer
            self.refused(details, self.redeem())
        self.answer = Unreachable()
        status, _, body = self.redeem()
        self.assertEqual(502, status)
        self.assertIn(ROW_11, body.decode())

    def test_it_is_posted_in_a_body(self):
        for method, path in (("GET", "/token/oauth/2"), ("PUT", "/token/oauth/2"), ("POST", "/token/oauth/2/request")):
            self.assertEqual(404, respond(self.broker, method, path)[0])
        in_query = "/token/oauth/2?" + urlencode({"ClientId": "designer", "RedirectUri": OWN, "AuthorizationCode": "c"})
        self.refused(BAD_CLIENT, respond(self.broker, "POST", in_query))
        self.assertEqual([], self.sent)


class Endpoint(BaseHTTPRequestHandler):
    """Says what it was sent, or what its path asks for."""

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/token")
        self.end_headers()
        said = {"path": self.path, "type": self.headers["Content-Type"], "form": parse_qsl(form)}
        self.wfile.write(b"x" * (MAX_ANSWER + 9) if self.path == "/long" else json.dumps(said).encode())

    def log_message(self, *_):
        pass


@needs_openssl
class OverTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cert, key = make_certificate(folder.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.cert, key)
        server = HTTPServer(("127.0.0.1", 0), Endpoint)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.port = server.server_port

    def test_a_form_goes_out_and_the_answer_comes_back(self):
        form = {"code": "a&b=ü", "client_secret": "+"}
        status, body = post_over_tls(self.cert)(f"https://127.0.0.1:{self.port}/token?p=1", form)
        self.assertEqual((200, {"path": "/token?p=1", "type": "application/x-www-form-urlencoded",
                                "form": [list(pair) for pair in form.items()]}), (status, json.loads(body)))

    def test_a_redirect_is_not_followed_and_an_answer_is_bounded(self):
        post = post_over_tls(self.cert)
        self.assertEqual((302, "/moved"), (lambda s, b: (s, json.loads(b)["path"]))(
            *post(f"https://127.0.0.1:{self.port}/moved", {})))
        self.assertEqual(MAX_ANSWER, len(post(f"https://127.0.0.1:{self.port}/long", {})[1]))

    def test_nothing_is_sent_to_whom_it_does_not_trust(self):
        for post, host in ((post_over_tls(), "127.0.0.1"), (post_over_tls(self.cert), "localhost")):
            with self.assertRaises(Unreachable) as caught:
                post(f"https://{host}:{self.port}/token", {})
            self.assertIsInstance(caught.exception.__cause__, ssl.SSLCertVerificationError)

    def test_nobody_there(self):
        with self.assertRaises(Unreachable):
            post_over_tls(self.cert)("https://127.0.0.1:1/token", {})


if __name__ == "__main__":
    unittest.main()
