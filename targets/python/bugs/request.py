"""Mistakes in what is served and in what is asked upstream."""
import policies
from bugs.bug import bug


@bug("serves_version", "version")
def version_compared_as_text(version):
    """Serves every version whose text is not less than "2"."""
    return version >= "2"


@bug("show", "version")
def version_not_routed(error):
    """Answers other versions of OAuth with 404, as a path that does not exist."""
    return (404, "Not Found") if error == policies.VERSION else policies.show(error)


@bug("serves_response_type", "code-only")
def response_type_contains_code(response_type):
    """Serves every response type in which the word code occurs."""
    return "code" in (response_type or "")


@bug("upstream_query", "starts-code-flow")
def upstream_scope_for_resource(client, resource):
    """Asks for a scope, as the authorization server's newer endpoint wants it, in place of the resource."""
    query = policies.upstream_query(client, resource)
    del query["resource"]
    return {**query, "scope": f"openid {resource}/.default"}


@bug("upstream_query", "starts-code-flow")
def upstream_given_the_secret(client, resource):
    """Authenticates the client where it has not been asked to: the secret is in the URL."""
    return {**policies.upstream_query(client, resource), "client_secret": client.secret}


REQUEST_BUGS = (version_compared_as_text, version_not_routed, response_type_contains_code, upstream_scope_for_resource,
                upstream_given_the_secret)
