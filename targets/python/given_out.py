"""Every decision about what the broker gives out: tokens, the end of a session, metadata. Each is a policy of sign-in."""
import uuid
from typing import Iterable, List, Mapping, Optional

from parties import Application, Directory, Parties, Party
from saml import SAML
from sessions import EIGHT_HOURS, People, Person
from wire import add_query

# --- the token ----------------------------------------------------------------------------------------------------


def token_id(proof: str) -> str:
    """The id of a new assertion; what the upstream one was called does not matter."""
    return f"_{uuid.uuid4()}"


def audience_of(party: Party) -> str:
    """Whom a token is for."""
    return party.realm


def version_of(party: Party) -> str:
    """The version of SAML that a party gets."""
    return party.version


def token_type(version: str) -> str:
    """How a token is declared."""
    return SAML[version]


def digest_for(party: Party) -> str:
    """With which hash a token is signed."""
    return "sha256"


def ends(person: Person, now: float) -> float:
    """When a token that is issued now ends."""
    return now + EIGHT_HOURS


def declared_end(until: float, now: float) -> float:
    """When the response says that the token ends."""
    return until


def result_address(party: Party, reply: Optional[str]) -> str:
    """Where a result goes: to the URL that was asked for and found to be registered, else to the registered one."""
    return party.reply if reply is None else reply


# --- signing out --------------------------------------------------------------------------------------------------


def upstream_sign_outs(people: People, directories: Mapping[str, Directory]) -> List[str]:
    """Where the identity provider is told of a sign-out, for each directory."""
    return [add_query(directories[tenant].wsfed_endpoint, {"wa": "wsignout1.0"}) for tenant in people]


def clean_ups(realms: Iterable[str], parties: Parties) -> List[str]:
    """Where the parties of a session are told that it is over (WS-Federation 1.2 section 13.2.4)."""
    return [add_query(parties[realm].reply, {"wa": "wsignoutcleanup1.0"}) for realm in realms]


def onward(reply: Optional[str], parties: Parties) -> Optional[str]:
    """Where a sign-out leads: to a URL that is registered, letter by letter, or nowhere."""
    return reply if reply in [party.reply for party in parties.values()] else None


# --- the metadata -------------------------------------------------------------------------------------------------


def entity_id(application: Application) -> str:
    """The broker's name in its metadata; its tokens name it as the issuer."""
    return application.realm


def published(certificate: bytes, directories: Mapping[str, Directory]) -> List[bytes]:
    """The certificates under which the broker signs."""
    return [certificate]


def passive_endpoints(address: str) -> List[str]:
    """Where parties send their visitors."""
    return [address]
