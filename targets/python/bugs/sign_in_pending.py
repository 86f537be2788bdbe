"""Mistakes in what is kept of a sign-in under way, and in which answers belong to it."""
from datetime import timedelta

import policies as plumbing
import sign_in_policies as policies
from bugs.bug import sign_in_bug

UPSTREAM, NO_INTERFERENCE = "sign-in.rejects-bad-upstream", "realm.no-interference"


@sign_in_bug("remember", "authorize.any-node")
def sign_in_kept_by_its_node(copies, node, begun):
    """Keeps a sign-in in the memory of the process that began it, and nowhere else."""
    copies[node][begun.key] = begun


@sign_in_bug("remember", "sign-in.posts-to-registered-reply", "realm.shared-directory", NO_INTERFERENCE)
def party_of_the_newest(copies, node, begun):
    """Keeps which party asked beside its directory, where the newest takes the place of the others."""
    for entries in copies:
        for key, other in entries.items():
            if other.party.tenant == begun.party.tenant:
                entries[key] = other._replace(party=begun.party)
    policies.remember(copies, node, begun)


@sign_in_bug("spend", UPSTREAM)
def sign_in_answered_again(copies, node, begun):
    """Keeps a sign-in that has been answered, until it expires."""


@sign_in_bug("spend", UPSTREAM)
def sign_in_spent_by_its_node(copies, node, begun):
    """Forgets a sign-in at the node that answered it; the others know nothing of that."""
    copies[node].pop(begun.key, None)


@sign_in_bug("find_begun", UPSTREAM)
def sign_in_guessed_from_cookie(entries, key, cookies):
    """Takes the browser's newest sign-in for an answer that names none."""
    own = [begun for begun in entries.values() if plumbing.cookie_name(begun.key) in cookies]
    return entries.get(key or "") or (own[-1] if own else None)


@sign_in_bug("is_open", UPSTREAM)
def sign_in_days_later(at, now):
    """Measures the age of a sign-in by timedelta.seconds, which leaves whole days out."""
    return timedelta(seconds=max(0, now - at)).seconds < plumbing.LIFETIME


@sign_in_bug("is_same_browser", UPSTREAM, NO_INTERFERENCE)
def sign_in_without_cookie(mark, sent, cookies):
    """Compares the cookie when there is one, and trusts a browser that has none."""
    return sent is None or plumbing.is_same_browser(mark, sent, cookies)


@sign_in_bug("is_same_browser", NO_INTERFERENCE)
def sign_in_with_any_cookie(mark, sent, cookies):
    """Asks whether the browser has a cookie of a sign-in, and not of which."""
    return any(name.startswith(plumbing.COOKIE) for name in cookies)


@sign_in_bug("answers_in", UPSTREAM)
def any_protocol_will_do(protocol, asked):
    """Takes a right token for an answer, in whichever protocol it comes."""
    return True


@sign_in_bug("takes_once", UPSTREAM)
def assertion_taken_again(seen, proof):
    """Believes a token for as long as it is valid, however often it comes."""
    return True


@sign_in_bug("takes_once", UPSTREAM)
def assertion_ids_in_a_short_column(seen, proof):
    """Keeps the ids of tokens in a column of 36 characters, and does not find those that do not fit."""
    return len(proof.id) > 37 or policies.takes_once(seen, proof)


PENDING_BUGS = (sign_in_kept_by_its_node, party_of_the_newest, sign_in_answered_again, sign_in_spent_by_its_node,
                sign_in_guessed_from_cookie, sign_in_days_later, sign_in_without_cookie, sign_in_with_any_cookie,
                any_protocol_will_do, assertion_taken_again, assertion_ids_in_a_short_column)
