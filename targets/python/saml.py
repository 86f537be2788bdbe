"""Assertions of SAML 1.1 and 2.0: read from bytes that are known to be signed, and written for the signer to sign."""
import re
from datetime import datetime, timezone
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple
from xml.etree import ElementTree

SAML = {"1.1": "urn:oasis:names:tc:SAML:1.0:assertion", "2.0": "urn:oasis:names:tc:SAML:2.0:assertion"}
BEARER = {"1.1": "urn:oasis:names:tc:SAML:1.0:cm:bearer", "2.0": "urn:oasis:names:tc:SAML:2.0:cm:bearer"}
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
AUTHENTICATED = {"1.1": "urn:oasis:names:tc:SAML:1.0:am:unspecified",
                 "2.0": "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"}

INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z", re.ASCII)
FOREIGN_TO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Claims = List[Tuple[str, List[str]]]  # each type with its values


class Proof(NamedTuple):
    """What an upstream token says, in one form whichever kind it is. Instants are seconds since 1970."""

    id: str
    issuer: str
    audiences: List[List[str]]  # each a restriction that holds when one of its members is meant
    since: float
    until: float
    is_bearer: bool
    claims: Claims
    at: Optional[float] = None
    nonce: Optional[str] = None
    recipients: List[str] = []  # where it says that it is to be sent; nowhere in particular, when empty


class Token(NamedTuple):
    """An assertion to be issued."""

    version: str
    id: str
    issuer: str
    audience: str
    now: float
    until: float
    name: str
    claims: Claims
    at: float


class Unreadable(Exception):
    """A token that cannot be understood."""


def values_of(claims: Claims, kind: str) -> List[str]:
    """All values of a type of claim."""
    return [value for one, values in claims if one == kind for value in values]


# --- reading ------------------------------------------------------------------------------------------------------


def read_instant(text: Optional[str]) -> float:
    """An instant in UTC (SAML Core 1.3.3)."""
    match = INSTANT.fullmatch(text or "")
    if match is None:
        raise Unreadable("an instant that is none in UTC")
    try:
        whole = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise Unreadable("an instant that is none in UTC") from error
    return whole.timestamp() + float(match[2] or 0)


def text_of(element: Optional[ElementTree.Element]) -> str:
    """The text of an element that holds nothing else."""
    if element is None or len(element):
        raise Unreadable("an element that is missing, or is more than text")
    return element.text or ""


def read_proof(xml: bytes) -> Proof:
    """What an assertion says. The bytes are those that were signed: no document type, no comments."""
    try:
        assertion = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise Unreadable("no XML") from error
    version = next((version for version, space in SAML.items() if assertion.tag == f"{{{space}}}Assertion"), None)
    if version is None:
        raise Unreadable("no assertion")
    return (read_saml11 if version == "1.1" else read_saml20)(assertion)


def only(parent: ElementTree.Element, path: str, names: Dict[str, str]) -> ElementTree.Element:
    """The one element on a path."""
    found = parent.findall(path, names)
    if len(found) != 1:
        raise Unreadable(f"{len(found)} of {path}")
    return found[0]


def read_audiences(conditions: ElementTree.Element, restriction: str, names: Dict[str, str]) -> List[List[str]]:
    """The audiences. A condition that is not understood makes an assertion invalid (SAML Core 2.0 section 2.5.1)."""
    space = names["s"]
    known = {f"{{{space}}}{name}" for name in (restriction, "OneTimeUse", "ProxyRestriction", "DoNotCacheCondition")}
    if any(condition.tag not in known for condition in conditions):
        raise Unreadable("a condition that is not understood")
    return [[text_of(audience) for audience in one.findall("s:Audience", names)]
            for one in conditions.findall(f"s:{restriction}", names)]


def read_saml11(assertion: ElementTree.Element) -> Proof:
    """SAML Core 1.1 section 2.3. Every statement is about the same subject."""
    names = {"s": SAML["1.1"]}
    if (assertion.get("MajorVersion"), assertion.get("MinorVersion")) != ("1", "1"):
        raise Unreadable("a version that is not 1.1")
    conditions = only(assertion, "s:Conditions", names)
    subjects = assertion.findall("*/s:Subject", names)
    told = {tuple(text_of(name) for name in one.findall("s:NameIdentifier", names)) for one in subjects}
    methods = [[text_of(method) for method in one.findall("s:SubjectConfirmation/s:ConfirmationMethod", names)]
               for one in subjects]
    if len(told) != 1:
        raise Unreadable("no subject, or several")
    claims = [("/".join(filter(None, (one.get("AttributeNamespace"), one.get("AttributeName")))),
               [text_of(value) for value in one.findall("s:AttributeValue", names)])
              for one in assertion.findall("s:AttributeStatement/s:Attribute", names)]
    statement = assertion.find("s:AuthenticationStatement", names)
    return Proof(assertion.get("AssertionID") or "", assertion.get("Issuer") or "",
                 read_audiences(conditions, "AudienceRestrictionCondition", names),
                 read_instant(conditions.get("NotBefore")), read_instant(conditions.get("NotOnOrAfter")),
                 all(BEARER["1.1"] in given for given in methods), claims,
                 None if statement is None else read_instant(statement.get("AuthenticationInstant")))


def read_saml20(assertion: ElementTree.Element) -> Proof:
    """SAML Core 2.0 section 2.3.3. What limits the confirmation limits the assertion."""
    names = {"s": SAML["2.0"]}
    if assertion.get("Version") != "2.0":
        raise Unreadable("a version that is not 2.0")
    conditions = only(assertion, "s:Conditions", names)
    subject = only(assertion, "s:Subject", names)
    bearers = [one for one in subject.findall("s:SubjectConfirmation", names) if one.get("Method") == BEARER["2.0"]]
    data = [data for one in bearers for data in one.findall("s:SubjectConfirmationData", names)]
    limits, recipients = ([one.get(name) for one in data] for name in ("NotOnOrAfter", "Recipient"))
    claims = [(one.get("Name") or "", [text_of(value) for value in one.findall("s:AttributeValue", names)])
              for one in assertion.findall("s:AttributeStatement/s:Attribute", names)]
    statement = assertion.find("s:AuthnStatement", names)
    return Proof(assertion.get("ID") or "", text_of(only(assertion, "s:Issuer", names)),
                 read_audiences(conditions, "AudienceRestriction", names), read_instant(conditions.get("NotBefore")),
                 min(map(read_instant, [conditions.get("NotOnOrAfter"), *filter(None, limits)])), bool(bearers), claims,
                 None if statement is None else read_instant(statement.get("AuthnInstant")), None,
                 [*filter(None, recipients)])


# --- writing ------------------------------------------------------------------------------------------------------


def instant(seconds: float) -> str:
    """An instant in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fits_xml(text: str) -> bool:
    """Whether XML 1.0 can carry a text."""
    return FOREIGN_TO_XML.search(text) is None


def escape(text: str) -> str:
    """Text as it stands between tags or in an attribute, and survives both."""
    for sign, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\t", "&#9;"),
                            ("\n", "&#10;"), ("\r", "&#13;")):
        text = text.replace(sign, reference)
    return text


def tag(name: str, *inside: str, **attributes: Optional[str]) -> str:
    """An element; `xmlns` is an attribute like any other, and what stands inside is XML already."""
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{''.join(inside)}</{name}>"


def write_token(token: Token, signature: str = "", write: Callable[[float], str] = instant) -> str:
    """An assertion without space between its elements, and with its signature where the version wants it."""
    return (write_saml11 if token.version == "1.1" else write_saml20)(token, signature, write)


def write_saml11(token: Token, signature: str, write: Callable[[float], str]) -> str:
    """Conditions first and the signature last, where readers of SAML 1.1 look for them."""
    subject = tag("Subject", tag("NameIdentifier", escape(token.name), Format=UNSPECIFIED),
                  tag("SubjectConfirmation", tag("ConfirmationMethod", BEARER["1.1"])))
    attributes = [tag("Attribute", *(tag("AttributeValue", escape(value)) for value in values),
                      AttributeName=kind.rpartition("/")[2], AttributeNamespace=kind.rpartition("/")[0])
                  for kind, values in token.claims]
    return tag(
        "Assertion",
        tag("Conditions", tag("AudienceRestrictionCondition", tag("Audience", escape(token.audience))),
            NotBefore=write(token.now), NotOnOrAfter=write(token.until)),
        tag("AttributeStatement", subject, *attributes) if attributes else "",
        tag("AuthenticationStatement", subject, AuthenticationMethod=AUTHENTICATED["1.1"],
            AuthenticationInstant=write(token.at)),
        signature, xmlns=SAML["1.1"], MajorVersion="1", MinorVersion="1", AssertionID=token.id, Issuer=token.issuer,
        IssueInstant=write(token.now))


def write_saml20(token: Token, signature: str, write: Callable[[float], str]) -> str:
    """The signature behind the issuer, as the schema has it; no recipient and no address, which WIF refuses."""
    subject = tag("Subject", tag("NameID", escape(token.name), Format=UNSPECIFIED),
                  tag("SubjectConfirmation", tag("SubjectConfirmationData", NotOnOrAfter=write(token.until)),
                      Method=BEARER["2.0"]))
    attributes = [tag("Attribute", *(tag("AttributeValue", escape(value)) for value in values), Name=kind)
                  for kind, values in token.claims]
    return tag(
        "Assertion", tag("Issuer", escape(token.issuer)), signature, subject,
        tag("Conditions", tag("AudienceRestriction", tag("Audience", escape(token.audience))),
            NotBefore=write(token.now), NotOnOrAfter=write(token.until)),
        tag("AttributeStatement", *attributes) if attributes else "",
        tag("AuthnStatement", tag("AuthnContext", tag("AuthnContextClassRef", AUTHENTICATED["2.0"])),
            AuthnInstant=write(token.at)),
        xmlns=SAML["2.0"], ID=token.id, IssueInstant=write(token.now), Version="2.0")
