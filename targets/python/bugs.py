"""Realistic mistakes, each one decision of the broker replaced. A docstring says what the mistake does."""
import re
from urllib.parse import unquote, urlsplit

from flow import REDIRECT, Broker, add_query, page, redirect

UNREGISTERED, BOUND_TO_CLIENT, BOUND_TO_REALM, UNKNOWN_CLIENT, CLIENT_FIRST = (
    f"authorize.{name}" for name in ("unregistered-redirect", "redirect-bound-to-client", "redirect-bound-to-realm",
                                     "unknown-client", "client-before-redirect"))


class PrefixMatch(Broker):
    """Accepts every redirect URI that begins with a registered one."""

    def is_registered(self, client, uri):
        return any(uri.startswith(registered) for registered in client.redirectUris)


class HostOnly(Broker):
    """Compares the host of the redirect URI alone: scheme, port, path and query are free."""

    def is_registered(self, client, uri):
        try:
            return urlsplit(uri).hostname in [urlsplit(registered).hostname for registered in client.redirectUris]
        except ValueError:
            return False


class PercentDecode(Broker):
    """Percent-decodes the redirect URI once more before comparing it, and then redirects to it as it came."""

    def is_registered(self, client, uri):
        return uri in client.redirectUris or unquote(uri) in client.redirectUris


class PatternMatch(Broker):
    """Also takes each registered URI for a regular expression, so that its dots match any character."""

    def is_registered(self, client, uri):
        def matches(pattern):
            try:
                return re.fullmatch(pattern, uri) is not None
            except re.error:
                return False
        return uri in client.redirectUris or any(map(matches, client.redirectUris))


class FirstChecked(Broker):
    """Checks the first of several redirect_uri parameters and redirects to the last."""

    def choose_redirect(self, client, values):
        return values[-1] if values and self.is_registered(client, values[0]) else None


class AnyClient(Broker):
    """Looks the redirect URI up among the URIs of all clients, of every realm."""

    def is_registered(self, client, uri):
        return any(uri in other.redirectUris for other in self.clients.values())


class RefusalLeaves(Broker):
    """Refuses an unregistered redirect URI by redirecting to it with error=invalid_redirect_uri."""

    def refuse(self, error, values):
        if error == REDIRECT and values and values[0]:
            return redirect(add_query(values[0], error=error), page(302, self.wording(error))[2])
        return super().refuse(error, values)


class BareWording(Broker):
    """The error page says only "Bad Request": the documented wording is missing."""

    def wording(self, error):
        return "Bad Request"


BUGS = {
    "redirect-prefix": (PrefixMatch, [UNREGISTERED]),
    "redirect-host-only": (HostOnly, [UNREGISTERED]),
    "redirect-percent-decoded": (PercentDecode, [UNREGISTERED]),
    "redirect-as-pattern": (PatternMatch, [UNREGISTERED]),
    "redirect-first-checked-last-used": (FirstChecked, [UNREGISTERED]),
    "redirect-of-any-client": (AnyClient, [BOUND_TO_CLIENT, BOUND_TO_REALM]),
    "refusal-leaves-to-redirect": (RefusalLeaves, [UNREGISTERED, BOUND_TO_CLIENT, BOUND_TO_REALM]),
    "refusal-bare-wording": (BareWording, [UNREGISTERED, UNKNOWN_CLIENT, CLIENT_FIRST]),
}
