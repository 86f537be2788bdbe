"""The honest flow where a harness does not look: bytes, limits, threads and oddities of callbacks."""
import copy
import random
import threading
import unittest
from unittest import mock
from urllib.parse import quote, unquote_to_bytes, urlsplit

import flow
from clock import Clock
from flow import Broker, respond
from policies import LIFETIME, WORDING, Begun, Policies
from provision import ProvisionError
from world import CALLBACK, FOREIGN, IDP, OTHER, OWN, PROVISION, QUERY

BAD_CLIENT, BAD_REDIRECT, *ROWS = ((400, text) for text in WORDING.values())
ROW_8, ROW_9, ROW_10, _ = ROWS


class Visitor:
    """A browser in front of a broker, without sockets; follows redirects that stay on the broker."""

    def __init__(self, broker=None):
        self.broker = broker or Broker(copy.deepcopy(PROVISION))
        self.cookies = []
        self.node = 0

    def get(self, path, method="GET"):
        status, headers, body = respond(self.broker, method, path, {"cookie": "; ".join(self.cookies)}, node=self.node)
        if "Set-Cookie" in headers:
            self.cookies.append(headers["Set-Cookie"].partition(";")[0])
        return status, headers, body

    def request(self, *pairs, path="/authorize/oauth/2/request", **params):
        """An authorization request: a valid one, with what is given instead; None leaves a parameter out."""
        base = {"client_id": "designer", "response_type": "code", "redirect_uri": OWN,
                "resource": "https://graph.example"}
        pairs = [(k, v) for k, v in {**base, **params}.items() if v is not None] + list(pairs)
        return self.get(path + "?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in pairs))

    def sentence(self, answer):
        """Status and text of the page at which an answer ends; details behind the text of a row are left out."""
        status, headers, body = answer
        while status == 302 and headers["Location"].startswith("/"):
            status, headers, body = self.get(headers["Location"])
        text = body.decode().partition("<p>")[2].partition("</p>")[0]
        return status, next((row for _, row in ROWS if text.startswith(f"{row}: ")), text)

    def finish(self, answer, tail="code=the-code"):
        """Plays the authorization server: the callback's answer."""
        status, headers, _ = answer
        assert status == 302 and headers["Location"].startswith(IDP), answer
        return self.get(f"/authorize/oauth/2?{tail}&state={fields(headers['Location'])['state'][0].decode()}")

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


class Requests(unittest.TestCase):
    def setUp(self):
        self.visitor = Visitor()

    def refused(self, expected, answer):
        self.assertEqual(expected, self.visitor.sentence(answer))
        self.assertFalse(answer[1].get("Location", "/").startswith("//"))
        self.assertEqual([{}], self.visitor.broker.pending.copies, "nothing is kept for a refused request")

    def test_starts_the_code_flow(self):
        status, headers, _ = self.visitor.request(state="s", prompt="login")
        self.assertEqual(302, status)
        self.assertTrue(headers["Location"].startswith(f"{IDP}/tenant-one/oauth2/authorize?"))
        sent = fields(headers["Location"])
        self.assertGreater(len(sent.pop("state")[0]), 30)
        self.assertEqual({"client_id": [b"designer"], "response_type": [b"code"], "redirect_uri": [CALLBACK.encode()],
                          "resource": [b"https://graph.example"]}, sent)
        for part in ("__Host-", "; Path=/;", "Secure", "HttpOnly", "SameSite=Lax"):
            self.assertIn(part, headers["Set-Cookie"])

    def test_keeps_the_query_of_the_authorization_endpoint(self):
        provision = copy.deepcopy(PROVISION)
        provision["clients"][0]["authorizationEndpoint"] = f"{IDP}/authorize?policy=a%20b"
        location = Visitor(Broker(provision)).request()[1]["Location"]
        self.assertTrue(location.startswith(f"{IDP}/authorize?policy=a%20b&client_id=designer&"))

    def test_the_clients_resource_stands_in_for_a_missing_one(self):
        for given, sent in ((None, b"https://graph.example"), ("", b"https://graph.example"), ("other", b"other")):
            location = self.visitor.request(resource=given)[1]["Location"]
            self.assertEqual([sent], fields(location)["resource"])

    def test_unknown_clients(self):
        for given in ("nobody", "", None, "Designer", "designer ", "sign-in-only"):
            self.refused(BAD_CLIENT, self.visitor.request(client_id=given))
        self.refused(BAD_CLIENT, self.visitor.request(("client_id", "designer")))
        self.refused(BAD_CLIENT, self.visitor.request(client_id="nobody", response_type="token"))

    def test_unregistered_redirects(self):
        for uri in (OWN + "/", OWN + " ", OWN + "\0", QUERY + "=", "/authorize/oauth/2", "https://[", OTHER, FOREIGN,
                    "", None):
            self.refused(BAD_REDIRECT, self.visitor.request(redirect_uri=uri))
        for second in (OWN, QUERY, "https://evil.example", ""):
            self.refused(BAD_REDIRECT, self.visitor.request(("redirect_uri", second)))
        semicolon = f"/authorize/oauth/2/request?client_id=designer&x;redirect_uri={OWN}"
        self.refused(BAD_REDIRECT, self.visitor.get(semicolon))

    def test_a_realm_before_the_path(self):
        for realm in ("tenant-one", "one.example", "ONE.example"):
            answer = Visitor().request(path=f"/{realm}/authorize/oauth/2/request")
            self.assertIn(IDP, answer[1]["Location"])
        for realm in ("tenant-two", "two.example", "nowhere", "common"):
            self.refused(BAD_CLIENT, self.visitor.request(path=f"/{realm}/authorize/oauth/2/request"))

    def test_code_only_and_nothing_twice(self):
        for kind in ("token", "code token", "Code", "", None):
            self.refused(ROW_9, self.visitor.request(response_type=kind))
        for name in ("response_type", "state", "resource"):
            self.refused(ROW_9, self.visitor.request((name, "code"), state="s"))

    def test_version_two_only(self):
        for path in ("/authorize/oauth/1/request", "/authorize/oauth/2.0/request", "/authorize/oauth/1",
                     "/tenant-one/authorize/oauth/1/request", "/token/oauth/1"):
            for method in ("GET", "POST"):
                self.refused(ROW_8, self.visitor.get(path, method))

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
        self.assertIn(flow.UNHANDLED.encode(), body)
        self.assertNotIn(b"inner detail", body)

    def test_nothing_secret_or_active_is_answered(self):
        answers = [self.visitor.request(**params) for params in ({}, {"state": "<script>"}, {"client_id": "<script>"})]
        answers += [self.visitor.get(path) for path in ("/error/invalid_redirect_uri?<script>", "/<script>")]
        for _, headers, body in answers:
            self.assertNotIn("secret-of", str(headers) + body.decode())
            self.assertNotIn("<script", str(headers) + body.decode())
            self.assertEqual("no-store", headers["Cache-Control"])


class Answers(unittest.TestCase):
    def setUp(self):
        self.now = 1000.0
        self.broker = Broker(copy.deepcopy(PROVISION), clock=Clock(lambda: self.now))
        self.visitor = Visitor(self.broker)

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

    def test_a_refusal_is_relayed_without_a_code(self):
        tail = "error=access_denied&error_description=AADSTS65004%3a+no%0d%0a&code=never"
        self.assertEqual(OWN + "?error=access_denied&error_description=AADSTS65004%3A%20no%0D%0A&state=s",
                         self.visitor.round_trip(tail, state="s"))

    def test_a_callback_is_answered_once(self):
        state = fields(self.visitor.request(state="s")[1]["Location"])["state"][0].decode()
        callback = f"/authorize/oauth/2?code=c&state={state}"
        twice = f"{callback}&state={state}"
        self.assertEqual([400, 302, 400], [self.visitor.get(path)[0] for path in (twice, callback, callback)])

    def test_a_callback_with_neither_code_nor_error(self):
        for tail in ("x=y", "code=", "error=", "code=a&code=b", "code=a&error=x&error=y", "code=a&error="):
            self.assertEqual(ROW_10, self.visitor.sentence(self.visitor.finish(self.visitor.request(), tail)))

    def test_another_browser_neither_gets_an_answer_nor_spends_it(self):
        begun = self.visitor.request()
        stranger = Visitor(self.broker)
        for cookies in ([], ["x"], [c.partition("=")[0] + "=\xe9" for c in self.visitor.cookies]):
            stranger.cookies = cookies
            self.assertEqual(ROW_10, stranger.sentence(stranger.finish(begun)))
        self.visitor.cookies.insert(0, "malformed; =; a=b=c")
        self.assertEqual(302, self.visitor.finish(begun)[0])

    def test_a_request_expires(self):
        early, late = self.visitor.request(), self.visitor.request()
        self.now += LIFETIME - 0.1
        self.assertEqual(302, self.visitor.finish(early)[0])
        self.now += 0.1
        self.assertEqual(ROW_10, self.visitor.sentence(self.visitor.finish(late)))

    def test_pending_requests_are_bounded_and_forgotten(self):
        self.broker.pending.limit = 3
        answers = [self.visitor.request() for _ in range(5)]
        self.assertEqual([400, 400, 302, 302, 302], [self.visitor.finish(answer)[0] for answer in answers])
        self.visitor.request()
        self.now += LIFETIME
        self.visitor.request()
        self.assertEqual(1, len(self.broker.pending.copies[0]))

    def test_the_nodes_have_their_requests_in_common(self):
        visitor = Visitor(Broker(copy.deepcopy(PROVISION), nodes=3))
        pending = visitor.broker.pending
        pending.limit = 2
        for begins, finishes, again in ((0, 1, 2), (2, 0, 1), (1, 1, 0)):
            visitor.node = begins
            begun = visitor.request()
            visitor.node = finishes
            self.assertEqual(302, visitor.finish(begun)[0])
            visitor.node = again
            self.assertEqual(ROW_10, visitor.sentence(visitor.finish(begun)))
        self.assertEqual([{}, {}, {}], pending.copies)
        for visitor.node in (0, 1, 2):
            visitor.request()
        self.assertEqual([2, 2, 2], [len(entries) for entries in pending.copies])

    def test_one_thread_alone_spends_a_request(self):
        pending, client = self.broker.pending, self.broker.clients["designer"]
        begun = [pending.begin(0, Begun, client, OWN, None) for _ in range(300)]
        cookies = {Policies().cookie_name(one.key): one.mark for one in begun}
        won = []
        spend_all = lambda: won.extend(filter(None, (pending.finish(0, one.key, cookies) for one in begun)))  # noqa: E731
        threads = [threading.Thread(target=spend_all) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(300, len(won))


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
            (first(tokenEndpoint="http://idp.example/token"), "clients[0].tokenEndpoint"),
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


if __name__ == "__main__":
    unittest.main()
