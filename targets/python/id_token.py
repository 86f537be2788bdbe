"""Id tokens of OpenID Connect, signed with RS256: the arithmetic is Python's own, and the encoding is compared whole."""
import hashlib
import json
from typing import Dict, List, NamedTuple, Optional

from parties import Key, unbase64
from saml import Claims, Proof, Unreadable

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo of SHA-256 (RFC 8017 section 9.2)
SOAP, MICROSOFT = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims", "http://schemas.microsoft.com/identity/claims"
TENANT = f"{MICROSOFT}/tenantid"

# The claims of an id token that stand for a type of claim; the first that is there counts.
NAMES = {
    f"{SOAP}/name": ("upn", "unique_name", "preferred_username"),
    f"{SOAP}/upn": ("upn",),
    f"{SOAP}/emailaddress": ("email",),
    f"{SOAP}/givenname": ("given_name",),
    f"{SOAP}/surname": ("family_name",),
    f"{MICROSOFT}/displayname": ("name",),
    f"{MICROSOFT}/objectidentifier": ("oid",),
    TENANT: ("tid",),
}


class Parts(NamedTuple):
    """A JWS in compact form (RFC 7515 section 3.1), taken apart."""

    header: Dict[str, object]
    payload: Dict[str, object]
    signed: bytes
    signature: bytes


def read_parts(text: str) -> Parts:
    """Takes a token apart without believing it."""
    try:
        head, body, signature = text.split(".")
        header, payload = (json.loads(unbase64(part)) for part in (head, body))
        parts = Parts(header, payload, f"{head}.{body}".encode("ascii"), unbase64(signature))
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JWT") from error
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise Unreadable("no JWT")
    return parts


def is_signed_by(parts: Parts, key: Key) -> bool:
    """Whether a key signed it (RFC 8017 section 8.2.2): the whole encoded message is compared, not parsed."""
    size = (key.modulus.bit_length() + 7) // 8
    number = int.from_bytes(parts.signature, "big")
    if len(parts.signature) != size or number >= key.modulus or size < 256:
        return False
    digest = SHA256_INFO + hashlib.sha256(parts.signed).digest()
    expected = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    return pow(number, key.exponent, key.modulus).to_bytes(size, "big") == expected


def text_in(payload: Dict[str, object], name: str) -> str:
    """A claim that is text, or nothing."""
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def values_in(payload: Dict[str, object], name: str) -> Optional[List[str]]:
    """The values of a claim that is text, or several texts; none when it is anything else."""
    value = payload.get(name)
    values = value if isinstance(value, list) else [value]
    return values if values and all(isinstance(one, str) for one in values) else None


def claims_in(payload: Dict[str, object]) -> Claims:
    """The claims under the types that assertions give them."""
    found = ((kind, [values_in(payload, name) for name in names]) for kind, names in NAMES.items())
    return [(kind, next(values for values in given if values is not None)) for kind, given in found
            if any(values is not None for values in given)]


def read_proof(payload: Dict[str, object]) -> Proof:
    """What the payload of an id token says (OpenID Connect Core section 2)."""
    numbers: List[float] = []
    for name in ("nbf", "exp"):
        value = payload.get(name, 0 if name == "nbf" else None)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Unreadable(f"{name} is no instant")
        numbers.append(value)
    audience = payload.get("aud")
    at = payload.get("auth_time")
    if not isinstance(audience, str):
        raise Unreadable("not one audience")
    return Proof(text_in(payload, "uti") or text_in(payload, "jti"), text_in(payload, "iss"), [[audience]], *numbers, True,
                 claims_in(payload), at if type(at) in (int, float) else None, text_in(payload, "nonce"))
