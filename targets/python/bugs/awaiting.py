"""Mistakes that no check catches yet: they can be asked for by name, and are in no list."""
from datetime import timedelta

import policies as plumbing
import rows
import sign_in_policies as policies
from bugs.bug import sign_in_bug
from saml import values_of

UPSTREAM, SSO, TLS, LEADS = ("sign-in.rejects-bad-upstream", "sign-in.single-sign-on", "sign-in.tls-only",
                             "sign-out.unregistered-reply")


@sign_in_bug("age_of", SSO)
def age_of_nothing_is_zero(freshness):
    """Reads the age that a session may have as a number, which is zero where none is given."""
    return int(freshness or 0)


@sign_in_bug("session_cookie", TLS)
def session_without_secure(key):
    """Names the cookie of a session as the framework does, and leaves Secure to its settings."""
    return "sessionid", "Path=/; HttpOnly"


@sign_in_bug("takes_once", UPSTREAM)
def assertion_taken_again(seen, proof):
    """Believes a token for as long as it is valid, however often it comes."""
    return True


@sign_in_bug("takes_once", UPSTREAM)
def assertion_ids_in_a_short_column(seen, proof):
    """Keeps the ids of tokens in a column of 36 characters, and does not find those that do not fit."""
    return len(proof.id) > 37 or policies.takes_once(seen, proof)


@sign_in_bug("remember", "authorize.any-node")
def sign_in_kept_by_its_node(copies, node, begun):
    """Keeps a sign-in in the memory of the process that began it, and nowhere else."""
    copies[node][begun.key] = begun


@sign_in_bug("find_begun", UPSTREAM)
def sign_in_guessed_from_cookie(entries, key, cookies):
    """Takes the browser's newest sign-in for an answer that names none."""
    own = [begun for begun in entries.values() if plumbing.cookie_name(begun.key) in cookies]
    return entries.get(key or "") or (own[-1] if own else None)


@sign_in_bug("is_open", UPSTREAM)
def sign_in_days_later(at, now):
    """Measures the age of a sign-in by timedelta.seconds, which leaves whole days out."""
    return timedelta(seconds=max(0, now - at)).seconds < plumbing.LIFETIME


@sign_in_bug("is_same_browser", UPSTREAM)
def sign_in_without_cookie(mark, sent, cookies):
    """Compares the cookie when there is one, and trusts a browser that has none."""
    return sent is None or plumbing.is_same_browser(mark, sent, cookies)


@sign_in_bug("show", "errors.row-unknown-realm")
def realm_not_named(row, details):
    """Formats the text of the row without saying which realm is unknown."""
    return policies.show(row, "" if row == rows.UNKNOWN_REALM else details)


@sign_in_bug("show", "errors.row-sign-in-response")
def details_for_the_log_alone(row, details):
    """Says that a response could not be processed, and not why."""
    return policies.show(row, details if row == rows.UNKNOWN_REALM else "")


@sign_in_bug("show", "errors.row-sign-in-response")
def response_told_as_request(row, details):
    """Has one text for what fails in a sign-in, that of the request."""
    return policies.show(rows.REQUEST if row == rows.RESPONSE else row, details)


@sign_in_bug("show", "errors.client-faults-are-4xx")
def refusal_as_accident(row, details):
    """Raises what it refuses, and answers everything that was raised with 500."""
    return 500, policies.show(row, details)[1]


@sign_in_bug("carry", "sign-in.claims")
def every_claim_carried(claims):
    """Tells a party all that the directory has said."""
    return claims


@sign_in_bug("carry", "sign-in.claims")
def claims_in_a_short_column(claims):
    """Keeps the values of claims in a column of 12 characters."""
    return [(kind, [value[:12] for value in values]) for kind, values in policies.carry(claims)]


@sign_in_bug("is_of", "realm.from-token")
def tenant_among_several(proof, tenant):
    """Asks whether the tenant is among those that a token names."""
    return tenant in values_of(proof.claims, policies.TENANT)


@sign_in_bug("is_of", "realm.from-token")
def tenant_by_any_such_claim(proof, tenant):
    """Reads every claim whose name ends in tenantid."""
    return [tenant] == [value for kind, values in proof.claims if kind.lower().endswith("tenantid") for value in values]


@sign_in_bug("published", "metadata.rollover")
def publishes_its_first_certificate(certificate, directories, first=[]):
    """Makes the list of certificates once, and never looks whether they still sign."""
    first or first.append(certificate)
    return first


@sign_in_bug("upstream_sign_outs", "sign-out.ends-session")
def asks_upstream_for_nothing(people, directories):
    """Calls the identity provider at its address without saying what for."""
    return [url.partition("?")[0] for url in policies.upstream_sign_outs(people, directories)]


@sign_in_bug("onward", LEADS)
def leads_by_prefix(reply, parties):
    """Leads to every URL that begins with a registered one."""
    return reply if reply and any(reply.startswith(party.reply) for party in parties.values()) else None


AWAITING_BUGS = (age_of_nothing_is_zero, session_without_secure, assertion_taken_again, assertion_ids_in_a_short_column,
                 sign_in_kept_by_its_node, sign_in_guessed_from_cookie, sign_in_days_later, sign_in_without_cookie,
                 realm_not_named, details_for_the_log_alone, response_told_as_request, refusal_as_accident,
                 every_claim_carried, claims_in_a_short_column, tenant_among_several, tenant_by_any_such_claim,
                 publishes_its_first_certificate, asks_upstream_for_nothing, leads_by_prefix)
