"""Signing in and out where a harness does not look: parameters, limits, replays, sessions. Signatures are played."""
import copy
import html
import re
import unittest
import unittest.mock
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from clock import Clock
from flow import Broker, respond
from id_token import MICROSOFT, SOAP, TENANT
from messages import write_result
from rows import ROWS
from saml import Token, write_token
from sign_in_policies import EIGHT_HOURS, SKEW
from signer import NoSigner, NotSigned
from world import IDP, PROVISION

ONE, RUNTIME, TWO = ("https://designer.one.example/", "https://runtime.one.example/", "https://designer.two.example/")
REPLY, METADATA = "/wsfed/reply", "/federationmetadata/2007-06/federationmetadata.xml"
ROW_2, ROW_3, ROW_4, ROW_5, ROW_6, _ = ROWS.values()


class PlayedSigner:
    """Signs with an empty element, and believes every assertion that has one."""

    def certificate(self):
        return b"a certificate"

    def sign(self, xml, name, digest="sha256"):
        return "<Signature/>"

    def verify(self, xml, certificates):
        if "<Signature/>" not in xml:
            raise NotSigned("unsigned")
        return re.search("<Assertion .*</Assertion>", xml, re.DOTALL)[0].encode()


class Visitor:
    """A browser in front of a broker and of an identity provider that says what it is told to."""

    def __init__(self, broker):
        self.broker, self.cookies, self.node = broker, {}, 0

    def send(self, path, form=None, **query):
        path += "?" + urlencode(query) if query else ""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = b"" if form is None else urlencode(form).encode()
        answer = respond(self.broker, "GET" if form is None else "POST", path, {"cookie": cookie}, body, self.node)
        for line in filter(None, answer[1].get("Set-Cookie", "").split("\n")):
            (name, _, value), rest = line.partition(";")[0].partition("="), line.partition(";")[2]
            assert rest.startswith(" Path=/; Secure; HttpOnly; "), rest
            self.cookies.pop(name, None) if "Max-Age=0" in rest else self.cookies.update({name: value})
        return answer

    def ask(self, realm=ONE, **more):
        return self.send("/wsfed", **{"wa": "wsignin1.0", "wtrealm": realm, **more})


def asked(answer):
    """What an answer asks of the identity provider."""
    assert answer[0] == 302 and answer[1]["Location"].startswith(IDP), answer
    return {name: values[0] for name, values in parse_qs(urlsplit(answer[1]["Location"]).query).items()}


def form_in(answer):
    """Where a form goes, and with what."""
    text = answer[2].decode()
    fields = re.findall('name="([^"]*)" value="([^"]*)"', text)
    return html.unescape(re.search('action="([^"]*)"', text)[1]), {name: html.unescape(value) for name, value in fields}


def refused(case, text, answer):
    """An error page that says this, and leads nowhere."""
    status, headers, body = answer
    case.assertEqual(400, status, body)
    case.assertIn(html.escape(text), body.decode())
    case.assertNotIn("Location", headers)
    for active in ("<form", "<script", "<img"):
        case.assertNotIn(active, body.decode())


class SignIn(unittest.TestCase):
    def setUp(self):
        self.now = 1.8e9
        self.broker = self.open()
        self.visitor = Visitor(self.broker)
        self.count = 0

    def open(self, **more):
        return Broker(copy.deepcopy(PROVISION), clock=Clock(lambda: self.now), signer=PlayedSigner(), **more)

    def result(self, version="2.0", tenant="tenant-one", name="ann@one.example", **changes):
        """The identity provider's answer over WS-Federation."""
        self.count += 1
        claims = [(TENANT, [tenant]), (f"{SOAP}/name", [name]), (f"{MICROSOFT}/objectidentifier", ["1-2-3"]),
                  ("urn:x/secret", ["s"])]
        token = Token(version, f"_{self.count}", "https://sts.example/tenant-one/", "https://trust.example/", self.now,
                      self.now + 3600, "a-subject", claims, self.now)._replace(**changes)
        return write_result(write_token(token, "<Signature/>"), token.audience, "x", token.now, token.until)

    def finish(self, answer, visitor=None, result=None, **changes):
        """Plays the identity provider."""
        form = {"wa": "wsignin1.0", "wctx": asked(answer)["wctx"], "wresult": result or self.result(**changes)}
        return (visitor or self.visitor).send(REPLY, form)

    def test_over_federation_and_with_every_version(self):
        for version in ("1.1", "2.0"):
            for realm in (ONE, RUNTIME):
                visitor = Visitor(self.broker)
                answer = visitor.ask(realm, wctx="a&b <\">'")
                sent = asked(answer)
                self.assertEqual(("wsignin1.0", "https://trust.example/", "https://trust.example/wsfed/reply"),
                                 (sent["wa"], sent["wtrealm"], sent["wreply"]))
                self.assertGreater(len(sent["wctx"]), 40)
                to, fields = form_in(self.finish(answer, visitor, version=version))
                self.assertEqual((f"{realm}_trust/", "wsignin1.0", "a&b <\">'"), (to, fields["wa"], fields["wctx"]))
                for part in ("ann@one.example", "1-2-3", f">{realm}<", "<Signature/>"):
                    self.assertIn(part, fields["wresult"])
                for part in ("tenant-one", "urn:x", "a-subject", ">s<"):
                    self.assertNotIn(part, fields["wresult"])
                self.assertEqual(["__Host-session"], list(visitor.cookies))

    def test_a_context_comes_back_or_is_refused(self):
        self.assertNotIn("wctx", form_in(self.finish(self.visitor.ask()))[1])
        for context in ("", " ", "x" * 8192, "ünï✓", "\t", "\x7f\x85"):
            self.assertEqual(context, form_in(self.visitor.ask(wctx=context))[1]["wctx"])
        for context in ("x" * 8193, "a\0", "a\r", "a\n"):
            refused(self, ROW_3, self.visitor.ask(wctx=context))
        refused(self, ROW_3, self.visitor.send("/wsfed?wa=wsignin1.0&wctx=%ff&wtrealm=" + quote(ONE, safe="")))

    def test_what_is_no_message(self):
        for query in ({}, {"wa": ""}, {"wa": "wsignin2.0", "wtrealm": ONE}, {"wtrealm": ONE}, {"wa": "wsignin1.0"},
                      {"wa": "wsignin1.0", "wresult": "x"}, {"id_token": "x", "state": "y"}):
            refused(self, ROW_2, self.visitor.send("/wsfed", **query))
        for name, value in (("wresult", "x"), ("wreqptr", "x"), ("wfresh", "-1"), ("wfresh", "x"), ("wfresh", "٣")):
            refused(self, ROW_2, self.visitor.ask(**{name: value}))
        for name in ("wa", "wtrealm", "wreply", "wctx"):
            right = [("wa", "wsignin1.0"), ("wtrealm", ONE), ("wreply", ONE + "_trust/"), ("wctx", "x")]
            refused(self, ROW_2, self.visitor.send(f"/wsfed?{urlencode([*right, (name, 'x')])}"))
        refused(self, ROW_2, self.visitor.send("/wsfed?wa=wsignin1.0", {"wa": "wsignin1.0", "wtrealm": ONE}))
        self.assertEqual([{}], self.broker.federation.pending.copies)

    def test_whom_it_does_not_know(self):
        for realm in ("urn:nobody", ONE[:-1], ONE + "x", ONE.upper(), "", "<script>", "\ud800"):
            answer = self.visitor.ask(quote(realm, errors="surrogatepass") if realm == "\ud800" else realm)
            refused(self, "Requested relying party realm '", answer)
            self.assertIn(b"is unknown.", answer[2])
        nobody = self.visitor.send("/wsfed", wa="wsignin1.0", wreply=ONE)
        refused(self, "Requested relying party realm '' is unknown.", nobody)
        for reply in (ONE, RUNTIME + "_trust/", ONE + "_trust", "https://evil.example/", ""):
            refused(self, ROW_3, self.visitor.ask(wreply=reply))
        self.assertEqual(302, self.visitor.ask(wreply=ONE + "_trust/")[0])

    def test_an_answer_that_is_not_believed(self):
        for changes in ({"tenant": "tenant-two"}, {"issuer": "https://sts.example/tenant-two/"}, {"audience": ONE},
                        {"now": self.now + SKEW + 1}, {"until": self.now - SKEW}, {"claims": []}):
            answer = self.visitor.ask()
            refused(self, ROW_4, self.finish(answer, **changes))
            refused(self, ROW_4, self.finish(answer))  # it is over
        second = ">tenant-one</AttributeValue><AttributeValue>x<"
        for spoil in (lambda r: r.replace("<Signature/>", ""), lambda r: re.search("<Assertion .*</Assertion>", r)[0],
                      lambda r: "x", lambda r: f"<Response>{r}</Response>", lambda r: r.replace(">tenant-one<", second),
                      lambda r: r.replace("cm:bearer", "cm:holder-of-key"), lambda r: r + " " * (1 << 18),
                      lambda r: r.replace("<SubjectConfirmationData ", '<SubjectConfirmationData Recipient="urn:x" ')):
            refused(self, ROW_4, self.finish(self.visitor.ask(), result=spoil(self.result())))
        self.assertEqual({}, self.broker.federation.sessions.open)

    def test_an_assertion_is_taken_once_at_every_node(self):
        self.broker = self.open(nodes=3)
        first, second = Visitor(self.broker), Visitor(self.broker)
        result = self.result()
        begun = first.ask()
        first.node = 1
        self.assertEqual(200, self.finish(begun, first, result)[0])
        again = second.ask()
        second.node = 2
        refused(self, "used before", self.finish(again, second, result))
        self.now += 3600 + SKEW
        self.assertTrue(self.broker.federation.seen.is_new("issuer", "id", self.now))
        self.assertEqual(1, len(self.broker.federation.seen.ends))

    def test_only_the_browser_that_asked_and_only_for_ten_minutes(self):
        begun = self.visitor.ask()
        stranger = Visitor(self.broker)
        stranger.ask()
        refused(self, ROW_4, self.finish(begun, stranger))
        self.assertEqual(200, self.finish(begun)[0])
        late = Visitor(self.broker)
        begun = late.ask()
        self.now += 600
        refused(self, ROW_4, self.finish(begun, late))
        refused(self, ROW_4, self.visitor.send(REPLY, {"wa": "wsignin1.0", "wresult": self.result()}))
        refused(self, ROW_4, self.visitor.send("/wsfed", {"wa": "wsignin1.0", "wresult": self.result()}))

    def test_one_sign_in_serves_the_parties_of_its_directory_for_eight_hours(self):
        self.finish(self.visitor.ask())
        self.now += EIGHT_HOURS - 1
        self.assertEqual(RUNTIME + "_trust/", form_in(self.visitor.ask(RUNTIME))[0])
        self.assertEqual(302, self.visitor.ask(TWO)[0])
        self.assertEqual("0", asked(self.visitor.ask(RUNTIME, wfresh="0"))["wfresh"])
        self.now += 1
        self.assertEqual(302, self.visitor.ask(RUNTIME)[0])
        self.assertEqual(302, Visitor(self.broker).ask(RUNTIME)[0])

    def test_a_sign_out_tells_everybody(self):
        self.finish(self.visitor.ask())
        self.visitor.ask(RUNTIME)
        twice = urlencode([("wa", "wsignout1.0"), ("wreply", ONE), ("wreply", ONE)])
        refused(self, ROW_5, self.visitor.send(f"/wsfed?{twice}"))
        status, _, body = self.visitor.send("/wsfed", wa="wsignout1.0", wreply=ONE + "_trust/")
        images = [html.unescape(url) for url in re.findall('img src="([^"]*)"', body.decode())]
        self.assertEqual([ONE + "_trust/?wa=wsignoutcleanup1.0", RUNTIME + "_trust/?wa=wsignoutcleanup1.0",
                          f"{IDP}/tenant-one/wsfed?wa=wsignout1.0"], images)
        self.assertIn(f'content="2; url={ONE}_trust/"', body.decode())
        self.assertEqual(({}, {}), (self.visitor.cookies, self.broker.federation.sessions.open))
        for reply in (ONE, "https://evil.example/", "//evil.example/", "", RUNTIME + "_trust/x"):
            status, headers, body = self.visitor.send("/wsfed", wa="wsignout1.0", wreply=reply)
            self.assertEqual(200, status)
            self.assertNotIn("refresh", body.decode())
            self.assertNotIn("evil", body.decode() + str(headers))
        self.finish(self.visitor.ask())
        body = self.visitor.send("/wsfed", wa="wsignoutcleanup1.0", wreply=ONE + "_trust/")[2]
        self.assertIn(b"wsignoutcleanup1.0", body)
        self.assertNotIn(b"refresh", body)
        self.assertNotIn(b"wsignout1.0", body)

    def test_over_openid(self):
        answer = self.visitor.ask(TWO, wctx="c", wfresh="0")
        sent = asked(answer)
        self.assertEqual({"client_id": "the-broker", "response_type": "id_token", "response_mode": "form_post",
                          "scope": "openid", "redirect_uri": "https://trust.example/wsfed/reply", "prompt": "login",
                          "max_age": "0"},
                         {name: value for name, value in sent.items() if name not in ("state", "nonce")})
        refused(self, "refuses: AADSTS65004 <no>", self.visitor.send(REPLY, {
            "state": sent["state"], "error": "access_denied", "error_description": "AADSTS65004 <no>"}))
        part = urlsafe_b64encode(b"{}").decode().rstrip("=")
        for token in ("", "x", "a.b", f"{part}.{part}.", f"{part}.W10.", f"{part}..", f"{part}.{part}.AAAA"):
            state = asked(self.visitor.ask(TWO))["state"]
            refused(self, ROW_4, self.visitor.send(REPLY, {"state": state, "id_token": token}))
        crossed = {"wa": "wsignin1.0", "wctx": asked(self.visitor.ask(TWO))["state"], "wresult": self.result()}
        refused(self, "another protocol", self.visitor.send(REPLY, crossed))

    def test_metadata_and_what_fails_there(self):
        status, headers, body = self.visitor.send(METADATA)
        self.assertEqual((200, "application/samlmetadata+xml"), (status, headers["Content-Type"]))
        for part in (b'entityID="https://trust.example/"', b"https://trust.example/wsfed<", b"YSBjZXJ0aWZpY2F0ZQ==",
                     b"<Signature/>"):
            self.assertIn(part, body)
        with unittest.mock.patch.object(PlayedSigner, "certificate", side_effect=NoSigner("java is missing")):
            status, _, body = self.visitor.send(METADATA)
        self.assertEqual(500, status)
        self.assertIn(f"{ROW_6}: java is missing", body.decode())

    def test_sessions_are_bounded(self):
        self.broker.federation.sessions.limit = 2
        visitors = [Visitor(self.broker) for _ in range(3)]
        for visitor in visitors:
            self.finish(visitor.ask(), visitor)
        self.assertEqual([302, 200, 200], [visitor.ask()[0] for visitor in visitors])


if __name__ == "__main__":
    unittest.main()
