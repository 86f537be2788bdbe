"""What the broker knows of those between whom it stands: parties, directories with their keys, and its own application."""
import json
from base64 import b64decode, urlsafe_b64decode
from typing import Dict, List, NamedTuple, Optional

from provision import ProvisionError, read_field
from wire import is_absolute


class Application(NamedTuple):
    """The broker as the identity provider knows it: client id, realm (AppIdUri) and the one registered reply URL."""

    id: str
    realm: str
    reply: str


class Key(NamedTuple):
    """An RSA key of an identity provider, and its certificate in DER where there is one."""

    id: Optional[str]
    modulus: int
    exponent: int
    certificate: Optional[bytes]


class Directory(NamedTuple):
    """A tenant: how its users sign in ("oidc" or "wsfed"), where, and who signs for it under which names."""

    id: str
    upstream: str
    oidc_issuer: str
    oidc_endpoint: str
    wsfed_issuer: str
    wsfed_endpoint: str
    keys: List[Key]


class Party(NamedTuple):
    """A relying party: its directory, its realm, the one URL that results go to, and the version of its tokens."""

    tenant: str
    realm: str
    reply: str
    version: str


Directories = Dict[str, Directory]
Parties = Dict[str, Party]


class Federation(NamedTuple):
    """All of them: directories by id, parties by realm."""

    application: Application
    directories: Directories
    parties: Parties


def unbase64(text: str) -> bytes:
    """Base64 for URLs, without its padding (RFC 7515 appendix C)."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_url(record: object, where: str, name: str) -> str:
    """A member that is an absolute URL."""
    value = read_field(record, where, name, str)
    if not is_absolute(value):
        raise ProvisionError(f"{where}.{name}: {json.dumps(value)} is not an absolute http or https URL")
    return value


def read_key(record: object, where: str) -> Key:
    """An RSA key of a JWK set (RFC 7518 section 6.3.1)."""
    modulus, exponent = (read_field(record, where, name, str) for name in ("n", "e"))
    try:
        numbers = [int.from_bytes(unbase64(text), "big") for text in (modulus, exponent)]
        certificate = b64decode(record["x5c"][0], validate=True) if record.get("x5c") else None
    except (ValueError, TypeError, KeyError) as error:
        raise ProvisionError(f"{where} is no RSA key: {error}") from error
    return Key(record.get("kid"), *numbers, certificate)


def read_issuers(records: List[object]) -> Dict[str, List[Key]]:
    """The keys of each identity provider."""
    issuers = {}
    for index, record in enumerate(records):
        where = f"issuers[{index}]"
        jwks = read_field(record, where, "jwks", dict)
        keys = read_field(jwks, f"{where}.jwks", "keys", list)
        issuers[read_field(record, where, "id", str)] = [
            read_key(key, f"{where}.jwks.keys[{place}]") for place, key in enumerate(keys)
            if isinstance(key, dict) and key.get("kty") == "RSA"]
    return issuers


def read_directory(record: object, where: str, issuers: Dict[str, List[Key]]) -> Directory:
    """One tenant, with both ways to ask it."""
    upstream, issuer = (read_field(record, where, name, str) for name in ("upstream", "issuer"))
    if upstream not in ("oidc", "wsfed") or issuer not in issuers:
        raise ProvisionError(f"{where} must name an upstream, oidc or wsfed, and an issuer of the document")
    oidc, wsfed = (read_field(record, where, name, dict) for name in ("oidc", "wsfed"))
    return Directory(read_field(record, where, "id", str), upstream,
                     read_field(oidc, f"{where}.oidc", "issuer", str), read_url(oidc, where, "authorizationEndpoint"),
                     read_field(wsfed, f"{where}.wsfed", "issuer", str), read_url(wsfed, where, "endpoint"),
                     issuers[issuer])


def read_party(record: object, where: str, directories: Directories) -> Party:
    """One relying party, whose directory is known."""
    tenant, realm, version = (read_field(record, where, name, str) for name in ("tenant", "realm", "tokenVersion"))
    if tenant not in directories:
        raise ProvisionError(f"{where}.tenant is not the id of a tenant")
    if version not in ("1.1", "2.0"):
        raise ProvisionError(f"{where}.tokenVersion must be 1.1 or 2.0")
    return Party(tenant, realm, read_url(record, where, "reply"), version)


def read_federation(document: object) -> Federation:
    """The half of a provision document that sign-ins need; the other half has been read."""
    issuers = read_issuers(document["issuers"])
    own = read_field(document, "provision", "application", dict)
    application = Application(*(read_field(own, "application", name, str) for name in ("id", "realm", "reply")))
    read_url(own, "application", "reply")
    directories, parties = {}, {}
    for index, record in enumerate(document["tenants"]):
        directory = read_directory(record, f"tenants[{index}]", issuers)
        directories[directory.id] = directory
    for index, record in enumerate(document["parties"]):
        party = read_party(record, f"parties[{index}]", directories)
        if party.realm in parties:
            raise ProvisionError(f"parties[{index}].realm stands twice")
        parties[party.realm] = party
    return Federation(application, directories, parties)
