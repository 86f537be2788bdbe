"""The documented authorize flow, from request to answer, without sockets."""
import html
import json
import re
import secrets
import threading
import time
import traceback
from collections import OrderedDict
from typing import Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import quote, unquote_to_bytes

Response = Tuple[int, Dict[str, str], bytes]
Params = Dict[str, List[str]]

CLIENT, REDIRECT = "invalid_client_id", "invalid_redirect_uri"
BAD_REQUEST = {CLIENT: "Bad Request: invalid_client_id", REDIRECT: "Bad Request: invalid_redirect_uri"}
UNHANDLED = "An unhandled error has occurred."
VERSION = ("The version of OAuth used is not supported. Ensure that the request is made for a supported OAuth version."
           " Only OAuth 2.0 is supported.")
AUTHORIZATION_REQUEST = "An error occurred while processing an authorization request"
AUTHORIZATION_RESPONSE = "An error occurred while processing an authorization response"

ROUTE = re.compile(r"(?:/([^/]+))?/(authorize|token)/oauth/([^/]+)(/.*)?")
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
MAX_STATE = 8192  # bytes of a caller's state; a longer one is refused, never cut


# --- answers and parameters ---------------------------------------------------------------------------------------


def page(status: int, text: str) -> Response:
    """An inert HTML page: no script, no link, no form, nothing but one escaped sentence."""
    head = '<!doctype html><html lang="en"><head><title>K2Trust</title></head>'
    body = f"{head}<body><p>{html.escape(text)}</p></body></html>"
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'"}
    return status, headers, body.encode()


def redirect(location: str, body: bytes = b"") -> Response:
    """302. Whatever cannot stand in a header is percent-encoded; escapes already there stay as they are."""
    safe = quote(location, safe=PRINTABLE, errors="surrogateescape")
    return 302, {"Location": safe, "Content-Type": "text/html; charset=utf-8"}, body


def add_query(uri: str, **params: Optional[str]) -> str:
    """Adds parameters to a URI, keeping its own query and fragment as they are; None leaves a parameter out."""
    base, mark, fragment = uri.partition("#")
    joiner = "?" if "?" not in base else "" if base[-1] in "?&" else "&"
    pairs = (f"{name}={quote(value, safe='', errors='surrogateescape')}"
             for name, value in params.items() if value is not None)
    return base + joiner + "&".join(pairs) + mark + fragment


def parse_query(query: str) -> Params:
    """Form decoding without loss: blanks and repetitions stay, `;` separates nothing, bytes outside UTF-8 survive."""
    params: Params = {}
    for pair in filter(None, query.encode("latin-1").split(b"&")):
        name, _, value = (unquote_to_bytes(part).decode("utf-8", "surrogateescape")
                          for part in pair.replace(b"+", b" ").partition(b"="))
        params.setdefault(name, []).append(value)
    return params


def single(params: Params, name: str) -> Optional[str]:
    """The value of a parameter that occurs exactly once."""
    values = params.get(name, [])
    return values[0] if len(values) == 1 else None


# --- what the broker knows ----------------------------------------------------------------------------------------


class Client(NamedTuple):
    """An OAuth client. Its secret is not read: this flow has no use for it."""

    id: str
    tenant: str
    oauth: bool
    resource: str
    authorizationEndpoint: str
    callback: str
    redirectUris: List[str]


class ProvisionError(Exception):
    """The provision document cannot be used; the message says why."""


def field(record: object, where: str, name: str, kind: type):
    """A member of a JSON object, of the expected type."""
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, kind) or value == "":
        expected = {str: "a non-empty string", bool: "true or false", list: "an array"}[kind]
        raise ProvisionError(f"{where}.{name} must be {expected}")
    return value


def read_provision(document: object) -> Tuple[Dict[str, str], Dict[str, Client]]:
    """The realms (by lower-case id and domain) and the clients (by id) of a provision document."""
    if field(document, "provision", "schema", str) != "brokerspec-provision/1":
        raise ProvisionError("provision.schema must be brokerspec-provision/1")
    for part in ("issuers", "tenants", "clients", "parties"):
        field(document, "provision", part, list)
    tenants: Dict[str, str] = {}
    for index, record in enumerate(document["tenants"]):
        for name in ("id", "domain"):
            tenants[field(record, f"tenants[{index}]", name, str).lower()] = record["id"]
    clients: Dict[str, Client] = {}
    for index, record in enumerate(document["clients"]):
        where = f"clients[{index}]"
        kinds = {"oauth": bool, "redirectUris": list}
        client = Client(*(field(record, where, name, kinds.get(name, str)) for name in Client._fields))
        for uri in [client.authorizationEndpoint, client.callback, *client.redirectUris]:
            if not isinstance(uri, str) or not re.match("https?://.", uri):
                raise ProvisionError(f"{where}: {json.dumps(uri)} is not an absolute http or https URL")
        if not client.redirectUris:
            raise ProvisionError(f"{where}.redirectUris must not be empty")
        if client.tenant not in tenants.values():
            raise ProvisionError(f"{where}.tenant is not the id of a tenant")
        if client.id in clients:
            raise ProvisionError(f"{where}.id stands twice")
        clients[client.id] = client
    return tenants, clients


class Pending:
    """The requests under way: bounded, expiring, safe between threads, each answered at most once."""

    def __init__(self, lifetime: float = 600, limit: int = 10_000, clock=time.monotonic):
        self.lifetime, self.limit, self.clock = lifetime, limit, clock
        self.lock = threading.Lock()
        self.entries: "OrderedDict[str, Tuple[float, str, Optional[str]]]" = OrderedDict()

    def save(self, redirect_uri: str, state: Optional[str]) -> str:
        """Keeps what the caller is owed, under a fresh state. The oldest makes room for the newest."""
        key, now = secrets.token_urlsafe(32), self.clock()
        with self.lock:
            while self.entries and (len(self.entries) >= self.limit or next(iter(self.entries.values()))[0] <= now):
                self.entries.popitem(last=False)
            self.entries[key] = (now + self.lifetime, redirect_uri, state)
        return key

    def spend(self, key: Optional[str]) -> Optional[Tuple[str, Optional[str]]]:
        """The redirect URI and state kept under a key, once."""
        with self.lock:
            expires, redirect_uri, state = self.entries.pop(key or "", (0.0, "", None))
        return (redirect_uri, state) if redirect_uri and self.clock() < expires else None


# --- the flow -----------------------------------------------------------------------------------------------------


class Broker:
    """The documented flow. The first four methods are its decisions, which the bugs replace one at a time."""

    def __init__(self, document: object):
        self.tenants, self.clients = read_provision(document)
        self.pending = Pending()

    def is_registered(self, client: Client, uri: str) -> bool:
        """Simple string comparison with what this client registered."""
        return uri in client.redirectUris

    def choose_redirect(self, client: Client, values: List[str]) -> Optional[str]:
        """The redirect URI to answer to: given exactly once, and registered."""
        return values[0] if len(values) == 1 and self.is_registered(client, values[0]) else None

    def refuse(self, error: str, values: List[str]) -> Response:
        """On to the broker's own error page, whatever redirect URIs the caller gave."""
        return redirect(f"/error/{error}")

    def wording(self, error: str) -> str:
        """What the error page says."""
        return BAD_REQUEST[error]

    def authorize(self, realm: Optional[str], params: Params) -> Response:
        """An authorization request: the client first, then its redirect URI, then the rest."""
        redirects = params.get("redirect_uri", [])
        client = self.clients.get(single(params, "client_id") or "")
        if client is None or not client.oauth or (realm and self.tenants.get(realm.lower()) != client.tenant):
            return self.refuse(CLIENT, redirects)
        redirect_uri = self.choose_redirect(client, redirects)
        if not redirect_uri:
            return self.refuse(REDIRECT, redirects)
        state, resource = single(params, "state"), single(params, "resource")
        repeated = any(len(params.get(name, [])) > 1 for name in ("state", "resource"))
        too_long = state is not None and len(state.encode("utf-8", "surrogateescape")) > MAX_STATE
        if single(params, "response_type") != "code" or repeated or too_long:
            return page(400, AUTHORIZATION_REQUEST)
        return redirect(add_query(client.authorizationEndpoint, client_id=client.id, response_type="code",
                                  resource=resource or client.resource, redirect_uri=client.callback,
                                  state=self.pending.save(redirect_uri, state)))

    def callback(self, params: Params) -> Response:
        """The authorization server's answer: a refusal or a code, for a request that is still open."""
        entry = self.pending.spend(single(params, "state"))
        code, error = single(params, "code"), single(params, "error")
        if entry is None or not (error or (code and "error" not in params)):
            return page(400, AUTHORIZATION_RESPONSE)
        redirect_uri, state = entry
        if error:
            description = single(params, "error_description")
            return redirect(add_query(redirect_uri, error=error, error_description=description, state=state))
        return redirect(add_query(redirect_uri, code=code, state=state))

    def route(self, method: str, path: str, query: str) -> Response:
        """Finds what a request is for."""
        match = ROUTE.fullmatch(path)
        realm, endpoint, version, rest = match.groups() if match else (None, None, "2", None)
        if version != "2":
            return page(400, VERSION)
        if method == "GET" and endpoint == "authorize" and rest == "/request":
            return self.authorize(realm, parse_query(query))
        if method == "GET" and path == "/authorize/oauth/2":
            return self.callback(parse_query(query))
        if method == "GET" and path == "/health":
            return 200, {"Content-Type": "text/plain"}, b"ok"
        error = path[len("/error/"):] if path.startswith("/error/") else ""
        return page(400, self.wording(error)) if error in BAD_REQUEST else page(404, "Not Found")


def respond(broker: Broker, method: str, raw_path: str, headers) -> Response:
    """Request to answer, without sockets. `headers` never decide: Host and X-Forwarded-* are the caller's to choose."""
    path, _, query = raw_path.partition("?")
    try:
        status, answer, body = broker.route(method, path, query)
    except Exception:  # row 1: the details are for the log alone
        traceback.print_exc()
        status, answer, body = page(500, UNHANDLED)
    common = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
    return status, {**common, **answer, "Content-Length": str(len(body))}, body
