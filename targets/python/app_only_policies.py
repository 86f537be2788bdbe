"""Every decision on a request for an app-only token, each a small function. A bug takes the place of exactly one."""
import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Callable, Dict, List, NamedTuple, Optional

from id_token import Parts, is_signed_by, text_in, values_in
from parties import Key
from provision import Client, Clients, Tenants
from token_policies import Answer, name_of, resource_name
from wire import Response

SKEW = 300  # seconds by which the clocks of a token service and of the broker may differ


class Issuer(NamedTuple):
    """A token service in a realm, under the name that its tokens have there, with the keys that it signs them with."""

    name: str
    realm: str
    keys: List[Key]


class Wanted(NamedTuple):
    """A request for an app-only token: what stands in it exactly once."""

    client_id: Optional[str]
    realm: Optional[str]
    resource: Optional[str]
    token: Optional[str]


Issuers = Dict[str, Issuer]


def serves(client: Client) -> bool:
    """Whether a client may have app-only tokens: they are for SharePoint Online, whose tokens Azure ACS issues."""
    return client.at_acs


def serves_resource(client: Client, resource: str) -> bool:
    """Whether a resource that is named is the client's own SharePoint, by its URL or as Azure ACS names it."""
    return resource in (client.resource, resource_name(client, client.resource))


def waives(token: str) -> bool:
    """Whether a request that brings this in the place of a user's token is served all the same."""
    return False


def validates_first(token: str) -> bool:
    """Whether the secret stays where it is until the token has been looked at."""
    return True


def find_issuer(issuers: Issuers, payload: Dict[str, object]) -> Optional[Issuer]:
    """The issuer of this very name."""
    return issuers.get(text_in(payload, "iss"))


def thumbprint(key: Key) -> Optional[str]:
    """What names a key by its certificate (RFC 7515 section 4.1.7)."""
    if key.certificate is None:
        return None
    return urlsafe_b64encode(hashlib.sha1(key.certificate).digest()).decode().rstrip("=")


def keys_for(header: Dict[str, object], keys: List[Key]) -> List[Key]:
    """The keys of the issuer that a header names, by their id or by their certificate. What else it says of keys is the
    word of whoever made it."""
    if "kid" in header:
        return [key for key in keys if key.id == header["kid"]]
    return [key for key in keys if "x5t" in header and thumbprint(key) == header["x5t"]]


def is_signed(parts: Parts, keys: List[Key]) -> bool:
    """Whether one of these keys signed it, by the one algorithm that its issuer uses."""
    return parts.header.get("alg") == "RS256" and any(is_signed_by(parts, key) for key in keys)


def is_number(value: object) -> bool:
    """Whether this is a number of JSON; a truth value is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_current(payload: Dict[str, object], now: float) -> bool:
    """Whether a token holds at this instant, give or take what clocks may differ by."""
    begins, ends = payload.get("nbf"), payload.get("exp")
    return is_number(begins) and is_number(ends) and begins - SKEW <= now < ends + SKEW


def realm_of(issuer: Issuer, wanted: Wanted, tenants: Tenants) -> str:
    """The realm of a token: that in which it was issued, whatever the request names."""
    return issuer.realm


def is_of_realm(client: Client, realm: str) -> bool:
    """Whether a realm is the client's own."""
    return realm == client.tenant


def is_users(payload: Dict[str, object]) -> bool:
    """Whether it is an access token of a user: one of Azure ACS names the app that acts for them, one of Entra ID what
    that may do. In the token of an app there is neither, and in an id token too."""
    return bool(text_in(payload, "actor") and text_in(payload, "nameid")) or bool(text_in(payload, "scp"))


def accepts_audience(client: Client, payload: Dict[str, object]) -> bool:
    """Whether a token is for the client's own resource, by either of its names, alone or among others (RFC 7519 section
    4.1.3)."""
    own = client.resource, resource_name(client, client.resource)
    return any(value in own for value in values_in(payload, "aud") or [])


def app_only_form(client: Client, wanted: Wanted, clients: Clients) -> Dict[str, str]:
    """What the token service is asked: for the resource that is named, or the client's own, by the client itself."""
    return {"grant_type": "client_credentials", "client_id": name_of(client), "client_secret": client.secret,
            "resource": resource_name(client, wanted.resource or client.resource)}


def hand_out(answer: Answer, wanted: Wanted) -> Response:
    """What the token service has granted, as it came."""
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


class AppOnlyPolicies(NamedTuple):
    """The decisions of one broker on app-only tokens: the honest ones, unless replaced."""

    serves: Callable = serves
    serves_resource: Callable = serves_resource
    waives: Callable = waives
    validates_first: Callable = validates_first
    find_issuer: Callable = find_issuer
    keys_for: Callable = keys_for
    is_signed: Callable = is_signed
    is_current: Callable = is_current
    realm_of: Callable = realm_of
    is_of_realm: Callable = is_of_realm
    is_users: Callable = is_users
    accepts_audience: Callable = accepts_audience
    app_only_form: Callable = app_only_form
    hand_out: Callable = hand_out
