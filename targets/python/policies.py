"""Every decision on an authorization request, each a small function. A bug takes the place of exactly one of them."""
from secrets import compare_digest
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from provision import Client, Clients, Tenants
from wire import SAFE, Params, Response, add_query, redirect

CLIENT, REDIRECT, VERSION = "invalid_client_id", "invalid_redirect_uri", "oauth-version"
REQUEST, RESPONSE, TOKEN = "authorization-request", "authorization-response", "token-request"

WORDING = {
    CLIENT: "Bad Request: invalid_client_id",
    REDIRECT: "Bad Request: invalid_redirect_uri",
    VERSION: "The version of OAuth used is not supported. Ensure that the request is made for a supported OAuth"
             " version. Only OAuth 2.0 is supported.",
    REQUEST: "An error occurred while processing an authorization request",
    RESPONSE: "An error occurred while processing an authorization response",
    TOKEN: "An error occurred while processing a token request",
}

LIFETIME = 600  # seconds until a request that was begun is forgotten
COOKIE = "__Host-flow-"  # and the key of the request; the prefix keeps other hosts from setting it


class Begun(NamedTuple):
    """An authorization request under way, under the key that goes upstream as its state."""

    key: str
    mark: str
    at: float
    client: Client
    redirect_uri: str
    state: Optional[str]


class Answer(NamedTuple):
    """What the authorization server sent back: a code, or an error with its description."""

    code: Optional[str]
    error: Optional[str]
    description: Optional[str]


Entries = Dict[str, Begun]  # in the order in which they were begun
Copies = List[Entries]  # one for each node
Cookies = Mapping[str, str]
Headers = Mapping[str, str]  # by lower-case name


# --- the request --------------------------------------------------------------------------------------------------


def serves_version(version: str) -> bool:
    """Whether this version of OAuth, as the path names it, is served."""
    return version == "2"


def find_client(clients: Clients, client_id: str) -> Optional[Client]:
    """The client of this very id."""
    return clients.get(client_id)


def may_use_oauth(client: Client) -> bool:
    """Whether a known client is configured for OAuth."""
    return client.oauth


def is_in_realm(client: Client, realm: Optional[str], tenants: Tenants) -> bool:
    """Whether the realm that the path names, if it names one, is the client's own."""
    return realm is None or tenants.get(realm.lower()) == client.tenant


def is_registered(uri: str, client: Client, clients: Clients) -> bool:
    """Simple string comparison with what this client registered."""
    return uri in client.redirect_uris


def choose_redirect(params: Params, registered: Callable[[str], bool]) -> Optional[str]:
    """The redirect URI to answer to: given exactly once, and registered."""
    values = params.get("redirect_uri", [])
    return values[0] if len(values) == 1 and registered(values[0]) else None


def blame(client: Optional[Client], redirects: List[str], clients: Clients) -> str:
    """What is told of a request whose client or redirect URI is not known: the client comes first."""
    return REDIRECT if client else CLIENT


def serves_response_type(response_type: Optional[str]) -> bool:
    """Whether this is asked of the broker: a code, and nothing else."""
    return response_type == "code"


def upstream_query(client: Client, resource: str, headers: Headers) -> Dict[str, str]:
    """What is asked of the client's authorization server, but for the state. No header of the caller changes it."""
    return {"client_id": client.id, "response_type": "code", "resource": resource, "redirect_uri": client.callback}


def upstream_location(endpoint: str, params: Mapping[str, Optional[str]]) -> str:
    """Where the user is sent on to: the authorization endpoint, with the parameters behind it."""
    return add_query(endpoint, params)


# --- what is kept between request and answer ----------------------------------------------------------------------


def keep_state(state: str) -> str:
    """What is kept of the caller's state: all of it."""
    return state


def remember(copies: Copies, node: int, begun: Begun) -> None:
    """Keeps a request that one node began, beside all others and at every node."""
    for entries in copies:
        entries[begun.key] = begun


def find_begun(entries: Entries, key: Optional[str], cookies: Cookies) -> Optional[Begun]:
    """The request that a callback's state names."""
    return entries.get(key or "")


def spend(copies: Copies, node: int, begun: Begun) -> None:
    """A request is answered once, whichever node answers it."""
    for entries in copies:
        entries.pop(begun.key, None)


def is_open(at: float, now: float) -> bool:
    """Whether a request that was begun at this time may still be answered."""
    return now - at < LIFETIME


def cookie_name(key: str) -> str:
    """The cookie that ties a request to its browser: one for each, since a browser has many tabs."""
    return COOKIE + key


def cookie_attributes(key: str) -> str:
    """The attributes of that cookie: it goes to the broker alone, and over TLS alone."""
    return f"{SAFE}; SameSite=Lax"


def is_same_browser(mark: str, sent: Optional[str], cookies: Cookies) -> bool:
    """Whether the cookie of this very request, one of the browser's, carries the mark that it was given."""
    return sent is not None and compare_digest(mark.encode(), sent.encode("utf-8", "surrogateescape"))


# --- the answer ---------------------------------------------------------------------------------------------------


def reject(answer: Answer, params: Params) -> Optional[str]:
    """The error that ends a flow here: that of an answer that is neither a refusal nor a code. None: it is handed on."""
    return None if answer.error or (answer.code and "error" not in params) else RESPONSE


def answer_params(answer: Answer, state: Optional[str]) -> Dict[str, Optional[str]]:
    """What goes back to the caller, with its state: a refusal or a code, never both."""
    if answer.error:
        return {"error": answer.error, "error_description": answer.description, "state": state}
    return {"code": answer.code, "state": state}


def answer_location(redirect_uri: str, params: Mapping[str, Optional[str]]) -> str:
    """Where the answer goes: the redirect URI as it was registered, with the parameters behind it."""
    return add_query(redirect_uri, params)


def refuse(error: str, redirects: List[str]) -> Response:
    """On to the broker's own error page, whatever redirect URIs the caller gave."""
    return redirect(f"/error/{error}")


def show(error: str, details: str) -> Tuple[int, str]:
    """Status and text of an error page, with what is known of the error."""
    return 400, f"{WORDING[error]}: {details}" if details else WORDING[error]


class Policies(NamedTuple):
    """The decisions of one broker: the honest ones, unless replaced."""

    serves_version: Callable = serves_version
    find_client: Callable = find_client
    may_use_oauth: Callable = may_use_oauth
    is_in_realm: Callable = is_in_realm
    is_registered: Callable = is_registered
    choose_redirect: Callable = choose_redirect
    blame: Callable = blame
    serves_response_type: Callable = serves_response_type
    upstream_query: Callable = upstream_query
    upstream_location: Callable = upstream_location
    keep_state: Callable = keep_state
    remember: Callable = remember
    find_begun: Callable = find_begun
    spend: Callable = spend
    is_open: Callable = is_open
    cookie_name: Callable = cookie_name
    cookie_attributes: Callable = cookie_attributes
    is_same_browser: Callable = is_same_browser
    reject: Callable = reject
    answer_params: Callable = answer_params
    answer_location: Callable = answer_location
    refuse: Callable = refuse
    show: Callable = show
