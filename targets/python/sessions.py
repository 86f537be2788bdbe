"""What the broker remembers of browsers: who is signed in, and which parties have been told."""
import secrets
import threading
from typing import Dict, List, NamedTuple, Optional

from clock import Clock
from saml import Claims

EIGHT_HOURS = 8 * 3600.0  # seconds


class Person(NamedTuple):
    """Who signed in, as a directory said: when that was proved there, and when it was told here."""

    tenant: str
    name: str
    claims: Claims
    at: float
    since: float


People = Dict[str, Person]  # of one browser, by directory


class Session(NamedTuple):
    """One browser: who signed in, by directory, and the realms of the parties that were told."""

    at: float
    people: People
    realms: List[str]


NOBODY = Session(0, {}, [])


class Sessions:
    """The sessions of all browsers, which all nodes have in common. Bounded; safe between threads. One is kept for
    longer than it lets anybody in, so that a late sign-out still finds whom to tell."""

    KEPT = 2 * EIGHT_HOURS

    def __init__(self, clock: Clock, limit: int = 100_000):
        self.clock, self.limit, self.lock = clock, limit, threading.Lock()
        self.open: Dict[str, Session] = {}

    def find(self, key: Optional[str]) -> Session:
        """The session of a cookie; nobody's, when there is none."""
        with self.lock:
            session = self.open.get(key or "", NOBODY)
            return session if self.clock.now() - session.at < self.KEPT else NOBODY

    def renew(self, key: Optional[str], people: People) -> str:
        """Goes on under a fresh key, after somebody has signed in."""
        now, fresh = self.clock.now(), secrets.token_urlsafe(32)
        with self.lock:
            realms = list(self.open.pop(key or "", NOBODY).realms)
            while self.open and len(self.open) >= self.limit:
                del self.open[next(iter(self.open))]
            for old in [old for old, session in self.first(8) if now - session.at >= self.KEPT]:
                del self.open[old]
            self.open[fresh] = Session(now, people, realms)
        return fresh

    def first(self, count: int):
        """The oldest sessions; a few are looked at whenever one begins."""
        return [pair for pair, _ in zip(self.open.items(), range(count))]

    def tell(self, key: Optional[str], realm: str) -> None:
        """A party of this realm gets a token in a session."""
        with self.lock:
            session = self.open.get(key or "")
            if session is not None and realm not in session.realms:
                session.realms.append(realm)

    def end(self, key: Optional[str]) -> Session:
        """Ends a session, and gives what it was."""
        with self.lock:
            return self.open.pop(key or "", NOBODY)
