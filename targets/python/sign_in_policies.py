"""Every decision about signing in and out, each a small function of its own. A bug takes the place of exactly one."""
import html
import secrets
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from given_out import (audience_of, clean_ups, declared_end, digest_for, ends, entity_id, onward, passive_endpoints,
                       published, result_address, token_id, token_type, upstream_sign_outs, version_of)
from id_token import MICROSOFT, NAMES, SOAP, TENANT, Parts, claims_in, is_signed_by
from parties import Application, Directory, Key, Parties, Party
from messages import is_token_response, repeated
from policies import cookie_name, find_begun, is_open, is_same_browser, remember, spend
from rows import METADATA, ROWS
from saml import Claims, Proof, instant, read_proof, values_of
from seen import Seen
from sessions import EIGHT_HOURS, People, Person
from wire import SAFE, Params, single

SKEW = 300  # seconds by which the clocks of broker and identity provider may differ
NAME, OBJECT_ID = f"{SOAP}/name", f"{MICROSOFT}/objectidentifier"

SESSION = "__Host-session"
ELSEWHERE = f"{SAFE}; SameSite=None"  # of cookies: the answer comes from another site

Query = Dict[str, Optional[str]]  # what is None is left out


# --- the request --------------------------------------------------------------------------------------------------


def once(params: Params) -> Optional[Tuple[Params, Params]]:
    """The parameters of a message that means one thing, to validate it by and to answer it by; none, where one comes
    twice."""
    return None if repeated(params) else (params, params)


def action_of(params: Params) -> str:
    """What a WS-Federation message asks for."""
    return single(params, "wa") or ""


def find_party(parties: Parties, realm: str) -> Optional[Party]:
    """The party of this very realm."""
    return parties.get(realm)


def may_reply(reply: str, party: Party) -> bool:
    """Whether a reply URL that a request names is the party's registered one, letter by letter."""
    return reply == party.reply


def keep_context(context: str) -> str:
    """What is kept of the party's context: all of it."""
    return context


def age_of(freshness: Optional[str]) -> Optional[int]:
    """How old a sign-in may be for a request, in minutes; as old as it is, when the request does not say."""
    return None if freshness is None else int(freshness)


def person_for(party: Party, people: People, now: float, freshness: Optional[int]) -> Optional[Person]:
    """Who has signed in at the directory of the party in this browser, not too long ago for it."""
    person = people.get(party.tenant)
    if person is None or now - person.since >= EIGHT_HOURS:
        return None
    return person if freshness is None or 0 <= now - person.at < freshness * 60 else None


def directory_for(directories: Mapping[str, Directory], party: Party, params: Params) -> Directory:
    """Where the user is sent: to the directory of the party, whatever the request says."""
    return directories[party.tenant]


def protocol_of(directory: Directory) -> str:
    """How a directory is asked, as it is configured."""
    return directory.upstream


def make_nonce() -> str:
    """What ties an id token to one request."""
    return secrets.token_urlsafe(24)


def federation_query(application: Application, params: Params, key: str, freshness: Optional[int]) -> Query:
    """What is asked of an identity provider over WS-Federation: for the broker, whatever the party says."""
    return {"wa": "wsignin1.0", "wtrealm": application.realm, "wreply": application.reply, "wctx": key,
            "wfresh": None if freshness is None else str(freshness)}


def openid_query(application: Application, params: Params, key: str, nonce: str, freshness: Optional[int]) -> Query:
    """What is asked of an identity provider over OpenID Connect: an id token, in a form, for the broker."""
    return {"client_id": application.id, "response_type": "id_token", "response_mode": "form_post", "scope": "openid",
            "redirect_uri": application.reply, "state": key, "nonce": nonce,
            "prompt": "login" if freshness == 0 else None,
            "max_age": None if freshness is None else str(freshness * 60)}


def show(row: str, details: str) -> Tuple[int, str]:
    """Status and text of an error page: a caller's mistake, but for metadata, and what is known of it."""
    text = ROWS[row].replace("{}", details[:1024])
    return 500 if row == METADATA else 400, text if "{}" in ROWS[row] or not details else f"{text}: {details}"


def quote(text: str) -> str:
    """Text as it stands on an error page."""
    return html.escape(text)


def challenge(row: str) -> Dict[str, str]:
    """Headers beside an error page. The broker asks nobody for credentials."""
    return {}


# --- what is kept between request and answer ----------------------------------------------------------------------


def session_cookie(key: str) -> Tuple[str, str]:
    """Name and attributes of the cookie of a session. It goes to the broker alone, and over TLS alone."""
    return SESSION, ELSEWHERE


def takes_once(seen: Seen, proof: Proof) -> bool:
    """Whether a token comes for the first time; one without an id is tied to its request by a nonce."""
    return not proof.id or seen.is_new(proof.issuer, proof.id, proof.until + SKEW)


# --- the answer ---------------------------------------------------------------------------------------------------


def certificates_for(directory: Directory, result: str) -> List[bytes]:
    """By which certificates an assertion is verified: those that are configured, whatever comes along."""
    return [key.certificate for key in directory.keys if key.certificate is not None]


def answers_in(protocol: str, asked: str) -> bool:
    """Whether an answer is in the protocol in which was asked."""
    return protocol == asked


def despite(wrong: str, result: str) -> Optional[bytes]:
    """Which assertion is believed although its signature is wrong in this: none."""
    return None


def proved_elsewhere(result: str, directory: Directory) -> Optional[Proof]:
    """Who is believed although another store of identities than the directory says so: nobody."""
    return None


def person_despite(error: str, people: People, party: Party) -> Optional[Person]:
    """Who is signed in although the identity provider refuses: nobody."""
    return None


def is_proved(parts: Parts, keys: List[Key]) -> bool:
    """Whether an id token is signed with RS256 by a configured key, that of its name where it names one."""
    name = parts.header.get("kid")
    known = [key for key in keys if name is None or key.id == name]
    return (parts.header.get("alg") == "RS256" and "crit" not in parts.header
            and any(is_signed_by(parts, key) for key in known))


def has_begun(proof: Proof, now: float) -> bool:
    """Whether a token is valid already."""
    return proof.since <= now + SKEW


def has_not_ended(proof: Proof, now: float) -> bool:
    """Whether a token is still valid."""
    return now - SKEW < proof.until


def is_for(proof: Proof, audience: str) -> bool:
    """Whether a token is for this audience: it must name one, and every restriction must hold."""
    return bool(proof.audiences) and all(audience in one for one in proof.audiences)


def is_issued_by(proof: Proof, issuer: str) -> bool:
    """Whether a token was issued under this name."""
    return proof.issuer == issuer


def is_of(proof: Proof, tenant: str) -> bool:
    """Whether a token names this tenant, and no other beside it."""
    return values_of(proof.claims, TENANT) == [tenant]


def answers(proof: Proof, nonce: str) -> bool:
    """Whether an id token answers the request with this nonce."""
    return proof.nonce == nonce


def openid_claims(payload: Dict[str, object]) -> Claims:
    """The claims of an id token under the types that they have in an assertion."""
    return claims_in(payload)


def name_of(claims: Claims) -> str:
    """What a person is called: the name, else the object id, else nothing."""
    return next(filter(None, values_of(claims, NAME) + values_of(claims, OBJECT_ID)), "")


def carry(claims: Claims) -> Claims:
    """What a party is told of a person: the known claims with all their values, and not the tenant."""
    return [(kind, values) for kind, values in claims if kind in NAMES and kind != TENANT and values]


def remember_person(people: People, person: Person) -> People:
    """Who is signed in to a browser after one more has signed in: one for each directory."""
    return {**people, person.tenant: person}


class SignInPolicies(NamedTuple):
    """The decisions of one broker about signing in and out: the honest ones, unless replaced."""

    once: Callable = once
    action_of: Callable = action_of
    find_party: Callable = find_party
    may_reply: Callable = may_reply
    keep_context: Callable = keep_context
    age_of: Callable = age_of
    person_for: Callable = person_for
    directory_for: Callable = directory_for
    protocol_of: Callable = protocol_of
    make_nonce: Callable = make_nonce
    federation_query: Callable = federation_query
    openid_query: Callable = openid_query
    show: Callable = show
    quote: Callable = quote
    challenge: Callable = challenge
    session_cookie: Callable = session_cookie
    takes_once: Callable = takes_once
    remember: Callable = remember
    find_begun: Callable = find_begun
    spend: Callable = spend
    is_open: Callable = is_open
    cookie_name: Callable = cookie_name
    is_same_browser: Callable = is_same_browser
    certificates_for: Callable = certificates_for
    answers_in: Callable = answers_in
    is_token_response: Callable = is_token_response
    read_proof: Callable = read_proof
    despite: Callable = despite
    proved_elsewhere: Callable = proved_elsewhere
    person_despite: Callable = person_despite
    is_proved: Callable = is_proved
    has_begun: Callable = has_begun
    has_not_ended: Callable = has_not_ended
    is_for: Callable = is_for
    is_issued_by: Callable = is_issued_by
    is_of: Callable = is_of
    answers: Callable = answers
    openid_claims: Callable = openid_claims
    carry: Callable = carry
    remember_person: Callable = remember_person
    token_id: Callable = token_id
    audience_of: Callable = audience_of
    version_of: Callable = version_of
    token_type: Callable = token_type
    instant: Callable = instant
    digest_for: Callable = digest_for
    ends: Callable = ends
    declared_end: Callable = declared_end
    result_address: Callable = result_address
    upstream_sign_outs: Callable = upstream_sign_outs
    clean_ups: Callable = clean_ups
    onward: Callable = onward
    entity_id: Callable = entity_id
    published: Callable = published
    passive_endpoints: Callable = passive_endpoints
