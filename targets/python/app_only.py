"""App-only tokens: who may have one, and the request to the token service. No source gives a form for it: ours is
posted to `/token/oauth/2/app-only`, with ClientId, Realm, Resource and AccessToken, the access token of a user."""
from typing import Optional

from app_only_policies import AppOnlyPolicies, Issuer, Issuers, Wanted
from clock import Clock
from id_token import read_parts
from parties import read_issuers
from policies import CLIENT, TOKEN, WORDING
from provision import Client, Clients, Tenants, read_field
from redemption import ErrorPage, Post, Unreachable, read_answer
from saml import Unreadable
from wire import Params, Response, page, single

NAMES = ("ClientId", "Realm", "Resource", "AccessToken")  # of the parameters, in the order of what was wanted


def read_token_services(document: object) -> Issuers:
    """Entra ID in each realm, and Azure ACS where there is one, by their names there."""
    keys = read_issuers(document["issuers"])
    issuers: Issuers = {}
    for index, record in enumerate(document["tenants"]):
        for part, issuer in (("oidc", record.get("issuer")), ("acs", "acs")):
            if part in record:
                where = f"tenants[{index}]"
                name = read_field(read_field(record, where, part, dict), f"{where}.{part}", "issuer", str)
                issuers[name] = Issuer(name, record["id"], keys.get(issuer, []))
    return issuers


class AppOnly:
    """The flow of a request between what is known of the world and the decisions that are made about it."""

    def __init__(self, document: object, tenants: Tenants, clients: Clients, policies: AppOnlyPolicies, clock: Clock,
                 post: Post, error_page: ErrorPage):
        self.issuers, self.tenants, self.clients = read_token_services(document), tenants, clients
        self.policies, self.clock, self.post, self.error_page = policies, clock, post, error_page

    def respond(self, params: Params) -> Response:
        """The client first, then the token of the user; only then is the secret used."""
        wanted = Wanted(*(single(params, name) for name in NAMES))
        client = self.clients.get(wanted.client_id or "")
        if client is None or not client.oauth:
            return self.error_page(CLIENT)
        if any(len(params.get(name, [])) > 1 for name in NAMES):
            return self.error_page(TOKEN, "nothing may stand in it twice")
        early = None if self.policies.validates_first(wanted.token or "") else self.grant(client, wanted)
        flaw = self.flaw_of(client, wanted)
        return self.error_page(TOKEN, flaw) if flaw else early or self.grant(client, wanted)

    def flaw_of(self, client: Client, wanted: Wanted) -> Optional[str]:
        """Why a request is refused; None: it is not."""
        policies = self.policies
        if not policies.serves(client) or wanted.resource and not policies.serves_resource(client, wanted.resource):
            return "app-only tokens are for the client's own SharePoint Online"
        if policies.waives(wanted.token or ""):
            return None
        try:
            parts = read_parts(wanted.token or "")
        except Unreadable:
            return "it must hold the access token of a user"
        issuer = policies.find_issuer(self.issuers, parts.payload)
        if issuer is None or not policies.is_signed(parts, policies.keys_for(parts.header, issuer.keys)):
            return "the access token is of no known token service"
        if not policies.is_current(parts.payload, self.clock.now()):
            return "the access token does not hold now"
        if not policies.is_of_realm(client, policies.realm_of(issuer, wanted, self.tenants)):
            return "the access token is of another realm than the client"
        if not policies.is_users(parts.payload):
            return "the access token is not that of a user"
        return None if policies.accepts_audience(client, parts.payload) else "the access token is for another resource"

    def grant(self, client: Client, wanted: Wanted) -> Response:
        """Asks the token service, and hands out what it grants."""
        try:
            status, body = self.post(client.token_endpoint, self.policies.app_only_form(client, wanted, self.clients))
        except Unreachable:
            return page(502, f"{WORDING[TOKEN]}: the token service did not answer")
        answer, details = read_answer(status, body)
        if answer is None:
            return self.error_page(TOKEN, details.replace(client.secret, ""))
        return self.policies.hand_out(answer, wanted)
