"""Mistakes in what is served and in what is asked upstream."""
from urllib.parse import urlsplit

import policies
from bugs.bug import bug


@bug("serves_version", "version")
def version_compared_as_text(version):
    """Serves every version whose text is not less than "2"."""
    return version >= "2"


@bug("show", "version", "errors.row-oauth-version")
def version_not_routed(error, details):
    """Answers other versions of OAuth with 404, as a path that does not exist."""
    return (404, "Not Found") if error == policies.VERSION else policies.show(error, details)


@bug("serves_response_type", "code-only")
def response_type_contains_code(response_type):
    """Serves every response type in which the word code occurs."""
    return "code" in (response_type or "")


@bug("show", "code-only", "errors.row-authorization-request")
def response_type_worded_by_rfc(error, details):
    """Names the error of RFC 6749 on the page, and not the documented row."""
    return (400, "unsupported_response_type") if error == policies.REQUEST else policies.show(error, details)


@bug("upstream_location", "starts-code-flow")
def upstream_not_quoted(endpoint, params):
    """Puts the request upstream together as text, without percent-encoding what the caller sent."""
    return endpoint + "?" + "&".join(f"{name}={value}" for name, value in params.items())


@bug("upstream_query", "starts-code-flow")
def upstream_scope_for_resource(client, resource, headers):
    """Asks for a scope, as the authorization server's newer endpoint wants it, in place of the resource."""
    query = policies.upstream_query(client, resource, headers)
    del query["resource"]
    return {**query, "scope": f"openid {resource}/.default"}


@bug("upstream_query", "starts-code-flow", "token.secret-never-leaves")
def upstream_given_the_secret(client, resource, headers):
    """Authenticates the client where it has not been asked to: the secret is in the URL."""
    return {**policies.upstream_query(client, resource, headers), "client_secret": client.secret}


@bug("upstream_query", "starts-code-flow", "token.audience")
def upstream_of_its_own_resource(client, resource, headers):
    """Asks for the resource of the client, whatever the request names."""
    return policies.upstream_query(client, client.resource, headers)


@bug("upstream_query", "starts-code-flow")
def upstream_at_the_forwarded_host(client, resource, headers):
    """Puts its own redirect URI together from X-Forwarded-Host, as behind a proxy that sets it."""
    callback = urlsplit(client.callback)
    host = headers.get("x-forwarded-host", callback.netloc)
    return {**policies.upstream_query(client, resource, headers), "redirect_uri": callback._replace(netloc=host).geturl()}


REQUEST_BUGS = (version_compared_as_text, version_not_routed, response_type_contains_code,
                response_type_worded_by_rfc, upstream_not_quoted, upstream_scope_for_resource,
                upstream_given_the_secret, upstream_of_its_own_resource, upstream_at_the_forwarded_host)
