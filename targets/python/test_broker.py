"""Tests of the honest broker and of each bug: `python3 -m unittest` in this folder."""
import copy
import http.client
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock
from urllib.parse import quote, unquote_to_bytes, urlsplit

sys.dont_write_bytecode = True

import flow  # noqa: E402
from bugs import BUGS  # noqa: E402
from flow import Broker, Pending, ProvisionError, respond  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
IDP = "https://login.idp.example"
CALLBACK = "https://trust.example/authorize/oauth/2"
OWN = "https://designer.one.example/oauth/callback"
QUERY = "https://designer.one.example/oauth/callback2?site=a%20b&keep"
OTHER = "https://runtime.one.example/oauth/callback"
FOREIGN = "https://designer.two.example/oauth/callback"


def client(id, tenant, oauth, *uris):
    return {"id": id, "tenant": tenant, "name": id, "secret": f"secret-of-{id}", "oauth": oauth,
            "resource": "https://graph.example", "authorizationEndpoint": f"{IDP}/{tenant}/oauth2/authorize",
            "tokenEndpoint": f"{IDP}/{tenant}/oauth2/token", "callback": CALLBACK, "redirectUris": list(uris)}


PROVISION = {
    "schema": "brokerspec-provision/1",
    "issuers": [{"id": "entra", "origin": IDP, "jwks": {"keys": []}}],
    "tenants": [{"id": f"tenant-{n}", "issuer": "entra", "name": n, "domain": f"{n}.example"} for n in ("one", "two")],
    "clients": [client("designer", "tenant-one", True, OWN, QUERY), client("runtime", "tenant-one", True, OTHER),
                client("foreign", "tenant-two", True, FOREIGN), client("sign-in-only", "tenant-one", False, OWN)],
    "parties": [],
}


class Visitor:
    """Speaks to a broker without sockets; follows redirects that stay on the broker."""

    def __init__(self, bug=None, provision=PROVISION):
        self.broker = (BUGS[bug][0] if bug else Broker)(copy.deepcopy(provision))

    def get(self, path, method="GET"):
        return respond(self.broker, method, path, {})

    def request(self, *pairs, path="/authorize/oauth/2/request", **params):
        """An authorization request: a valid one, with what is given instead; None leaves a parameter out."""
        base = {"client_id": "designer", "response_type": "code", "redirect_uri": OWN,
                "resource": "https://graph.example"}
        pairs = [(k, v) for k, v in {**base, **params}.items() if v is not None] + list(pairs)
        return self.get(path + "?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in pairs))

    def sentence(self, answer):
        """Status and text of the page at which an answer ends."""
        status, headers, body = answer
        while status == 302 and headers["Location"].startswith("/"):
            status, headers, body = self.get(headers["Location"])
        return status, body.decode().partition("<p>")[2].partition("</p>")[0]

    def finish(self, answer, tail="code=the-code"):
        """Plays the authorization server: the callback's answer."""
        status, headers, _ = answer
        assert status == 302 and headers["Location"].startswith(IDP), answer
        state = fields(headers["Location"])["state"][0].decode()
        return self.get(f"/authorize/oauth/2?{tail}&state={state}")

    def round_trip(self, tail="code=the-code", **params):
        """Where a whole flow ends."""
        return self.finish(self.request(**params), tail)[1]["Location"]


def fields(uri):
    """The parameters of a URI as bytes."""
    found = {}
    for pair in urlsplit(uri).query.split("&"):
        name, _, value = pair.partition("=")
        found.setdefault(name, []).append(unquote_to_bytes(value.replace("+", " ")))
    return found


BAD_CLIENT = (400, "Bad Request: invalid_client_id")
BAD_REDIRECT = (400, "Bad Request: invalid_redirect_uri")
ROW_8 = (400, flow.VERSION)
ROW_9 = (400, "An error occurred while processing an authorization request")
ROW_10 = (400, "An error occurred while processing an authorization response")

NEAR_MISSES = [
    OWN + "/", OWN + "x", OWN + "?a=b", OWN + "#f", OWN[:-1], OWN.upper(), OWN + " ", " " + OWN, OWN + "\n", OWN + "\0",
    OWN.replace("https", "http"), OWN.replace(".example", ".example:443"), OWN.replace("/oauth", "/OAuth"),
    OWN.replace(".", "x", 1), OWN.replace("callback", "c%61llback"), OWN.replace("//", "//user@"),
    OWN.replace("/oauth/", "/oauth/../oauth/"), OWN.replace(".example/", ".example.evil.example/"),
    OWN.replace("/callback", "\\callback"), QUERY.replace("%20", "+"), QUERY.replace("%20", " "), QUERY + "=",
    "https://evil.example/", "//evil.example", "/authorize/oauth/2", "javascript:alert(1)", "https://[", OTHER, FOREIGN,
]


class Honest(unittest.TestCase):
    def setUp(self):
        self.visitor = Visitor()

    def refused(self, expected, answer):
        self.assertEqual(expected, self.visitor.sentence(answer))
        self.assertFalse(answer[1].get("Location", "/").startswith("//"))
        self.assertFalse(self.visitor.broker.pending.entries, "nothing is kept for a refused request")

    def test_starts_the_code_flow(self):
        status, headers, _ = self.visitor.request(state="s", prompt="login")
        self.assertEqual(302, status)
        self.assertTrue(headers["Location"].startswith(f"{IDP}/tenant-one/oauth2/authorize?"))
        sent = fields(headers["Location"])
        self.assertGreater(len(sent.pop("state")[0]), 30)
        self.assertEqual({"client_id": [b"designer"], "response_type": [b"code"], "redirect_uri": [CALLBACK.encode()],
                          "resource": [b"https://graph.example"]}, sent)

    def test_keeps_the_query_of_the_authorization_endpoint(self):
        provision = copy.deepcopy(PROVISION)
        provision["clients"][0]["authorizationEndpoint"] = f"{IDP}/authorize?policy=a%20b"
        location = Visitor(provision=provision).request()[1]["Location"]
        self.assertTrue(location.startswith(f"{IDP}/authorize?policy=a%20b&client_id=designer&"))

    def test_the_clients_resource_stands_in_for_a_missing_one(self):
        for given, sent in ((None, b"https://graph.example"), ("", b"https://graph.example"), ("other", b"other")):
            location = self.visitor.request(resource=given)[1]["Location"]
            self.assertEqual([sent], fields(location)["resource"])

    def test_gives_code_and_state_back(self):
        self.assertEqual(OWN + "?code=the-code&state=a%26b", self.visitor.round_trip(state="a&b"))
        self.assertEqual(OWN + "?code=the-code", self.visitor.round_trip())
        self.assertEqual(OWN + "?code=the-code&state=", self.visitor.round_trip(state=""))
        self.assertEqual(QUERY + "&code=the-code", self.visitor.round_trip(redirect_uri=QUERY))

    def test_any_state_survives_byte_for_byte(self):
        draw = random.Random(1)
        states = [bytes(range(256)), "ünï✓".encode(), b"a;b=c&d+e%41"]
        states += [draw.randbytes(draw.randrange(1, 200)) for _ in range(200)]
        for state in states:
            answer = self.visitor.get(f"/authorize/oauth/2/request?client_id=designer&response_type=code"
                                      f"&redirect_uri={quote(OWN, safe='')}&state={quote(state, safe='')}")
            location = self.visitor.finish(answer)[1]["Location"]
            self.assertEqual([state], fields(location)["state"])
            self.assertTrue(location.isascii() and location.isprintable())

    def test_a_state_too_long_is_refused(self):
        self.assertEqual(302, self.visitor.request(state="s" * flow.MAX_STATE)[0])
        self.assertEqual(ROW_9, self.visitor.sentence(self.visitor.request(state="s" * (flow.MAX_STATE + 1))))

    def test_interleaved_flows_keep_apart(self):
        answers = [(n, self.visitor.request(state=str(n))) for n in range(50)]
        random.Random(2).shuffle(answers)
        for n, answer in answers:
            self.assertEqual(OWN + f"?code=c{n}&state={n}", self.visitor.finish(answer, f"code=c{n}")[1]["Location"])

    def test_unknown_clients(self):
        for given in ("nobody", "", None, "Designer", "designer ", "sign-in-only"):
            self.refused(BAD_CLIENT, self.visitor.request(client_id=given))
        self.refused(BAD_CLIENT, self.visitor.request(("client_id", "designer")))
        self.refused(BAD_CLIENT, self.visitor.request(client_id="nobody", redirect_uri="https://evil.example"))
        self.refused(BAD_CLIENT, self.visitor.request(client_id="nobody", response_type="token"))

    def test_unregistered_redirects(self):
        for uri in NEAR_MISSES + ["", None]:
            with self.subTest(uri):
                answer = self.visitor.request(redirect_uri=uri)
                self.refused(BAD_REDIRECT, answer)
                self.assertEqual("/error/invalid_redirect_uri", answer[1]["Location"])
        for second in (OWN, QUERY, "https://evil.example", ""):
            self.refused(BAD_REDIRECT, self.visitor.request(("redirect_uri", second)))
        semicolon = f"/authorize/oauth/2/request?client_id=designer&x;redirect_uri={OWN}"
        self.refused(BAD_REDIRECT, self.visitor.get(semicolon))
        self.refused(BAD_REDIRECT, self.visitor.request(redirect_uri="https://evil.example", response_type="token"))

    def test_redirects_of_other_clients(self):
        self.refused(BAD_REDIRECT, self.visitor.request(client_id="runtime"))
        self.refused(BAD_REDIRECT, self.visitor.request(client_id="foreign"))
        self.assertEqual(302, self.visitor.request(client_id="runtime", redirect_uri=OTHER)[0])

    def test_a_realm_before_the_path(self):
        for realm in ("tenant-one", "one.example", "ONE.example"):
            answer = Visitor().request(path=f"/{realm}/authorize/oauth/2/request")
            self.assertIn(IDP, answer[1]["Location"])
        for realm in ("tenant-two", "two.example", "nowhere", "common"):
            self.refused(BAD_CLIENT, self.visitor.request(path=f"/{realm}/authorize/oauth/2/request"))

    def test_code_only(self):
        for kind in ("token", "id_token", "code token", "Code", "", None):
            self.refused(ROW_9, self.visitor.request(response_type=kind))
        for name in ("response_type", "state", "resource"):
            self.refused(ROW_9, self.visitor.request((name, "code"), state="s"))

    def test_version_two_only(self):
        for path in ("/authorize/oauth/1/request", "/authorize/oauth/3/request", "/authorize/oauth/2.0/request",
                     "/authorize/oauth/1", "/tenant-one/authorize/oauth/1/request", "/token/oauth/1"):
            for method in ("GET", "POST"):
                self.refused(ROW_8, self.visitor.get(path, method))

    def test_a_refusal_is_relayed(self):
        tail = "error=access_denied&error_description=AADSTS65004%3a+no%0d%0a&code=never"
        self.assertEqual(OWN + "?error=access_denied&error_description=AADSTS65004%3A%20no%0D%0A&state=s",
                         self.visitor.round_trip(tail, state="s"))
        self.assertEqual(QUERY + "&error=server_error",
                         self.visitor.round_trip("error=server_error", redirect_uri=QUERY))

    def test_callbacks_without_a_request(self):
        for query in ("", "?code=c", "?code=c&state=", "?code=c&state=guess", "?error=access_denied&state=guess"):
            self.refused(ROW_10, self.visitor.get("/authorize/oauth/2" + query))

    def test_a_callback_is_answered_once(self):
        location = self.visitor.request(state="s")[1]["Location"]
        state = fields(location)["state"][0].decode()
        callback = f"/authorize/oauth/2?code=c&state={state}"
        for path, status in ((callback + f"&state={state}", 400), (callback, 302), (callback, 400)):
            answer = self.visitor.get(path)
            self.assertEqual(status, answer[0])
            if status == 400:
                self.assertEqual(ROW_10, self.visitor.sentence(answer))

    def test_a_callback_with_neither_code_nor_error(self):
        for tail in ("x=y", "code=", "error=", "code=a&code=b", "code=a&error=x&error=y", "code=a&error="):
            self.assertEqual(ROW_10, self.visitor.sentence(self.visitor.finish(self.visitor.request(), tail)))

    def test_a_request_expires(self):
        now = [0.0]
        self.visitor.broker.pending = Pending(clock=lambda: now[0])
        early, late = self.visitor.request(), self.visitor.request()
        now[0] = 599.9
        self.assertEqual(302, self.visitor.finish(early)[0])
        now[0] = 600.0
        self.assertEqual(ROW_10, self.visitor.sentence(self.visitor.finish(late)))

    def test_pending_requests_are_bounded(self):
        pending = Pending(limit=3)
        keys = [pending.save(OWN, str(n)) for n in range(5)]
        self.assertEqual([None, None, (OWN, "2"), (OWN, "3"), (OWN, "4")], [pending.spend(key) for key in keys])

    def test_one_thread_alone_spends_a_request(self):
        pending, won = Pending(), []
        keys = [pending.save(OWN, None) for _ in range(300)]
        spend_all = lambda: won.extend(filter(None, map(pending.spend, keys)))  # noqa: E731
        threads = [threading.Thread(target=spend_all) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(300, len(won))

    def test_other_paths(self):
        self.assertEqual((200, b"ok"), self.visitor.get("/health")[::2])
        for path in ("/", "/error/", "/error/x", "/authorize/oauth/2/", "/authorize/oauth/2/requests", "/token/oauth/2",
                     "/tenant-one/authorize/oauth/2", "/AUTHORIZE/oauth/2/request"):
            self.assertEqual((404, "Not Found"), self.visitor.sentence(self.visitor.get(path)), path)
        self.assertEqual(404, self.visitor.get("/authorize/oauth/2/request", "POST")[0])

    def test_an_accident_is_row_one(self):
        accident = mock.patch.object(Broker, "authorize", side_effect=RuntimeError("inner detail"))
        with accident, mock.patch("traceback.print_exc"):
            status, _, body = self.visitor.request()
        self.assertEqual(500, status)
        self.assertIn(b"An unhandled error has occurred.", body)
        self.assertNotIn(b"inner detail", body)

    def test_nothing_secret_or_active_is_answered(self):
        answers = [self.visitor.request(**params) for params in ({}, {"state": "<script>"}, {"client_id": "<script>"})]
        answers += [self.visitor.get(path) for path in ("/error/invalid_redirect_uri?<script>", "/<script>")]
        for status, headers, body in answers:
            self.assertNotIn("secret-of", str(headers) + body.decode())
            self.assertNotIn("<script", str(headers) + body.decode())
            self.assertEqual(str(len(body)), headers["Content-Length"])
            self.assertEqual("no-store", headers["Cache-Control"])


class Bugs(unittest.TestCase):
    """What each bug lets through that the honest broker refuses, and that it changes nothing else."""

    LEAKS = {
        "redirect-prefix": [OWN + "/", OWN + "x", OWN + "?a=b", OWN + "#f", OWN + ".evil.example", QUERY + "="],
        "redirect-host-only": [OWN + "x", OWN[:-1], OWN.replace("https", "http"), OWN.replace("//", "//user@"),
                               OWN.replace(".example", ".example:444"), "https://designer.one.example"],
        "redirect-percent-decoded": [OWN.replace("callback", "c%61llback"), OWN.replace("/oauth", "%2foauth")],
        "redirect-as-pattern": [OWN.replace(".", "x", 1), OWN.replace(".one.example", ".oneXexample")],
        "redirect-of-any-client": [OTHER, FOREIGN],
    }

    def accepts(self, bug, *pairs, **params):
        visitor = Visitor(bug)
        answer = visitor.request(*pairs, state="s", **params)
        if not answer[1].get("Location", "").startswith(IDP):
            self.assertEqual(BAD_REDIRECT, visitor.sentence(answer))
            return None
        return visitor.finish(answer)[1]["Location"]

    def test_comparisons(self):
        for bug, leaks in self.LEAKS.items():
            for uri in leaks:
                with self.subTest(bug=bug, uri=uri):
                    self.assertIsNone(self.accepts(None, redirect_uri=uri))
                    leaked = self.accepts(bug, redirect_uri=uri)
                    self.assertTrue(leaked and leaked.startswith(uri.partition("#")[0]), leaked)
                    self.assertIn("code=the-code&state=s", leaked)

    def test_comparisons_refuse_the_rest(self):
        for bug in self.LEAKS:
            for uri in ("https://evil.example/", "https://[", "javascript:alert(1)", ""):
                self.assertIsNone(self.accepts(bug, redirect_uri=uri), (bug, uri))
            self.assertIsNone(self.accepts(bug, ("redirect_uri", OWN)), bug)
        for bug in ("redirect-percent-decoded", "redirect-as-pattern", "redirect-of-any-client"):
            self.assertIsNone(self.accepts(bug, redirect_uri=OWN + "/x"), bug)

    def test_first_checked_last_used(self):
        bug, evil = "redirect-first-checked-last-used", ("redirect_uri", "https://evil.example/")
        self.assertIsNone(self.accepts(None, evil))
        self.assertEqual("https://evil.example/?code=the-code&state=s", self.accepts(bug, evil))
        self.assertIsNone(self.accepts(bug, ("redirect_uri", OWN), redirect_uri="https://evil.example/"))
        self.assertIsNone(self.accepts(bug, redirect_uri=OWN + "/"))

    def test_refusal_leaves(self):
        visitor = Visitor("refusal-leaves-to-redirect")
        status, headers, body = visitor.request(redirect_uri="https://evil.example/?a=b\r\nX: y")
        self.assertEqual(302, status)
        self.assertEqual("https://evil.example/?a=b%0D%0AX:%20y&error=invalid_redirect_uri", headers["Location"])
        self.assertIn(b"Bad Request: invalid_redirect_uri", body)
        self.assertEqual(BAD_REDIRECT, visitor.sentence(visitor.request(redirect_uri=None)))
        both_wrong = visitor.request(client_id="x", redirect_uri="https://evil.example")
        self.assertEqual(BAD_CLIENT, visitor.sentence(both_wrong))

    def test_bare_wording(self):
        visitor = Visitor("refusal-bare-wording")
        for params in ({"redirect_uri": OWN + "/"}, {"client_id": "x"}):
            answer = visitor.request(**params)
            self.assertEqual((400, "Bad Request"), visitor.sentence(answer))
            self.assertNotIn(b"invalid_", visitor.get(answer[1]["Location"])[2])

    def test_every_bug_serves_lawful_callers(self):
        for bug in BUGS:
            for start in (OWN + "?", QUERY + "&"):
                self.assertEqual(start + "code=the-code&state=s", self.accepts(bug, redirect_uri=start[:-1]))

    def test_the_table(self):
        self.assertEqual(8, len(BUGS))
        for kind, clauses in BUGS.values():
            replaced = [name for name in vars(kind) if not name.startswith("__")]
            self.assertEqual(1, len(replaced), "one decision replaced")
            self.assertNotIn("\n", kind.__doc__)
            self.assertTrue(all(clause.startswith("authorize.") for clause in clauses))


class Provision(unittest.TestCase):
    def test_what_is_wrong_is_named(self):
        def first(**changes):
            return lambda p: p["clients"][0].update(changes)

        cases = [
            (lambda p: p.pop("schema"), "provision.schema"),
            (lambda p: p.update(schema="x"), "brokerspec-provision/1"),
            (lambda p: p.pop("parties"), "provision.parties"),
            (lambda p: p["tenants"][1].pop("domain"), "tenants[1].domain"),
            (lambda p: p["clients"].append(7), "clients[4].id"),
            (lambda p: p["clients"].append(p["clients"][0]), "clients[4].id stands twice"),
            (first(oauth="yes"), "clients[0].oauth"),
            (first(redirectUris=[]), "clients[0].redirectUris"),
            (first(redirectUris=["x"]), 'clients[0]: "x"'),
            (first(callback=""), "clients[0].callback"),
            (first(tenant="x"), "clients[0].tenant"),
        ]
        for change, expected in cases:
            provision = copy.deepcopy(PROVISION)
            change(provision)
            with self.subTest(expected), self.assertRaises(ProvisionError) as caught:
                Broker(provision)
            self.assertIn(expected, str(caught.exception))
        for document in (None, [], "x", 1):
            self.assertRaises(ProvisionError, Broker, document)


def launch(*arguments):
    return subprocess.Popen([sys.executable, os.path.join(HERE, "broker.py"), *arguments], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class CommandLine(unittest.TestCase):
    def run_with(self, *arguments):
        process = launch(*arguments)
        out, err = process.communicate(timeout=20)
        return process.returncode, out, err

    def test_list_bugs(self):
        code, out, _ = self.run_with("--list-bugs")
        self.assertEqual(0, code)
        self.assertEqual(list(BUGS), [row["bug"] for row in json.loads(out)])
        self.assertTrue(all(row.keys() == {"bug", "does", "clauses"} for row in json.loads(out)))

    def test_unusable_provision(self):
        with tempfile.TemporaryDirectory() as folder:
            cases = (("missing.json", None, "No such file"), ("broken.json", b"{", "not JSON"),
                     ("bytes.json", b"\xff", "not JSON"), ("other.json", b"{}", "provision.schema"))
            for name, content, expected in cases:
                file = os.path.join(folder, name)
                if content is not None:
                    with open(file, "wb") as stream:
                        stream.write(content)
                code, out, err = self.run_with("--provision", file, "--port", "0", "--cert", "x", "--key", "x")
                self.assertEqual((2, ""), (code, out))
                self.assertEqual(1, err.count("\n"))
                self.assertIn(file, err)
                self.assertIn(expected, err)

    def test_usage(self):
        self.assertEqual(2, self.run_with()[0])
        self.assertEqual(2, self.run_with("--bug", "nonsense")[0])


@unittest.skipUnless(shutil.which("openssl"), "needs openssl for a certificate")
class OverTheWire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cert, key, provision = (os.path.join(cls.folder.name, name) for name in ("cert.pem", "key.pem", "world.json"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", cert], check=True, capture_output=True)
        with open(provision, "w", encoding="utf-8") as stream:
            json.dump(PROVISION, stream)
        cls.arguments = ["--provision", provision, "--port", "0", "--cert", cert, "--key", key]
        cls.trust = ssl.create_default_context(cafile=cert)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.process = launch(*self.arguments)
        self.line = self.process.stdout.readline()
        self.port = int(self.line.rpartition(":")[2])
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=10)

    def tearDown(self):
        self.connection.close()
        self.process.kill()
        self.process.communicate()

    def fetch(self, path, method="GET", body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def test_serves_over_one_connection(self):
        self.assertEqual(f"listening on https://127.0.0.1:{self.port}\n", self.line)
        self.assertEqual((200, b"ok"), self.fetch("/health")[::2])
        own = self.connection.sock
        self.assertEqual("/error/invalid_client_id", self.fetch("/authorize/oauth/2/request")[1]["Location"])
        self.assertIn(b"invalid_client_id", self.fetch("/error/invalid_client_id")[2])
        self.assertIn(flow.VERSION.encode(), self.fetch("/token/oauth/1", "POST", "a=b" * 1000)[2])
        self.assertEqual((404, b""), self.fetch("/health", "HEAD")[::2])
        self.assertEqual(b"ok", self.fetch("/health")[2])
        self.assertIs(own, self.connection.sock)
        chunked = self.fetch("/", "POST", iter([b"x"]), {"Transfer-Encoding": "chunked"})
        self.assertEqual("close", chunked[1]["Connection"])

    def test_keep_alive_is_not_delayed(self):
        self.fetch("/health")
        start = time.monotonic()
        for _ in range(100):
            self.fetch("/authorize/oauth/2/request?client_id=designer")
        self.assertLess(time.monotonic() - start, 2, "100 round trips at 40 ms each would take 4 s")

    def test_a_silent_or_foreign_peer_holds_nobody_up(self):
        address = ("127.0.0.1", self.port)
        with socket.create_connection(address), socket.create_connection(address) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(b"ok", self.fetch("/health")[2])

    def test_sigterm_ends_it(self):
        self.fetch("/health")
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=10)
        self.assertEqual((0, "", ""), (self.process.returncode, out, err))
        self.assertLess(time.monotonic() - start, 2)

    def test_a_port_in_use_is_one_line(self):
        second = launch(*self.arguments[:3], str(self.port), *self.arguments[4:])
        _, err = second.communicate(timeout=20)
        self.assertEqual((2, 1), (second.returncode, err.count("\n")))


if __name__ == "__main__":
    unittest.main()
