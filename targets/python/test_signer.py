"""The Java program that signs and verifies, from Python's side of it; skipped where there is no java."""
import os
import shutil
import threading
import unittest

from saml import SAML, Token, Unreadable, read_proof, write_token
from signer import NoSigner, NotSigned, Signer

needs_java = unittest.skipUnless(shutil.which("java"), "needs java, which signs and verifies XML")
TOKEN = Token("2.0", "_a1", "https://trust.example/", "https://party.example/", 1e9, 1e9 + 60, "ann@one.example",
              [("urn:claims/name", ["ann@one.example", "\U0001f600 & <b> \"'\t\n\r\x85\u2028"])], 1e9)


class WithoutJava(unittest.TestCase):
    def test_a_missing_program_is_told(self):
        with self.assertRaisesRegex(NoSigner, "no-such-java is missing"):
            Signer(java="no-such-java").certificate()

    def test_a_program_that_ends_is_told_and_not_started_again(self):
        signer = Signer(java="true")
        self.addCleanup(signer.close)
        for _ in range(2):
            self.assertRaises(NoSigner, signer.certificate)


@needs_java
class WithJava(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.signer, cls.stranger = Signer(), Signer()
        for one in (cls.signer, cls.stranger):
            cls.addClassCleanup(one.close)
        cls.own, cls.foreign = cls.signer.certificate(), cls.stranger.certificate()

    def signed(self, token=TOKEN, by=None):
        return write_token(token, (by or self.signer).sign(write_token(token), token.id))

    def refused(self, why, xml, *certificates):
        with self.assertRaises(NotSigned) as caught:
            self.signer.verify(xml, list(certificates or [self.own]))
        self.assertEqual(why, str(caught.exception))

    def test_what_it_signs_it_verifies_and_reads_again(self):
        for version in SAML:
            token = TOKEN._replace(version=version)
            xml = self.signed(token)
            for around in ("%s", "<r>%s</r>", '<r xmlns="urn:r" xmlns:a="urn:a"><b>%s</b></r>'):
                proof = read_proof(self.signer.verify(around % xml, [self.foreign, self.own]))
                self.assertEqual((token.id, token.issuer, [[token.audience]], token.now, token.until, True, token.claims),
                                 proof[:7])
        self.assertEqual(-1, self.signed(TOKEN).find("\n"))

    def test_the_key_is_a_configured_one_whatever_comes_along(self):
        self.refused("value", self.signed(by=self.stranger))
        self.refused("value", self.signed(), self.foreign)
        self.assertRaises(NotSigned, self.signer.verify, self.signed(), [])
        swapped = self.signed(by=self.stranger)
        start, end = swapped.index("<KeyInfo>"), swapped.index("</KeyInfo>")
        own = self.signed()
        self.refused("value", swapped[:start] + own[own.index("<KeyInfo>"):own.index("</KeyInfo>")] + swapped[end:])

    def test_what_was_altered_or_never_signed(self):
        xml = self.signed()
        self.refused("unsigned", write_token(TOKEN))
        self.refused("digest", xml.replace("ann@one", "bob@one"))
        self.refused("digest", xml.replace("party.example", "party.evil"))
        self.refused("no-assertion", "<r/>")
        self.refused("no-assertion", xml.replace(SAML["2.0"], "urn:other"))

    def test_one_assertion_with_its_own_signature(self):
        xml, evil = self.signed(), write_token(TOKEN._replace(id="_evil", name="admin"))
        self.refused("several", f"<r>{xml}{evil}</r>")
        self.refused("several", f"<r>{evil}{xml}</r>")
        self.refused("several", f"<r>{xml}{self.signed(TOKEN._replace(id='_b2'))}</r>")
        start, end = xml.index("<Signature "), xml.index("</Signature>") + len("</Signature>")
        signature, bare = xml[start:end], xml[:start] + xml[end:]
        self.refused("several", f"<r>{bare}{signature}</r>")
        issuer = evil.index("</Issuer>") + len("</Issuer>")
        for inside in (signature + bare, signature.replace("</Signature>", f"<Object>{bare}</Object></Signature>"),
                       f"<Advice>{bare}</Advice>{signature}"):
            self.assertRaises(NotSigned, self.signer.verify, evil[:issuer] + inside + evil[issuer:], [self.own])
        same = evil.replace("_evil", "_a1")[:-12] + xml + "</Assertion>"
        self.assertRaises(NotSigned, self.signer.verify, same, [self.own])

    def test_one_form_of_signature(self):
        xml = self.signed()
        for before, after in (("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"),
                              ("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
                              ("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"), ('URI="#_a1"', 'URI=""'),
                              ('URI="#_a1"', 'URI="https://evil.example/"'),
                              ("2001/10/xml-exc-c14n#", "TR/2001/REC-xml-c14n-20010315"),
                              ("2000/09/xmldsig#enveloped-signature", "TR/1999/REC-xslt-19991116")):
            self.assertIn(before, xml)
            self.assertRaises(NotSigned, self.signer.verify, xml.replace(before, after), [self.own])

    def test_no_document_type_and_no_entities(self):
        for xml in ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', "<!DOCTYPE r><r/>", "<r>&a;</r>",
                    "<r", "", "\0", "<r/><r/>"):
            self.refused("xml", xml)

    def test_a_comment_does_not_cut_a_name_short(self):
        xml = self.signed().replace("ann@one.example", "ann@one.example<!-- -->.evil.example")
        self.refused("digest", xml)
        said = self.signed(TOKEN._replace(name="ann@one.example.evil")).replace(".evil<", "<!-- -->.evil<")
        self.assertIn(b"ann@one.example.evil<", self.signer.verify(said, [self.own]))

    def test_a_rotated_key_signs_nothing_more(self):
        signer = Signer()
        self.addCleanup(signer.close)
        old = signer.certificate()
        new = signer.rotate()
        self.assertNotEqual(old, new)
        self.assertEqual(new, signer.certificate())
        xml = self.signed(by=signer)
        self.refused("value", xml, old)
        self.assertTrue(self.signer.verify(xml, [new]))

    def test_many_threads_get_their_own_answers(self):
        def work(number):
            for _ in range(5):
                token = TOKEN._replace(id=f"_t{number}")
                found.append(read_proof(self.signer.verify(self.signed(token), [self.own])).id == token.id)

        found = []
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([True] * 30, found)


class Assertions(unittest.TestCase):
    def test_what_cannot_be_understood(self):
        for version in SAML:
            xml = write_token(TOKEN._replace(version=version))
            self.assertTrue(read_proof(xml.encode()).is_bearer)
            for before, after in (("00Z", "00"), ("2001-09-09T", "2001-13-09T"), ('Version="', 'Version="9'),
                                  (SAML[version], "urn:x"),
                                  ("<Conditions", "<Conditions/><Conditions"), ("<Audience>", "<Audience><x/>"),
                                  ("</Conditions>", "<Strange/></Conditions>"), (">", "")):
                self.assertIn(before, xml)
                self.assertRaises(Unreadable, read_proof, xml.replace(before, after).encode())
            self.assertFalse(read_proof(xml.replace("cm:bearer", "cm:sender-vouches").encode()).is_bearer)

    def test_instants_are_utc_wherever_the_host_is(self):
        before = os.environ.get("TZ")
        self.addCleanup(lambda: os.environ.pop("TZ") if before is None else os.environ.update(TZ=before))
        for zone in ("Asia/Tokyo", "America/Los_Angeles"):
            os.environ["TZ"] = zone
            xml = write_token(TOKEN)
            self.assertIn('NotBefore="2001-09-09T01:46:40.000Z"', xml)
            self.assertEqual(1e9, read_proof(xml.encode()).since)


if __name__ == "__main__":
    unittest.main()
