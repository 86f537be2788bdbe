"""Mistakes in who is served."""
import re

import policies
from bugs.bug import bug


@bug("find_client", "unknown-client", "client-before-redirect", "errors.client-faults-are-4xx")
def client_key_error(clients, client_id):
    """Looks a client up without asking whether it is there: an unknown one is an unhandled error."""
    return clients[client_id]


@bug("find_client", "unknown-client")
def client_contained(clients, client_id):
    """Takes the first client in whose id the text occurs, as a search does."""
    return next((client for client in clients.values() if client_id in client.id), None)


@bug("find_client", "unknown-client")
def client_matched_at_start(clients, client_id):
    """Matches a client id from its start and forgets the end, as re.match does."""
    return next((client for client in clients.values() if re.match(re.escape(client.id), client_id)), None)


@bug("may_use_oauth", "client-not-oauth")
def oauth_when_endpoint_known(client):
    """Takes a client for configured when it has an authorization endpoint."""
    return bool(client.authorization_endpoint)


@bug("is_in_realm", "redirect-bound-to-realm")
def realm_only_known(client, realm, tenants):
    """Asks whether the realm of the path exists, not whether it is the client's."""
    return realm is None or realm.lower() in tenants


@bug("is_in_realm", "redirect-bound-to-realm")
def realm_defaults_to_own(client, realm, tenants):
    """Looks the realm of the path up with the client's own as the default: an unknown one is as good as none."""
    return realm is None or tenants.get(realm.lower(), client.tenant) == client.tenant


@bug("blame", "redirect-bound-to-client")
def foreign_redirect_blamed_on_client(client, redirects, clients):
    """Finds out whose redirect URI it is, and says of one of another client that the client is unknown."""
    if any(uri in other.redirect_uris for uri in redirects for other in clients.values()):
        return policies.CLIENT
    return policies.blame(client, redirects, clients)


@bug("blame", "client-before-redirect")
def redirect_looked_up_first(client, redirects, clients):
    """Looks the redirect URI up first, among those of all clients."""
    if not any(uri in other.redirect_uris for uri in redirects for other in clients.values()):
        return policies.REDIRECT
    return policies.blame(client, redirects, clients)


CLIENT_BUGS = (client_key_error, client_contained, client_matched_at_start, oauth_when_endpoint_known, realm_only_known,
               realm_defaults_to_own, foreign_redirect_blamed_on_client, redirect_looked_up_first)
