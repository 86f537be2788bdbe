"""Every decision on a token request, each a small function of its own. A bug takes the place of exactly one of them."""
import json
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from id_token import read_parts
from provision import Client, Clients, Tenants
from saml import Unreadable
from wire import Params, Response

SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"  # the id of SharePoint, the same in every realm


class Asked(NamedTuple):
    """A token request: what stands in it exactly once, under the names of the documents, and the realm of its path."""

    realm: Optional[str]
    client_id: Optional[str]
    redirect_uri: Optional[str]
    code: Optional[str]
    refresh_token: Optional[str]
    resource: Optional[str]
    state: Optional[str]
    endpoint: Optional[str]
    secret: Optional[str]
    beside: Dict[str, List[str]]  # whatever else stands in it


Answer = Dict[str, object]  # of a token endpoint (RFC 6749 section 5.1)


def serves_version(version: str) -> bool:
    """Whether this version of OAuth, as the path names it, is served."""
    return version == "2"


def find_client(clients: Clients, asked: Asked) -> Optional[Client]:
    """The client of this very id."""
    return clients.get(asked.client_id or "")


def may_use_oauth(client: Client) -> bool:
    """Whether a known client is configured for OAuth."""
    return client.oauth


def is_in_realm(client: Client, asked: Asked, tenants: Tenants) -> bool:
    """Whether the realm that the path names, if it names one, is the client's own."""
    return asked.realm is None or tenants.get(asked.realm.lower()) == client.tenant


def is_registered(client: Client, asked: Asked, clients: Clients) -> bool:
    """Simple string comparison with what this client registered."""
    return asked.redirect_uri in client.redirect_uris


def validates_first(asked: Asked) -> bool:
    """Whether nothing is asked upstream before client and redirect URI are known to be right."""
    return True


def endpoint_of(client: Client, asked: Asked) -> str:
    """Where a token is asked for: at the configured endpoint, whatever the caller names."""
    return client.token_endpoint


def name_of(client: Client) -> str:
    """A client as its token service knows it: Azure ACS within its realm."""
    return f"{client.id}@{client.tenant}" if client.at_acs else client.id


def resource_name(client: Client, resource: str) -> str:
    """A resource as the token service of a client knows it: Azure ACS after SharePoint and within the realm; what is no
    URL has that form already."""
    host = urlsplit(resource).netloc if client.at_acs else ""
    return f"{SHAREPOINT}/{host}@{client.tenant}" if host else resource


def token_form(client: Client, asked: Asked) -> Dict[str, str]:
    """What is asked there: with the broker's own redirect URI, and the secret that it alone knows. Azure ACS knows
    clients and resources within their realm."""
    form = {"client_id": name_of(client), "client_secret": client.secret,
            "resource": resource_name(client, asked.resource or client.resource)}
    if asked.refresh_token:
        return {"grant_type": "refresh_token", "refresh_token": asked.refresh_token, **form}
    return {"grant_type": "authorization_code", "code": asked.code or "", "redirect_uri": client.callback, **form}


def tenants_in(answer: Answer, *names: str) -> List[object]:
    """The tenants that tokens of an answer name. One that is no JWT (RFC 7519) names none."""
    tenants = []
    for name in names:
        try:
            payload = read_parts(str(answer.get(name))).payload
        except Unreadable:
            continue
        tenants += [payload["tid"]] if "tid" in payload else []
    return tenants


def is_of_realm(client: Client, asked: Asked, answer: Answer) -> bool:
    """Whether no token of an answer is of another tenant than the client's."""
    return all(tenant == client.tenant for tenant in tenants_in(answer, "id_token", "access_token"))


def hand_over(client: Client, asked: Asked, answer: Answer) -> Response:
    """The token endpoint's answer as the caller gets it: all of it, in the answer to the request."""
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def tell(client: Client, asked: Asked, details: str) -> str:
    """What is told of what a token endpoint said of its refusal: all but the secret."""
    return details.replace(client.secret, "")


def joins(asked: Asked) -> Optional[str]:
    """The name under which requests that come at once share one answer. The token service takes each code once, so that
    nobody shares."""
    return None


def readings(params: Params) -> Tuple[Params, Params]:
    """The parameters by which a request is validated, and those that say whom the token is granted to."""
    return params, params


class TokenPolicies(NamedTuple):
    """The decisions of one broker on token requests: the honest ones, unless replaced."""

    serves_version: Callable = serves_version
    find_client: Callable = find_client
    may_use_oauth: Callable = may_use_oauth
    is_in_realm: Callable = is_in_realm
    is_registered: Callable = is_registered
    validates_first: Callable = validates_first
    endpoint_of: Callable = endpoint_of
    token_form: Callable = token_form
    is_of_realm: Callable = is_of_realm
    hand_over: Callable = hand_over
    tell: Callable = tell
    joins: Callable = joins
    readings: Callable = readings
