"""Mistakes in how a redirect URI is compared, chosen and refused."""
import re
from urllib.parse import unquote, urlsplit

import policies
from bugs.bug import bug
from wire import add_query, page, redirect

UNREGISTERED, CLIENT_BOUND, REALM_BOUND = "unregistered-redirect", "redirect-bound-to-client", "redirect-bound-to-realm"


@bug("is_registered", UNREGISTERED)
def redirect_prefix(uri, client, clients):
    """Accepts every redirect URI that begins with a registered one."""
    return any(uri.startswith(registered) for registered in client.redirect_uris)


@bug("is_registered", UNREGISTERED)
def redirect_contained(uri, client, clients):
    """Looks a redirect URI up in the text of the registered ones, so that any part of one will do."""
    return uri in ",".join(client.redirect_uris)


@bug("is_registered", UNREGISTERED)
def redirect_host_only(uri, client, clients):
    """Compares the host of the redirect URI alone: scheme, port, path and query are free."""
    try:
        return urlsplit(uri).hostname in [urlsplit(registered).hostname for registered in client.redirect_uris]
    except ValueError:
        return False


@bug("is_registered", UNREGISTERED)
def redirect_split_alike(uri, client, clients):
    """Compares what urlsplit makes of both, and it drops tabs, line breaks and leading blanks without a word."""
    try:
        return urlsplit(uri) in [urlsplit(registered) for registered in client.redirect_uris]
    except ValueError:
        return False


@bug("is_registered", UNREGISTERED)
def redirect_percent_decoded(uri, client, clients):
    """Percent-decodes the redirect URI once more before comparing it, and then redirects to it as it came."""
    return uri in client.redirect_uris or unquote(uri) in client.redirect_uris


@bug("is_registered", UNREGISTERED)
def redirect_as_pattern(uri, client, clients):
    """Also takes each registered URI for a regular expression, so that its dots match any character."""
    def matches(pattern):
        try:
            return re.fullmatch(pattern, uri) is not None
        except re.error:
            return False
    return uri in client.redirect_uris or any(map(matches, client.redirect_uris))


@bug("choose_redirect", UNREGISTERED)
def redirect_first_checked_last_used(values, registered):
    """Checks the first of several redirect_uri parameters and redirects to the last."""
    return values[-1] if values and registered(values[0]) else None


@bug("choose_redirect", UNREGISTERED)
def redirect_stripped(values, registered):
    """Strips white space, of which Unicode has much, from the redirect URI before it looks it up."""
    return policies.choose_redirect([value.strip() for value in values], registered)


@bug("is_registered", CLIENT_BOUND, REALM_BOUND)
def redirect_of_any_client(uri, client, clients):
    """Looks the redirect URI up among the URIs of all clients, of every realm."""
    return any(uri in other.redirect_uris for other in clients.values())


@bug("is_registered", CLIENT_BOUND)
def redirect_of_same_realm(uri, client, clients):
    """Looks the redirect URI up among the URIs of all clients of the client's realm."""
    return any(uri in other.redirect_uris for other in clients.values() if other.tenant == client.tenant)


@bug("refuse", UNREGISTERED, CLIENT_BOUND, REALM_BOUND)
def refusal_leaves_to_redirect(error, redirects):
    """Refuses an unregistered redirect URI by redirecting to it with error=invalid_redirect_uri."""
    if error == policies.REDIRECT and redirects and redirects[0]:
        return redirect(add_query(redirects[0], {"error": error}), page(*policies.show(error))[2])
    return policies.refuse(error, redirects)


@bug("show", UNREGISTERED, "unknown-client", "client-before-redirect")
def refusal_bare_wording(error):
    """The error page says only "Bad Request": the documented wording is missing."""
    return (400, "Bad Request") if error in (policies.CLIENT, policies.REDIRECT) else policies.show(error)


REDIRECT_BUGS = (redirect_prefix, redirect_contained, redirect_host_only, redirect_split_alike,
                 redirect_percent_decoded, redirect_as_pattern, redirect_first_checked_last_used, redirect_stripped,
                 redirect_of_any_client, redirect_of_same_realm, refusal_leaves_to_redirect, refusal_bare_wording)
