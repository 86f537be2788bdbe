"""What a code or a refresh token buys: the request to a client's token endpoint, and what is made of its answer."""
import http.client
import json
import ssl
from concurrent.futures import Future
from threading import Lock
from typing import Callable, Dict, Optional, Tuple
from urllib.parse import urlencode, urlsplit

from policies import CLIENT, REDIRECT, TOKEN, WORDING
from provision import Client, Clients, Tenants
from token_policies import Answer, Asked, TokenPolicies
from wire import Params, Response, page, single

MAX_ANSWER = 1 << 20  # bytes of an answer of the token endpoint

NAMES = ("ClientId", "RedirectUri", "AuthorizationCode", "RefreshToken", "Resource", "State", "TokenEndpointUrl",
         "ClientSecret")  # of the parameters, in the order of what was asked

Post = Callable[[str, Dict[str, str]], Tuple[int, bytes]]
ErrorPage = Callable[..., Response]


class Unreachable(Exception):
    """The token endpoint gave no answer."""


def post_over_tls(ca: Optional[str] = None) -> Post:
    """Posts a form over TLS and gives status and body. Trusts the authorities of a PEM file alone, or the system's."""
    trust = ssl.create_default_context(cafile=ca)
    trust.hostname_checks_common_name = False

    def post(url: str, form: Dict[str, str]) -> Tuple[int, bytes]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=10, context=trust)
        try:
            connection.request("POST", target, urlencode(form, errors="surrogateescape"),
                               {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable from error
        finally:
            connection.close()
    return post


def read_answer(status: int, body: bytes) -> Tuple[Optional[Answer], str]:
    """The token endpoint's answer (RFC 6749 section 5.1), or none and what the endpoint says instead."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    said = answer if isinstance(answer, dict) else {}
    if status == 200 and isinstance(said.get("access_token"), str):
        return said, ""
    details = said.get("error_description") or said.get("error")
    return None, details if isinstance(details, str) else f"the authorization server answered with status {status}"


class Redemption:
    """The flow of a token request between what is known of the world and the decisions that are made about it."""

    def __init__(self, tenants: Tenants, clients: Clients, policies: TokenPolicies, post: Post, error_page: ErrorPage):
        self.tenants, self.clients, self.policies = tenants, clients, policies
        self.post, self.error_page = post, error_page
        self.flights: Dict[str, Future] = {}
        self.lock = Lock()

    def client_of(self, asked: Asked) -> Optional[Client]:
        """The client of a request, if it may use OAuth in the realm that the path names."""
        client = self.policies.find_client(self.clients, asked)
        if client is None or not self.policies.may_use_oauth(client):
            return None
        return client if self.policies.is_in_realm(client, asked, self.tenants) else None

    def respond(self, realm: Optional[str], params: Params) -> Response:
        """Client and redirect URI first; only then is the secret used, at the client's own endpoint. The caller's
        State, ClientSecret and TokenEndpointUrl choose nothing."""
        validated, granted = self.policies.readings(params)
        asked, grantee = (Asked(realm, *(single(read, name) for name in NAMES),
                                {name: values for name, values in params.items() if name not in NAMES})
                          for read in (validated, granted))
        name = self.policies.joins(asked)
        if name is None:
            return self.answer(asked, grantee, validated)
        with self.lock:
            flight, leads = self.flights.get(name, Future()), name not in self.flights
            self.flights[name] = flight
        if leads:
            try:
                flight.set_result(self.answer(asked, grantee, validated))
            except BaseException as error:
                flight.set_exception(error)
            with self.lock:
                del self.flights[name]
        return flight.result()

    def answer(self, asked: Asked, grantee: Asked, params: Params) -> Response:
        """The answer to a request that shares none, which is granted to whom it says."""
        client = self.client_of(asked)
        if client is None:
            return self.error_page(CLIENT)
        registered = self.policies.is_registered(client, asked, self.clients)
        if not registered and self.policies.validates_first(asked):
            return self.error_page(REDIRECT)
        repeated = any(len(params.get(name, [])) > 1 for name in NAMES)
        if repeated or bool(asked.code) == bool(asked.refresh_token):
            return self.error_page(TOKEN, "it must hold one AuthorizationCode or RefreshToken, and nothing twice")
        answer = self.redeem(self.policies.find_client(self.clients, grantee) or client, asked)
        return answer if registered else self.error_page(REDIRECT)

    def redeem(self, client: Client, asked: Asked) -> Response:
        """Asks for the token, and hands it over if it is of the client's realm."""
        try:
            status, body = self.post(self.policies.endpoint_of(client, asked), self.policies.token_form(client, asked))
        except Unreachable:
            return page(502, f"{WORDING[TOKEN]}: the authorization server did not answer")
        answer, details = read_answer(status, body)
        if answer is None:
            return self.error_page(TOKEN, self.policies.tell(client, asked, details))
        if not self.policies.is_of_realm(client, asked, answer):
            return self.error_page(TOKEN, "the token is of another realm than the client")
        return self.policies.hand_over(client, asked, answer)
