"""Mistakes in what a token endpoint is asked, and which."""
from urllib.parse import urlsplit

import token_policies as policies
from bugs.bug import token_bug

RESTORES = "authorize.restores-redirect-and-state"


@token_bug("token_form", RESTORES)
def redeemed_under_callers_redirect(client, asked):
    """Sends the caller's redirect URI on, under which the authorization server issued no code."""
    return {**policies.token_form(client, asked), "redirect_uri": asked.redirect_uri}


@token_bug("token_form", RESTORES)
def redeemed_with_callers_secret(client, asked):
    """Sends the caller's secret on, which is empty."""
    return {**policies.token_form(client, asked), "client_secret": asked.secret or ""}


@token_bug("token_form", "secret-never-leaves")
def secret_overridden_by_caller(client, asked):
    """Takes the configured secret for a default, and a caller's own for the better one."""
    return {**policies.token_form(client, asked), "client_secret": asked.secret or client.secret}


@token_bug("token_form", "redeems")
def fields_beside_passed_on(client, asked):
    """Merges whatever else stands in a request into the form, after its own fields."""
    return {**policies.token_form(client, asked), **{name: values[-1] for name, values in asked.beside.items()}}


@token_bug("token_form", "audience")
def resource_as_configured(client, asked):
    """Asks for the resource of the client, and not for the one of the request."""
    return policies.token_form(client, asked._replace(resource=None))


@token_bug("token_form", "audience")
def resource_as_configured_when_renewing(client, asked):
    """Takes a refresh token to be bound to the resource of the client."""
    return policies.token_form(client, asked._replace(resource=None) if asked.refresh_token else asked)


@token_bug("endpoint_of", "ignores-callers-endpoint")
def endpoint_of_caller(client, asked):
    """Asks at the endpoint that the caller names, if it is on the host of the configured one."""
    hosts = [urlsplit(url or "").netloc for url in (asked.endpoint, client.token_endpoint)]
    return asked.endpoint if hosts[0] == hosts[1] else client.token_endpoint


@token_bug("endpoint_of", "ignores-callers-endpoint")
def endpoint_by_prefix(client, asked):
    """Asks at the endpoint that the caller names, if it begins with the configured one."""
    return asked.endpoint if (asked.endpoint or "").startswith(client.token_endpoint) else client.token_endpoint


@token_bug("joins", "unregistered-redirect", "redeems")
def answered_once_for_a_code(asked):
    """Has whoever brings a code that is being redeemed wait for that answer, and gives it to all of them."""
    return asked.code


@token_bug("joins", "redeems")
def answered_once_for_a_party(asked):
    """Takes a request that comes again at once for a retry, and gives both the same token."""
    return asked.code and f"{asked.code} {asked.client_id} {asked.redirect_uri}"


@token_bug("readings", "unregistered-redirect")
def first_client_of_two_validated(params):
    """Looks at the first ClientId, and asks for the token as the last one, by another part of the program."""
    ids = params.get("ClientId", [])
    return {**params, "ClientId": ids[:1]}, {**params, "ClientId": ids[-1:]}


REDEMPTION_BUGS = (answered_once_for_a_code, answered_once_for_a_party, redeemed_under_callers_redirect,
                   redeemed_with_callers_secret, secret_overridden_by_caller, fields_beside_passed_on, resource_as_configured, resource_as_configured_when_renewing,
                   endpoint_of_caller, endpoint_by_prefix, first_client_of_two_validated)
