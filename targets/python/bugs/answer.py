"""Mistakes in what is kept for the caller, and in what is handed back."""
import uuid
from enum import Enum
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import policies
from bugs.bug import bug

KnownError = Enum("KnownError", [(name, name) for name in (
    "invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope",
    "server_error", "temporarily_unavailable")])

RESTORES, MANY, REFUSAL = "restores-redirect-and-state", "many-uris", "relays-refusal"


@bug("keep_state", RESTORES)
def state_unquoted_twice(state):
    """Percent-decodes the state once more after the query has been decoded."""
    return unquote(state)


@bug("keep_state", RESTORES)
def state_stripped(state):
    """Strips white space from the state, as from a field of a form."""
    return state.strip()


@bug("answer_location", RESTORES)
def answer_not_quoted(redirect_uri, params):
    """Puts the answer together as text, without percent-encoding."""
    joiner = "&" if "?" in redirect_uri else "?"
    return redirect_uri + joiner + "&".join(f"{name}={value}" for name, value in params.items() if value is not None)


@bug("answer_params", RESTORES)
def code_of_its_own(answer, state):
    """Hands out a code of its own in place of the authorization server's."""
    params = policies.answer_params(answer, state)
    return {**params, "code": str(uuid.uuid4())} if "code" in params else params


@bug("answer_params", RESTORES)
def code_in_a_short_column(answer, state):
    """Keeps a code in a column of 36 characters, the length of a GUID."""
    params = policies.answer_params(answer, state)
    return {**params, "code": params["code"][:36]} if "code" in params else params


@bug("answer_location", RESTORES, REFUSAL)
def answer_with_none(redirect_uri, params):
    """Formats whatever is there: a caller that sent no state gets state=None."""
    return policies.answer_location(redirect_uri, {name: str(value) for name, value in params.items()})


@bug("cookie_name", RESTORES)
def one_cookie_for_all_tabs(key):
    """Keeps the mark of every request in one cookie, as a session does: the second tab takes the place of the first."""
    return "__Host-flow"


@bug("cookie_attributes", "sign-in.tls-only")
def visit_noted_without_secure(key):
    """Sets a cookie beside it that says that the browser was here before, with the defaults of the framework."""
    return f"{policies.cookie_attributes(key)}\nvisited=yes; Path=/"


@bug("remember", RESTORES)
def one_request_for_each_client(copies, node, begun):
    """Keeps requests by client, so that the newest takes the place of all others."""
    for entries in copies:
        for key in [key for key, other in entries.items() if other.client.id == begun.client.id]:
            del entries[key]
    policies.remember(copies, node, begun)


@bug("answer_location", MANY, RESTORES)
def answer_replaces_query(redirect_uri, params):
    """Sets the query of the redirect URI to the answer: the query that was registered is lost."""
    query = urlencode({name: value for name, value in params.items() if value is not None})
    return urlsplit(redirect_uri)._replace(query=query).geturl()


@bug("answer_location", MANY, RESTORES)
def answer_loses_port(redirect_uri, params):
    """Puts the redirect URI together again from its hostname, which has no port."""
    parts = urlsplit(policies.answer_location(redirect_uri, params))
    return urlunsplit((parts.scheme, parts.hostname, parts.path, parts.query, parts.fragment))


@bug("answer_params", REFUSAL)
def refusal_without_state(answer, state):
    """Relays a refusal in a branch of its own, and forgets the state there."""
    return policies.answer_params(answer, None if answer.error else state)


@bug("answer_params", REFUSAL)
def refusal_as_code_none(answer, state):
    """Never asks whether there is a code, and relays a refusal as the code "None"."""
    return {"code": str(answer.code), "state": state}


@bug("answer_params", REFUSAL)
def code_rather_than_error(answer, state):
    """Asks for the code first, and relays an error only where there is none."""
    return {"code": answer.code, "state": state} if answer.code else policies.answer_params(answer, state)


@bug("answer_params", REFUSAL)
def refusal_of_a_closed_list(answer, state):
    """Reads an error as a member of an enumeration, which holds those of RFC 6749: any other is an unhandled error."""
    if answer.error:
        KnownError(answer.error)
    return policies.answer_params(answer, state)


@bug("reject", REFUSAL)
def refusal_told_as_request(answer, params):
    """Tells a refusal on a page, and says there that the request could not be processed."""
    return policies.REQUEST if answer.error else policies.reject(answer, params)


ANSWER_BUGS = (state_unquoted_twice, state_stripped, answer_not_quoted, code_of_its_own, code_in_a_short_column,
               answer_with_none, one_cookie_for_all_tabs, one_request_for_each_client, answer_replaces_query,
               answer_loses_port, refusal_without_state, refusal_as_code_none, code_rather_than_error,
               refusal_of_a_closed_list, refusal_told_as_request, visit_noted_without_secure)
