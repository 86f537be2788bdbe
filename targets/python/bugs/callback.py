"""Mistakes in which callbacks are answered."""
from datetime import timedelta

import policies
from bugs.bug import bug

UNKNOWN = "callback-unknown"


@bug("find_begun", UNKNOWN)
def callback_guessed_from_cookie(entries, key, cookies):
    """Takes the browser's newest request for a callback whose state names none."""
    keys = [name[len(policies.COOKIE):] for name in cookies if name.startswith(policies.COOKIE)]
    own = [begun for begun in entries.values() if begun.key in keys]
    return policies.find_begun(entries, key, cookies) or (own[-1] if own else None)


@bug("show", UNKNOWN, "errors.row-authorization-response", "errors.distinct")
def callback_row_copied(error, details):
    """Says of a failed response what was written for a failed request."""
    return policies.show(policies.REQUEST if error == policies.RESPONSE else error, details)


@bug("spend", UNKNOWN)
def callback_answered_again(copies, node, begun):
    """Keeps a request that has been answered, until it expires."""


@bug("is_same_browser", UNKNOWN)
def callback_without_cookie(mark, sent, cookies):
    """Compares the cookie when there is one, and trusts a browser that has none."""
    return sent is None or policies.is_same_browser(mark, sent, cookies)


@bug("is_same_browser", UNKNOWN)
def callback_with_any_cookie(mark, sent, cookies):
    """Asks whether the browser has a cookie of a request, and not of which."""
    return any(name.startswith(policies.COOKIE) for name in cookies)


@bug("is_open", UNKNOWN)
def callback_days_later(at, now):
    """Measures the age of a request by timedelta.seconds, which leaves whole days out."""
    return timedelta(seconds=max(0, now - at)).seconds < policies.LIFETIME


CALLBACK_BUGS = (callback_guessed_from_cookie, callback_row_copied, callback_answered_again, callback_without_cookie,
                 callback_with_any_cookie, callback_days_later)
