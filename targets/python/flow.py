"""The documented flow, from request to answer, without sockets. What it decides is in `policies.py`."""
import re
import traceback
from typing import Optional

from app_only import AppOnly
from app_only_policies import AppOnlyPolicies
from clock import Clock
from federation import Federation
from pending import Pending
from policies import REQUEST, RESPONSE, VERSION, WORDING, Answer, Begun, Cookies, Headers, Policies
from provision import Client, read_provision
from redemption import Post, Redemption, post_over_tls
from sign_in_policies import SignInPolicies
from signer import Signer
from token_policies import TokenPolicies
from wire import Params, Response, page, parse_cookies, parse_query, redirect, single, with_cookie

UNHANDLED = "An unhandled error has occurred."
ROUTE = re.compile(r"(?:/([^/]+))?/(authorize|token)/oauth/([^/]+)(/.*)?")
MAX_STATE = 8192  # bytes of a caller's state; a longer one is refused, never cut


class Broker:
    """The flow between a provision document and the decisions that are made about it, at one node or several."""

    def __init__(self, document: object, policies: Policies = Policies(), clock: Optional[Clock] = None,
                 nodes: int = 1, post: Optional[Post] = None, sign_in_policies: SignInPolicies = SignInPolicies(),
                 signer: Optional[Signer] = None,
                 token_policies: TokenPolicies = TokenPolicies(),
                 app_only_policies: AppOnlyPolicies = AppOnlyPolicies()):
        self.tenants, self.clients = read_provision(document)
        self.policies, self.clock = policies, clock or Clock()
        self.pending = Pending(policies, self.clock, nodes)
        self.signer = signer or Signer()
        post = post or post_over_tls()
        self.redemption = Redemption(self.tenants, self.clients, token_policies, post, self.error_page)
        self.app_only = AppOnly(document, self.tenants, self.clients, app_only_policies, self.clock, post,
                                self.error_page)
        self.federation = Federation(document, sign_in_policies, self.clock, nodes, self.signer)

    def client_of(self, realm: Optional[str], client_id: Optional[str]) -> Optional[Client]:
        """The client of a request, if it may use OAuth in the realm that the path names."""
        client = self.policies.find_client(self.clients, client_id or "")
        if client is None or not self.policies.may_use_oauth(client):
            return None
        return client if self.policies.is_in_realm(client, realm, self.tenants) else None

    def is_registered(self, uri: str, client: Client) -> bool:
        return self.policies.is_registered(uri, client, self.clients)

    def authorize(self, node: int, realm: Optional[str], params: Params, headers: Headers) -> Response:
        """An authorization request: the client first, then its redirect URI, then the rest."""
        client = self.client_of(realm, single(params, "client_id"))
        redirect_uri = client and self.policies.choose_redirect(params, lambda uri: self.is_registered(uri, client))
        if client is None or not redirect_uri:
            redirects = params.get("redirect_uri", [])
            return self.policies.refuse(self.policies.blame(client, redirects, self.clients), redirects)
        if not self.is_well_formed(params):
            return self.error_page(REQUEST, "it must ask for a code, with one resource and one state of moderate length")
        state = single(params, "state")
        kept = None if state is None else self.policies.keep_state(state)
        begun = self.pending.begin(node, Begun, client, redirect_uri, kept)
        query = self.policies.upstream_query(client, single(params, "resource") or client.resource, headers)
        location = self.policies.upstream_location(client.authorization_endpoint, {**query, "state": begun.key})
        return with_cookie(redirect(location), self.policies.cookie_name(begun.key), begun.mark,
                           self.policies.cookie_attributes(begun.key))

    def is_well_formed(self, params: Params) -> bool:
        """Whether the rest of a request can be served: a code, one resource, one state that can be given back."""
        repeated = any(len(params.get(name, [])) > 1 for name in ("state", "resource"))
        too_long = len((single(params, "state") or "").encode("utf-8", "surrogateescape")) > MAX_STATE
        return self.policies.serves_response_type(single(params, "response_type")) and not repeated and not too_long

    def callback(self, node: int, params: Params, cookies: Cookies) -> Response:
        """The authorization server's answer: a refusal or a code, for a request that is still open."""
        begun = self.pending.finish(node, single(params, "state"), cookies)
        answer = Answer(*(single(params, name) for name in ("code", "error", "error_description")))
        if begun is None:
            return self.error_page(RESPONSE, "it answers no request that this browser has begun and not ended")
        error = self.policies.reject(answer, params)
        if error:
            return self.error_page(error, "it holds neither one code nor one error")
        return redirect(self.policies.answer_location(
            begun.redirect_uri, self.policies.answer_params(answer, begun.state)))

    def error_page(self, error: str, details: str = "") -> Response:
        return page(*self.policies.show(error, details))

    def route(self, node: int, method: str, path: str, query: str, headers: Headers, body: bytes) -> Response:
        """Finds what a request is for."""
        cookies, match = parse_cookies(headers.get("cookie", "")), ROUTE.fullmatch(path)
        realm, endpoint, version, rest = match.groups() if match else (None, None, None, None)
        policies = self.redemption.policies if endpoint == "token" else self.policies
        if version and not policies.serves_version(version):
            return self.error_page(VERSION)
        if method == "GET" and endpoint == "authorize" and rest == "/request":
            return self.authorize(node, realm, parse_query(query), headers)
        if method == "GET" and endpoint == "authorize" and not realm and not rest:
            return self.callback(node, parse_query(query), cookies)
        if method == "POST" and endpoint == "token" and not rest:
            return self.redemption.respond(realm, parse_query(body.decode("latin-1")))
        if method == "POST" and endpoint == "token" and not realm and rest == "/app-only":
            return self.app_only.respond(parse_query(body.decode("latin-1")))
        if method == "GET" and path == "/health":
            return 200, {"Content-Type": "text/plain"}, b"ok"
        params = parse_query(f"{query}&{body.decode('latin-1')}" if method == "POST" else query)
        answer = self.federation.respond(node, method, path, params, cookies)
        if answer is not None:
            return answer
        error = path[len("/error/"):] if path.startswith("/error/") else ""
        return self.error_page(error) if error in WORDING else page(404, "Not Found")


def respond(broker: Broker, method: str, raw_path: str, headers: Headers = {}, body: bytes = b"",
            node: int = 0) -> Response:
    """Request to answer. Of the headers cookies alone count: Host and X-Forwarded-* are the caller's to choose."""
    path, _, query = raw_path.partition("?")
    try:
        status, given, answer = broker.route(node, method, path, query, headers, body)
    except Exception:  # row 1: the details are for the log alone
        traceback.print_exc()
        status, given, answer = page(500, UNHANDLED)
    common = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
    return status, {**common, **given}, answer
