"""Id tokens: the arithmetic, the encoding that is compared whole, and what a token must say."""
import copy
import hashlib
import json
import random
import unittest
from base64 import b64encode, urlsafe_b64encode

from clock import Clock
from flow import Broker
from id_token import SHA256_INFO, SOAP, TENANT, is_signed_by, read_parts, read_proof
from parties import Key
from provision import ProvisionError
from saml import Unreadable
from sign_in_policies import SignInPolicies, carry, name_of
from test_sign_in import REPLY, TWO, PlayedSigner, Visitor, asked, form_in, refused
from world import PROVISION

EXPONENT = 65537
DRAW = random.Random(7)


def prime(bits):
    """A number that is prime but for a chance that is none."""
    while True:
        number = DRAW.getrandbits(bits) | 3 << bits - 2 | 1
        if number % EXPONENT != 1 and all(number % small for small in range(3, 2000, 2)):
            if pow(2, number - 1, number) == 1:
                return number


def encode(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


def padded(info, digest, size):
    return b"\0\1" + b"\xff" * (size - len(info) - len(digest) - 3) + b"\0" + info + digest


class IdTokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        one, other = prime(1024), prime(1024)
        cls.modulus = one * other
        cls.secret = pow(EXPONENT, -1, (one - 1) * (other - 1))
        cls.key = Key("k", cls.modulus, EXPONENT, None)

    def setUp(self):
        self.now = 1.8e9
        document = copy.deepcopy(PROVISION)
        document["issuers"][0]["jwks"]["keys"] = [
            {"kty": "EC", "kid": "other"},
            {"kty": "RSA", "kid": "k", "n": encode(self.modulus.to_bytes(256, "big")), "e": "AQAB",
             "x5c": [b64encode(b"c").decode()]}]
        self.broker = Broker(document, clock=Clock(lambda: self.now), signer=PlayedSigner())

    def raw(self, message):
        """The private operation on an encoded message."""
        return pow(int.from_bytes(message, "big"), self.secret, self.modulus).to_bytes(256, "big")

    def token(self, header=None, sign=None, **claims):
        said = {"iss": "https://sts.example/tenant-two/", "aud": "the-broker", "tid": "tenant-two", "oid": "4-5",
                "nbf": self.now, "exp": self.now + 3600, "upn": "bob@two.example", "name": "Bob", "sub": "x", **claims}
        said = {name: value for name, value in said.items() if value is not None}
        text = ".".join(encode(json.dumps(part).encode()) for part in (header or {"alg": "RS256", "kid": "k"}, said))
        digest = hashlib.sha256(text.encode()).digest()
        return f"{text}.{encode((sign or (lambda d: self.raw(padded(SHA256_INFO, d, 256))))(digest))}"

    def answer(self, visitor=None, **changes):
        visitor = visitor or Visitor(self.broker)
        sent = asked(visitor.ask(TWO, wctx="c"))
        token = self.token(**{"nonce": sent["nonce"], **changes})
        return visitor.send(REPLY, {"state": sent["state"], "id_token": token})

    def test_a_right_one_signs_in(self):
        for changes in ({}, {"header": {"alg": "RS256"}}, {"nbf": None}, {"nbf": self.now + 300},
                        {"exp": self.now - 299}):
            to, fields = form_in(self.answer(**changes))
            self.assertEqual((TWO + "_trust/", "c"), (to, fields["wctx"]))
            for part in ("bob@two.example", ">Bob<", ">4-5<"):
                self.assertIn(part, fields["wresult"])
            self.assertNotIn("tenant-two", fields["wresult"])

    def test_a_wrong_one_does_not(self):
        for changes in (
            {"nonce": "x"}, {"nonce": None}, {"aud": "other"}, {"aud": ["the-broker", "x"]}, {"aud": None},
            {"tid": "tenant-one"}, {"tid": None}, {"tid": ["tenant-two", "tenant-one"]},
            {"iss": "https://sts.example/tenant-one/"}, {"iss": None},
            {"exp": self.now - 301}, {"exp": None}, {"exp": "9e9"}, {"exp": True}, {"exp": float("nan")},
            {"nbf": self.now + 301}, {"nbf": "0"}, {"upn": "a\0"}, {"upn": None, "oid": None},
            {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}}, {"header": {"alg": "rs256"}},
            {"header": {"kid": "k"}}, {"header": {"alg": "RS256", "kid": "other"}},
            {"header": {"alg": "RS256", "crit": []}},
            {"sign": lambda digest: b""}, {"sign": lambda digest: self.raw(padded(SHA256_INFO, digest, 256))[:-1]},
        ):
            with self.subTest(changes):
                refused(self, "sign-in response", self.answer(**changes))

    def test_an_id_token_is_taken_once(self):
        visitor = Visitor(self.broker)
        self.assertEqual(200, self.answer(visitor, uti="u")[0])
        refused(self, "used before", self.answer(uti="u"))

    def test_the_encoding_is_compared_whole(self):
        def verdict(message, change=lambda signature: signature):
            text = self.token(sign=lambda digest: change(self.raw(message(digest))))
            return is_signed_by(read_parts(text), self.key)

        self.assertTrue(verdict(lambda digest: padded(SHA256_INFO, digest, 256)))
        for message in (
            lambda digest: b"\0\1\xff\xff\0" + SHA256_INFO + digest + b"\0" * (256 - 5 - 51),  # rubbish behind it
            lambda digest: b"\0\1" + b"\xff" * 8 + b"\0" + SHA256_INFO + digest + b"x" * (256 - 11 - 51),
            lambda digest: b"\0\2" + padded(SHA256_INFO, digest, 256)[2:],
            lambda digest: padded(bytes.fromhex("302f300b06096086480165030402010420"), digest, 256),  # without NULL
            lambda digest: padded(b"", digest, 256),
            lambda digest: padded(SHA256_INFO, hashlib.sha256(b"").digest(), 256),
        ):
            self.assertFalse(verdict(message))
        right = lambda digest: padded(SHA256_INFO, digest, 256)  # noqa: E731
        self.assertFalse(verdict(right, lambda signature: b"\0" + signature))
        self.assertFalse(verdict(right, lambda signature: (
            int.from_bytes(signature, "big") + self.modulus).to_bytes(257, "big")))
        short = Key("k", 3233, 17, None)
        self.assertFalse(is_signed_by(read_parts(self.token(sign=lambda digest: b"\0\1")), short))

    def test_claims(self):
        proof = read_proof({"aud": "a", "exp": 1, "upn": "u", "unique_name": "n", "email": 7, "name": "", "tid": "t"})
        self.assertEqual("u", name_of(proof.claims))
        self.assertNotIn(TENANT, [kind for kind, _ in carry(proof.claims)])
        self.assertEqual("n", name_of(read_proof({"aud": "a", "exp": 1, "unique_name": "n"}).claims))
        odd = {"given_name": "", "email": ["a", "b"], "oid": [7], "family_name": []}
        said = read_proof({"aud": "a", "exp": 1, **odd}).claims
        self.assertEqual([(f"{SOAP}/emailaddress", ["a", "b"]), (f"{SOAP}/givenname", [""])], said)
        self.assertRaises(Unreadable, read_proof, {"aud": "a", "exp": {}})
        self.assertTrue(SignInPolicies().is_for(proof, "a"))


class Documents(unittest.TestCase):
    def test_what_is_wrong_is_named(self):
        def at(part, **changes):
            return lambda p: p[part][0].update(changes)

        for change, expected in (
            (lambda p: p.pop("application"), "provision.application"),
            (lambda p: p["application"].update(reply="x"), "application.reply"),
            (at("issuers", jwks={"keys": [{"kty": "RSA", "n": "", "e": "AQAB"}]}), "keys[0].n"),
            (at("issuers", jwks={"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "x5c": ["!"]}]}), "keys[0] is no RSA"),
            (at("issuers", jwks=[]), "issuers[0].jwks"),
            (at("tenants", upstream="saml"), "tenants[0] must name an upstream"),
            (at("tenants", issuer="x"), "an issuer of the document"), (at("tenants", oidc=None), "tenants[0].oidc"),
            (at("parties", tenant="x"), "parties[0].tenant"), (at("parties", tokenVersion="3"), "parties[0].tokenVersion"),
            (at("parties", reply="/x"), "parties[0].reply"),
            (lambda p: p["parties"].append(p["parties"][0]), "parties[3].realm stands twice"),
        ):
            document = copy.deepcopy(PROVISION)
            change(document)
            with self.subTest(expected), self.assertRaises(ProvisionError) as caught:
                Broker(document)
            self.assertIn(expected, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
