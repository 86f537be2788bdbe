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
    """Makes a regular expression of each registered URI, and escapes only its question mark: dots match any character."""
    return any(re.fullmatch(registered.replace("?", r"\?"), uri) for registered in client.redirect_uris)


@bug("choose_redirect", UNREGISTERED)
def redirect_first_checked_last_used(params, registered):
    """Checks the first of several redirect_uri parameters and redirects to the last."""
    values = params.get("redirect_uri", [])
    return values[-1] if values and registered(values[0]) else None


@bug("choose_redirect", UNREGISTERED)
def redirect_stripped(params, registered):
    """Strips white space, of which Unicode has much, from the redirect URI before it looks it up."""
    stripped = [value.strip() for value in params.get("redirect_uri", [])]
    return policies.choose_redirect({"redirect_uri": stripped}, registered)


@bug("choose_redirect", UNREGISTERED)
def redirect_of_any_spelling(params, registered):
    """Checks redirect_uri, and then redirects to the last parameter of that name in any case and with blanks around it."""
    spelled = [value for name, values in params.items() if name.strip().lower() == "redirect_uri" for value in values]
    return spelled[-1] if policies.choose_redirect(params, registered) else None


@bug("choose_redirect", UNREGISTERED)
def redirect_unchecked_when_silent(params, registered):
    """Takes a request with prompt=none for one whose redirect URI was checked when the user signed in."""
    values = params.get("redirect_uri", [""])
    return values[0] if params.get("prompt") == ["none"] else policies.choose_redirect(params, registered)


@bug("is_registered", CLIENT_BOUND, REALM_BOUND)
def redirect_of_any_client(uri, client, clients):
    """Looks the redirect URI up among the URIs of all clients, of every realm."""
    return any(uri in other.redirect_uris for other in clients.values())


@bug("is_registered", CLIENT_BOUND)
def redirect_of_same_realm(uri, client, clients):
    """Looks the redirect URI up among the URIs of all clients of the client's realm."""
    return any(uri in other.redirect_uris for other in clients.values() if other.tenant == client.tenant)


@bug("is_registered", CLIENT_BOUND)
def redirect_accepted_before(uri, client, clients, accepted=set()):
    """Remembers which redirect URIs were accepted, and forgets for which client."""
    if policies.is_registered(uri, client, clients):
        accepted.add(uri)
    return uri in accepted


@bug("refuse", UNREGISTERED, CLIENT_BOUND, REALM_BOUND, "errors.inert")
def refusal_leaves_to_redirect(error, redirects):
    """Refuses an unregistered redirect URI by redirecting to it with error=invalid_redirect_uri."""
    if error == policies.REDIRECT and redirects and redirects[0]:
        return redirect(add_query(redirects[0], {"error": error}), page(*policies.show(error, ""))[2])
    return policies.refuse(error, redirects)


@bug("show", UNREGISTERED, CLIENT_BOUND, "unknown-client", "client-before-redirect", "token.unknown-client")
def refusal_bare_wording(error, details):
    """The error page says only "Bad Request": the documented wording is missing."""
    return (400, "Bad Request") if error in (policies.CLIENT, policies.REDIRECT) else policies.show(error, details)


REDIRECT_BUGS = (redirect_prefix, redirect_contained, redirect_host_only, redirect_split_alike,
                 redirect_percent_decoded, redirect_as_pattern, redirect_first_checked_last_used, redirect_stripped,
                 redirect_of_any_spelling, redirect_unchecked_when_silent, redirect_of_any_client,
                 redirect_of_same_realm, redirect_accepted_before, refusal_leaves_to_redirect, refusal_bare_wording)
