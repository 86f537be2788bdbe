"""The documented authorize flow, from request to answer, without sockets. What it decides is in `policies.py`."""
import re
import secrets
import threading
import traceback
from typing import Optional

from clock import Clock
from policies import LIFETIME, REQUEST, RESPONSE, VERSION, WORDING, Answer, Begun, Cookies, Entries, Policies
from provision import Client, read_provision
from wire import Params, Response, add_query, page, parse_cookies, parse_query, redirect, single, with_cookie

UNHANDLED = "An unhandled error has occurred."
ROUTE = re.compile(r"(?:/([^/]+))?/(authorize|token)/oauth/([^/]+)(/.*)?")
MAX_STATE = 8192  # bytes of a caller's state; a longer one is refused, never cut


class Pending:
    """The requests under way: bounded, expiring, safe between threads."""

    def __init__(self, policies: Policies, clock: Clock, limit: int = 10_000):
        self.policies, self.clock, self.limit = policies, clock, limit
        self.lock = threading.Lock()
        self.entries: Entries = {}

    def begin(self, client: Client, redirect_uri: str, state: Optional[str]) -> Begun:
        """Keeps what the caller is owed, under a fresh key. The oldest makes room for the newest."""
        now = self.clock.now()
        kept = None if state is None else self.policies.keep_state(state)
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now, client, redirect_uri, kept)
        with self.lock:
            self.make_room(now)
            self.policies.remember(self.entries, begun)
        return begun

    def make_room(self, now: float) -> None:
        """Forgets the oldest as long as it has expired, or stands where there is no room."""
        while self.entries:
            oldest = next(iter(self.entries.values()))
            if len(self.entries) < self.limit and self.policies.is_open(oldest.at, now):
                return
            del self.entries[oldest.key]

    def finish(self, key: Optional[str], cookies: Cookies) -> Optional[Begun]:
        """The open request that a callback of its own browser answers; a callback of another leaves it as it is."""
        with self.lock:
            begun = self.policies.find_begun(self.entries, key, cookies)
            if begun is None or not self.policies.is_open(begun.at, self.clock.now()):
                return None
            if not self.policies.is_same_browser(begun.mark, cookies.get(self.policies.cookie_name(begun.key))):
                return None
            self.policies.spend(self.entries, begun)
            return begun


class Broker:
    """The flow between a provision document and the decisions that are made about it."""

    def __init__(self, document: object, policies: Policies = Policies(), clock: Optional[Clock] = None):
        self.tenants, self.clients = read_provision(document)
        self.policies, self.clock = policies, clock or Clock()
        self.pending = Pending(policies, self.clock)

    def client_of(self, realm: Optional[str], params: Params) -> Optional[Client]:
        """The client of a request, if it may use OAuth in the realm that the path names."""
        client = self.policies.find_client(self.clients, single(params, "client_id") or "")
        if client is None or not self.policies.may_use_oauth(client):
            return None
        return client if self.policies.is_in_realm(client, realm, self.tenants) else None

    def redirect_of(self, client: Client, params: Params) -> Optional[str]:
        """The registered redirect URI of a client's request."""
        def registered(uri):
            return self.policies.is_registered(uri, client, self.clients)
        return self.policies.choose_redirect(params.get("redirect_uri", []), registered)

    def authorize(self, realm: Optional[str], params: Params) -> Response:
        """An authorization request: the client first, then its redirect URI, then the rest."""
        client = self.client_of(realm, params)
        redirect_uri = self.redirect_of(client, params) if client else None
        if client is None or not redirect_uri:
            redirects = params.get("redirect_uri", [])
            return self.policies.refuse(self.policies.blame(client, redirects, self.clients), redirects)
        if not self.is_well_formed(params):
            return self.error_page(REQUEST)
        begun = self.pending.begin(client, redirect_uri, single(params, "state"))
        query = self.policies.upstream_query(client, single(params, "resource") or client.resource)
        location = add_query(client.authorization_endpoint, {**query, "state": begun.key})
        return with_cookie(redirect(location), self.policies.cookie_name(begun.key), begun.mark, LIFETIME)

    def is_well_formed(self, params: Params) -> bool:
        """Whether the rest of a request can be served: a code, one resource, one state that can be given back."""
        repeated = any(len(params.get(name, [])) > 1 for name in ("state", "resource"))
        too_long = len((single(params, "state") or "").encode("utf-8", "surrogateescape")) > MAX_STATE
        return self.policies.serves_response_type(single(params, "response_type")) and not repeated and not too_long

    def callback(self, params: Params, cookies: Cookies) -> Response:
        """The authorization server's answer: a refusal or a code, for a request that is still open."""
        begun = self.pending.finish(single(params, "state"), cookies)
        answer = Answer(*(single(params, name) for name in ("code", "error", "error_description")))
        if begun is None or not (answer.error or (answer.code and "error" not in params)):
            return self.error_page(RESPONSE)
        return redirect(self.policies.answer_location(
            begun.redirect_uri, self.policies.answer_params(answer, begun.state)))

    def error_page(self, error: str) -> Response:
        return page(*self.policies.show(error))

    def route(self, method: str, path: str, query: str, cookies: Cookies) -> Response:
        """Finds what a request is for."""
        match = ROUTE.fullmatch(path)
        realm, endpoint, version, rest = match.groups() if match else (None, None, None, None)
        if version and not self.policies.serves_version(version):
            return self.error_page(VERSION)
        if method == "GET" and endpoint == "authorize" and rest == "/request":
            return self.authorize(realm, parse_query(query))
        if method == "GET" and endpoint == "authorize" and not realm and not rest:
            return self.callback(parse_query(query), cookies)
        if method == "GET" and path == "/health":
            return 200, {"Content-Type": "text/plain"}, b"ok"
        error = path[len("/error/"):] if path.startswith("/error/") else ""
        return self.error_page(error) if error in WORDING else page(404, "Not Found")


def respond(broker: Broker, method: str, raw_path: str, cookie: str = "") -> Response:
    """Request to answer. Of the headers cookies alone count: Host and X-Forwarded-* are the caller's to choose."""
    path, _, query = raw_path.partition("?")
    try:
        status, headers, body = broker.route(method, path, query, parse_cookies(cookie))
    except Exception:  # row 1: the details are for the log alone
        traceback.print_exc()
        status, headers, body = page(500, UNHANDLED)
    common = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
    return status, {**common, **headers}, body
