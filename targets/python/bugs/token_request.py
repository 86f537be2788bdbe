"""Mistakes in whose token requests are served."""
from urllib.parse import urlsplit

import token_policies as policies
from bugs.bug import token_bug

UNKNOWN, UNREGISTERED, TOO_EARLY = "unknown-client", "unregistered-redirect", "secret-only-after-validation"


@token_bug("serves_version", "authorize.version")
def token_in_every_version(version):
    """Leaves the version in the path of a token request to the future."""
    return True


@token_bug("serves_version", "authorize.version")
def token_version_by_first_digit(version):
    """Looks at the first digit of the version, as of 2.0 and 2.1."""
    return version.startswith("2")


@token_bug("find_client", UNKNOWN, TOO_EARLY)
def token_for_whom_the_redirect_knows(clients, asked):
    """Takes an unknown client for the one that registered the redirect URI."""
    owner = next((client for client in clients.values() if asked.redirect_uri in client.redirect_uris), None)
    return policies.find_client(clients, asked) or owner


@token_bug("find_client", UNKNOWN)
def token_for_client_by_start(clients, asked):
    """Takes the first client whose id begins with the text, as a search does."""
    start = asked.client_id or "nobody"
    return next((client for client in clients.values() if client.id.startswith(start)), None)


@token_bug("may_use_oauth", "authorize.client-not-oauth")
def token_for_whoever_has_a_secret(client):
    """Takes a client for configured when it has a secret."""
    return bool(client.secret)


@token_bug("is_in_realm", UNREGISTERED)
def token_in_any_realm(client, asked, tenants):
    """Has no use for the realm of the path, since a client id is unique."""
    return True


@token_bug("is_in_realm", UNREGISTERED)
def token_in_a_realm_unknown(client, asked, tenants):
    """Looks the realm of the path up with the client's own as the default: an unknown one is as good as none."""
    return asked.realm is None or tenants.get(asked.realm.lower(), client.tenant) == client.tenant


@token_bug("is_registered", UNREGISTERED)
def token_redirect_prefix(client, asked, clients):
    """Accepts every redirect URI that begins with a registered one."""
    return any((asked.redirect_uri or "").startswith(uri) for uri in client.redirect_uris)


@token_bug("is_registered", UNREGISTERED)
def token_redirect_of_the_host(client, asked, clients):
    """Compares the host of the redirect URI alone: scheme, port, path and query are free."""
    try:
        return urlsplit(asked.redirect_uri or "").hostname in [urlsplit(uri).hostname for uri in client.redirect_uris]
    except ValueError:
        return False


@token_bug("is_registered", UNREGISTERED)
def token_redirect_in_any_case(client, asked, clients):
    """Compares redirect URIs as a collation of the database does, without regard to case."""
    return (asked.redirect_uri or "").casefold() in [uri.casefold() for uri in client.redirect_uris]


@token_bug("is_registered", UNREGISTERED, TOO_EARLY)
def token_redirect_of_any_client(client, asked, clients):
    """Looks the redirect URI up among the URIs of all clients, of every realm."""
    return any(asked.redirect_uri in other.redirect_uris for other in clients.values())


@token_bug("is_registered", UNREGISTERED, TOO_EARLY)
def renewed_unchecked(client, asked, clients):
    """Takes it that who has a refresh token was checked when the code was redeemed."""
    return asked.refresh_token is not None or policies.is_registered(client, asked, clients)


@token_bug("validates_first", UNREGISTERED, TOO_EARLY)
def asked_before_validated(asked):
    """Fetches the token first, and then looks whether it may be handed over."""
    return False


TOKEN_REQUEST_BUGS = (token_in_every_version, token_version_by_first_digit, token_for_whom_the_redirect_knows,
                      token_for_client_by_start, token_for_whoever_has_a_secret, token_in_any_realm,
                      token_in_a_realm_unknown, token_redirect_prefix, token_redirect_of_the_host,
                      token_redirect_in_any_case, token_redirect_of_any_client, renewed_unchecked,
                      asked_before_validated)
