"""Mistakes in what is kept for the caller, and in what is handed back."""
import uuid
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import policies
from bugs.bug import bug

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


@bug("cookie_name", RESTORES)
def one_cookie_for_all_tabs(key):
    """Keeps the mark of every request in one cookie, as a session does: the second tab takes the place of the first."""
    return "__Host-flow"


@bug("remember", RESTORES)
def one_request_for_each_client(entries, begun):
    """Keeps requests by client, so that the newest takes the place of all others."""
    for key in [key for key, other in entries.items() if other.client.id == begun.client.id]:
        del entries[key]
    policies.remember(entries, begun)


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


ANSWER_BUGS = (state_unquoted_twice, state_stripped, answer_not_quoted, code_of_its_own, one_cookie_for_all_tabs,
               one_request_for_each_client, answer_replaces_query, answer_loses_port, refusal_without_state,
               refusal_as_code_none)
