"""Mistakes in which sign-in requests are served, for whom, and in what is asked upstream."""
from urllib.parse import unquote, urlsplit

import sign_in_policies as policies
from bugs.bug import sign_in_bug
from sessions import EIGHT_HOURS

MALFORMED, UNKNOWN, REPLY = "sign-in.malformed", "sign-in.unknown-realm", "sign-in.unregistered-reply"
CONTEXT, PROMPTS, ASKS = "sign-in.keeps-context", "sign-in.never-prompts", "sign-in.asks-as-itself"
OPENID, MEMBERS, UPSTREAM = "sign-in.builds-oidc", "realm.members-only", "sign-in.rejects-bad-upstream"


@sign_in_bug("action_of", MALFORMED, UPSTREAM)
def action_by_default(params):
    """Takes a request without wa for a sign-in, since most are."""
    return params.get("wa", ["wsignin1.0"])[0] or "wsignin1.0"


@sign_in_bug("find_party", UNKNOWN)
def realm_prefix(parties, realm):
    """Takes the party with whose realm the realm of the request begins."""
    return next((party for party in parties.values() if realm.startswith(party.realm)), None)


@sign_in_bug("find_party", UNKNOWN)
def realm_contained(parties, realm):
    """Searches the registered realms for the text of the request."""
    return next((party for party in parties.values() if realm and realm in party.realm), None)


@sign_in_bug("may_reply", REPLY)
def reply_prefix(reply, party):
    """Accepts every reply URL that begins with the registered one, and answers there."""
    return reply.startswith(party.reply)


@sign_in_bug("may_reply", REPLY)
def reply_by_host(reply, party):
    """Accepts every reply URL at the host of the registered one, and answers there."""
    return urlsplit(reply).hostname == urlsplit(party.reply).hostname


@sign_in_bug("keep_context", CONTEXT)
def context_unquoted_twice(context):
    """Percent-decodes the context once more after the query has been decoded."""
    return unquote(context)


@sign_in_bug("keep_context", CONTEXT)
def context_in_a_short_column(context):
    """Keeps the context in a column of 255 characters."""
    return context[:255]


@sign_in_bug("person_for", MEMBERS, "realm.no-interference")
def session_of_any_directory(party, people, now, freshness):
    """Asks whether somebody is signed in to the browser, and not where."""
    return policies.person_for(party, people, now, freshness) or next(iter(people.values()), None)


@sign_in_bug("person_for", "realm.no-interference")
def session_of_any_directory_after_an_hour(party, people, now, freshness):
    """Keeps the directories of a session for an hour, and then knows no more than that somebody is signed in."""
    old = (person for person in people.values() if 3600 <= now - person.since < EIGHT_HOURS)
    return policies.person_for(party, people, now, freshness) or next(old, None)


@sign_in_bug("challenge", PROMPTS)
def refusal_with_a_challenge(row):
    """Refuses with a challenge for credentials beside the page, as a web framework does for whoever is not let in."""
    return {"WWW-Authenticate": "Negotiate"}


@sign_in_bug("challenge", PROMPTS, "storage.no-passwords")
def refusal_with_a_question_for_passwords(row):
    """Refuses with a challenge that browsers answer with name and password."""
    return {"WWW-Authenticate": 'Basic realm="broker"'}


@sign_in_bug("federation_query", ASKS)
def asks_for_any_reply(application, params, key, freshness):
    """Leaves it to the identity provider where it answers: the reply URL is not in the request."""
    return {**policies.federation_query(application, params, key, freshness), "wreply": None}


@sign_in_bug("make_nonce", OPENID)
def nonce_of_the_process(nonce=policies.make_nonce()):
    """Makes a nonce as the default of an argument, which is evaluated once."""
    return nonce


@sign_in_bug("openid_query", OPENID)
def scope_without_openid(application, params, key, nonce, freshness):
    """Asks for the claims that it needs by their scopes, and forgets openid among them."""
    return {**policies.openid_query(application, params, key, nonce, freshness), "scope": "profile email"}


@sign_in_bug("once", MALFORMED, UPSTREAM, "sign-out.malformed", "errors.row-sign-out-request")
def last_of_several(params):
    """Makes a dictionary of the parameters, in which the last of a name stays."""
    last = {name: values[-1:] for name, values in params.items()}
    return last, last


@sign_in_bug("once", MALFORMED, UPSTREAM, REPLY, "sign-out.malformed", "errors.inert")
def first_of_several_validated(params):
    """Looks at the first parameter of a name, and answers by a dictionary, in which the last one stays."""
    return tuple({name: [values[at]] for name, values in params.items()} for at in (0, -1))


@sign_in_bug("find_party", UNKNOWN)
def realm_in_any_case(parties, realm):
    """Finds a party by its realm in any case, and goes on with the realm as it was spelled."""
    return next((party._replace(realm=realm) for party in parties.values() if party.realm.lower() == realm.lower()), None)


@sign_in_bug("age_of", "sign-in.single-sign-on")
def age_of_nothing_is_zero(freshness):
    """Reads the age that a session may have as a number, which is zero where none is given."""
    return int(freshness or 0)


@sign_in_bug("session_cookie", "sign-in.tls-only")
def session_without_secure(key):
    """Names the cookie of a session as the framework does, and leaves Secure to its settings."""
    return "sessionid", "Path=/; HttpOnly"


SIGN_IN_REQUEST_BUGS = (action_by_default, realm_prefix, realm_contained, reply_prefix, reply_by_host,
                        context_unquoted_twice, context_in_a_short_column, session_of_any_directory,
                        session_of_any_directory_after_an_hour,
                        refusal_with_a_challenge, refusal_with_a_question_for_passwords, asks_for_any_reply,
                        nonce_of_the_process, scope_without_openid,
                        last_of_several, first_of_several_validated, realm_in_any_case, age_of_nothing_is_zero,
                        session_without_secure)
