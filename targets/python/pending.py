"""What is kept between a request and its answer: the secured cache of the sources, which all nodes have in common."""
import secrets
import threading
from typing import Callable, List, Optional

from clock import Clock
from policies import Cookies, Entries


class Pending:
    """The requests under way: bounded, expiring, safe between threads. Each node has a copy, and what one does, all do."""

    def __init__(self, policies, clock: Clock, nodes: int = 1, limit: int = 10_000):
        self.policies, self.clock, self.limit = policies, clock, limit
        self.lock = threading.Lock()
        self.copies: List[Entries] = [{} for _ in range(nodes)]

    def begin(self, node: int, kind: Callable, *owed):
        """Keeps what the caller is owed, under a fresh key. The oldest makes room for the newest."""
        now = self.clock.now()
        begun = kind(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now, *owed)
        with self.lock:
            for entries in self.copies:
                self.make_room(entries, now)
            self.policies.remember(self.copies, node, begun)
        return begun

    def make_room(self, entries: Entries, now: float) -> None:
        """Forgets the oldest as long as it has expired, or stands where there is no room."""
        while entries:
            oldest = next(iter(entries.values()))
            if len(entries) < self.limit and self.policies.is_open(oldest.at, now):
                return
            del entries[oldest.key]

    def holds(self, key: str) -> bool:
        """Whether any node still has the request of this key, whose cookie is then still of use."""
        with self.lock:
            return any(key in entries for entries in self.copies)

    def finish(self, node: int, key: Optional[str], cookies: Cookies):
        """The open request that a callback of its own browser answers; a callback of another leaves it as it is."""
        with self.lock:
            begun = self.policies.find_begun(self.copies[node], key, cookies)
            if begun is None or not self.policies.is_open(begun.at, self.clock.now()):
                return None
            sent = cookies.get(self.policies.cookie_name(begun.key))
            if not self.policies.is_same_browser(begun.mark, sent, cookies):
                return None
            self.policies.spend(self.copies, node, begun)
            return begun
