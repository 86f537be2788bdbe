"""Mistakes in which answers of an identity provider are believed."""
import hashlib
import hmac
import re
import textwrap
from base64 import b64decode, b64encode
from datetime import datetime

import sign_in_policies as policies
from bugs.bug import sign_in_bug
from messages import assertions_in
from saml import SAML, Unreadable, values_of

UPSTREAM, FROM_TOKEN = "sign-in.rejects-bad-upstream", "realm.from-token"


def first_assertion(result):
    """What is read of a message when its signature has not been understood: the first assertion."""
    return next(iter(assertions_in(result)), None)


@sign_in_bug("despite", UPSTREAM)
def signature_where_there_is_one(wrong, result):
    """Verifies the signature of an assertion that has one, and believes one that has none."""
    return first_assertion(result) if wrong == "unsigned" else None


@sign_in_bug("despite", UPSTREAM)
def signature_value_logged(wrong, result):
    """Compares the digest and logs a signature whose value does not verify, since certificates change so often."""
    return first_assertion(result) if wrong == "value" else None


@sign_in_bug("despite", UPSTREAM)
def digest_logged(wrong, result):
    """Verifies the signature's value and never compares the digest with what was signed."""
    return first_assertion(result) if wrong == "digest" else None


@sign_in_bug("despite", UPSTREAM)
def first_assertion_read(wrong, result):
    """Verifies whatever is signed in a message, and reads the first assertion, which need not be that."""
    return first_assertion(result) if wrong == "several" else None


@sign_in_bug("despite", UPSTREAM)
def last_assertion_read(wrong, result):
    """Verifies whatever is signed in a message, and reads the assertions, of which the last one stays."""
    return assertions_in(result)[-1] if wrong == "several" else None


@sign_in_bug("despite", UPSTREAM)
def form_of_signature_logged(wrong, result):
    """Logs a signature of a form that it does not know, and goes on."""
    return first_assertion(result) if wrong == "form" else None


@sign_in_bug("is_token_response", "sign-in.upstream-token-types")
def assertion_in_anything(xml):
    """Looks for a signed assertion and not at the message around it."""
    return True


@sign_in_bug("read_proof", "sign-in.upstream-token-types")
def saml20_alone_read(xml):
    """Reads assertions of SAML 2.0, and gives up on others."""
    if SAML["2.0"] not in xml.decode():
        raise Unreadable("not SAML 2.0")
    return policies.read_proof(xml)


@sign_in_bug("certificates_for", UPSTREAM)
def certificate_from_the_message(directory, result):
    """Verifies with the certificates that come along in the message."""
    return [b64decode(text) for text in re.findall(r"X509Certificate>([^<]+)<", result)]


@sign_in_bug("has_begun", UPSTREAM)
def start_not_asked(proof, now):
    """Asks whether a token has ended, and not whether it has begun."""
    return True


@sign_in_bug("has_not_ended", UPSTREAM)
def end_by_the_day(proof, now):
    """Measures since when a token has been over by timedelta.days, in which an hour is nothing."""
    return (datetime.fromtimestamp(now) - datetime.fromtimestamp(proof.until)).days <= 0


@sign_in_bug("is_for", UPSTREAM)
def audience_not_asked(proof, audience):
    """Asks that a token is for somebody, and not for whom."""
    return any(proof.audiences)


@sign_in_bug("is_for", UPSTREAM)
def audience_where_there_is_one(proof, audience):
    """Asks that every restriction holds, of which there may be none."""
    return all(audience in one for one in proof.audiences)


@sign_in_bug("is_for", UPSTREAM)
def audience_of_one_restriction(proof, audience):
    """Asks that one of the restrictions holds, and compares without the slash at the end."""
    return audience.rstrip("/") in [one.rstrip("/") for given in proof.audiences for one in given]


@sign_in_bug("answers", UPSTREAM)
def nonce_not_compared(proof, nonce):
    """Asks that an id token has a nonce, and does not compare it."""
    return bool(proof.nonce)


@sign_in_bug("is_proved", UPSTREAM)
def id_token_decoded(parts, keys):
    """Decodes the id token and verifies nothing, since it came over TLS."""
    return True


@sign_in_bug("is_proved", UPSTREAM)
def algorithm_none(parts, keys):
    """Leaves the algorithm to the id token, and verifies nothing where that says none."""
    return str(parts.header.get("alg")).lower() == "none" or policies.is_proved(parts, keys)


@sign_in_bug("is_proved", UPSTREAM)
def algorithm_of_the_token(parts, keys):
    """Verifies with the algorithm that the id token names, be it an HMAC keyed by the text of the public key."""
    if parts.header.get("alg") != "HS256":
        return policies.is_proved(parts, keys)
    return any(hmac.digest(public_pem(key), parts.signed, hashlib.sha256) == parts.signature for key in keys)


def public_pem(key):
    """A public key as a PEM file (RFC 7468 section 13), which libraries hand to whatever algorithm is asked for."""
    def der(kind, content):
        size = len(content)
        long = size.to_bytes(1 if size < 256 else 2, "big")
        return bytes([kind]) + (bytes([size]) if size < 128 else bytes([0x80 + len(long)]) + long) + content

    integers = (number.to_bytes(number.bit_length() // 8 + 1, "big") for number in (key.modulus, key.exponent))
    numbers = b"".join(der(2, integer) for integer in integers)
    whole = der(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + der(3, b"\0" + der(0x30, numbers)))
    lines = textwrap.wrap(b64encode(whole).decode(), 64)
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


@sign_in_bug("is_issued_by", UPSTREAM, "realm.members-only")
def issuer_by_its_beginning(proof, issuer):
    """Compares the issuer without its last part, which is another one for each tenant."""
    return proof.issuer.rstrip("/").rpartition("/")[0] == issuer.rstrip("/").rpartition("/")[0]


@sign_in_bug("is_of", UPSTREAM, FROM_TOKEN)
def tenant_by_the_issuer(proof, tenant):
    """Takes the tenant from the issuer and asks only that the token names one as well."""
    return bool(values_of(proof.claims, policies.TENANT))


UPSTREAM_BUGS = (signature_where_there_is_one, signature_value_logged, digest_logged, first_assertion_read,
                 last_assertion_read, form_of_signature_logged, assertion_in_anything, saml20_alone_read,
                 audience_where_there_is_one, audience_of_one_restriction, id_token_decoded,
                 certificate_from_the_message, start_not_asked, end_by_the_day, audience_not_asked, nonce_not_compared,
                 algorithm_none, algorithm_of_the_token, issuer_by_its_beginning, tenant_by_the_issuer)
