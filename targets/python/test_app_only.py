"""App-only tokens: whose token buys one, and that the secret stays where it is until that is known."""
import copy
import hashlib
import json
import unittest
from base64 import b64encode
from urllib.parse import urlencode

from clock import Clock
from flow import Broker, respond
from id_token import SHA256_INFO
from policies import WORDING
from provision import ProvisionError
from redemption import Unreachable
from test_id_token import EXPONENT, encode, padded, prime
from world import IDP, PROVISION

BAD_CLIENT, *_, ROW_11 = WORDING.values()
ACS, SHAREPOINT = "acs-of-all", "00000003-0000-0ff1-ce00-000000000000"
SITE = "https://one.sharepoint.example/sites/a"
NAMED = f"{SHAREPOINT}/one.sharepoint.example@tenant-one"
GRANTED = json.dumps({"access_token": "app-only", "token_type": "Bearer"}).encode()
NOW = 1.8e9


class AppOnly(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        one, other = prime(1024), prime(1024)
        cls.modulus, cls.secret = one * other, pow(EXPONENT, -1, (one - 1) * (other - 1))

    def setUp(self):
        key = {"kty": "RSA", "kid": "k", "n": encode(self.modulus.to_bytes(256, "big")), "e": "AQAB",
               "x5c": [b64encode(b"certificate").decode()]}
        document = copy.deepcopy(PROVISION)
        document["issuers"] += [{"id": "acs", "origin": IDP, "jwks": {"keys": [key]}}]
        for tenant in document["tenants"]:
            tenant["acs"] = {"issuer": f"{ACS}@{tenant['id']}", "tokenEndpoint": f"{IDP}/acs", "metadata": f"{IDP}/m"}
        document["clients"][0].update(tokenService="acs", resource=SITE)
        document["clients"][3].update(tokenService="acs")
        self.document, self.sent, self.answer = document, [], (200, GRANTED)
        self.broker = Broker(document, clock=Clock(lambda: NOW), post=self.post)

    def post(self, url, form):
        self.sent.append((url, form))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def token(self, header={}, **claims):
        """The token of a user from Azure ACS, with what is said instead; None leaves a claim or a parameter out."""
        said = {"aud": NAMED, "iss": f"{ACS}@tenant-one", "nbf": NOW, "exp": NOW + 3600, "nameid": "1003",
                "actor": "designer@tenant-one", **claims}
        named = {"alg": "RS256", "x5t": encode(hashlib.sha1(b"certificate").digest()), **header}
        parts = [{k: v for k, v in part.items() if v is not None} for part in (named, said)]
        text = ".".join(encode(json.dumps(part).encode()) for part in parts)
        message = padded(SHA256_INFO, hashlib.sha256(text.encode()).digest(), 256)
        number = pow(int.from_bytes(message, "big"), self.secret, self.modulus)
        return f"{text}.{encode(number.to_bytes(256, 'big'))}"

    def ask(self, token, *more, **changes):
        base = {"ClientId": "designer", "Realm": "tenant-one", "Resource": SITE, "AccessToken": token}
        pairs = [(k, v) for k, v in {**base, **changes}.items() if v is not None] + list(more)
        return respond(self.broker, "POST", "/token/oauth/2/app-only", body=urlencode(pairs).encode())

    def refused(self, answer, text=ROW_11):
        self.assertEqual((400, []), (answer[0], self.sent))
        self.assertIn(text, answer[2].decode())

    def test_the_token_of_a_user_buys_one_by_the_secret_of_the_client(self):
        for resource in (SITE, NAMED, "", None):
            status, headers, body = self.ask(self.token(), Resource=resource)
            self.assertEqual((200, GRANTED, "no-store"), (status, body, headers["Cache-Control"]))
        self.assertEqual([(f"{IDP}/tenant-one/oauth2/token", {
            "grant_type": "client_credentials", "client_id": "designer@tenant-one",
            "client_secret": "secret-of-designer", "resource": NAMED})] * 4, self.sent)

    def test_the_realm_that_a_request_names_changes_nothing(self):
        for realm in ("tenant-two", "", None):
            self.assertEqual(200, self.ask(self.token(), Realm=realm)[0])
        self.sent.clear()
        self.refused(self.ask(self.token(iss=f"{ACS}@tenant-two"), Realm="tenant-one"))

    def test_what_is_no_valid_token_of_a_user_buys_nothing(self):
        good = self.token()
        for token in ("", None, "opaque", "..", "e30.e30.", good[:-8], good + "x", good.rsplit(".", 1)[0] + "."):
            self.refused(self.ask(token))
        for claims in ({"exp": NOW - 300}, {"exp": None}, {"exp": True}, {"exp": float("nan")},
                       {"nbf": NOW + 301}, {"nbf": None}, {"nbf": "0"},
                       {"iss": f"{ACS}@tenant-onex"}, {"iss": f"{ACS}@"}, {"iss": None}, {"iss": [f"{ACS}@tenant-one"]},
                       {"aud": "https://graph.example"}, {"aud": NAMED + "x"}, {"aud": None}, {"aud": []},
                       {"actor": None}, {"nameid": None}, {"actor": {}}):
            self.refused(self.ask(self.token(**claims)))
        for header in ({"alg": "none"}, {"alg": "HS256"}, {"alg": None},
                       {"x5t": None}, {"x5t": "other"}, {"kid": "other"}):
            self.refused(self.ask(self.token(header)))

    def test_clocks_may_differ_and_a_token_may_be_for_others_too(self):
        for claims in ({"nbf": NOW + 300}, {"exp": NOW - 299}, {"aud": SITE},
                       {"aud": ["https://other.example", NAMED]}):
            self.assertEqual(200, self.ask(self.token(**claims))[0])

    def test_only_clients_for_sharepoint_are_served_and_only_with_their_own(self):
        self.refused(self.ask(self.token(), ClientId="nobody"), BAD_CLIENT)
        self.refused(self.ask(self.token(), ClientId=None), BAD_CLIENT)
        self.refused(self.ask(self.token(), ClientId="sign-in-only"), BAD_CLIENT)
        self.refused(self.ask(self.token(), ClientId="runtime", Resource=None))
        for resource in ("https://graph.example", SITE + "/x", "https://one.sharepoint.example.evil.example/sites/a"):
            self.refused(self.ask(self.token(), Resource=resource))
        for name, value in (("Resource", SITE), ("AccessToken", self.token()), ("Realm", "x")):
            self.refused(self.ask(self.token(), (name, value)))
        for path in ("/tenant-one/token/oauth/2/app-only", "/token/oauth/2/app-only/"):
            self.assertEqual(404, respond(self.broker, "POST", path)[0])
        self.assertEqual(404, respond(self.broker, "GET", "/token/oauth/2/app-only")[0])

    def test_what_the_token_service_refuses_is_row_11_without_the_secret(self):
        self.answer = 400, json.dumps({"error_description": "ACS50012: secret-of-designer is wrong"}).encode()
        status, _, body = self.ask(self.token())
        self.assertEqual((400, True, False), (status, b"ACS50012" in body, b"secret-of" in body))
        self.answer = Unreachable()
        self.assertEqual(502, self.ask(self.token())[0])

    def test_a_document_whose_azure_acs_has_no_name_is_refused(self):
        self.document["tenants"][0]["acs"] = {}
        with self.assertRaisesRegex(ProvisionError, r"tenants\[0\]\.acs\.issuer"):
            Broker(self.document)


if __name__ == "__main__":
    unittest.main()
