"""What the broker remembers of tokens: which have been taken already."""
import hashlib
import threading
from typing import Dict

from clock import Clock


class Seen:
    """Each token is good once, for as long as it is valid. Which they are is kept as a hash, for all nodes."""

    def __init__(self, clock: Clock):
        self.clock, self.lock = clock, threading.Lock()
        self.ends: Dict[bytes, float] = {}
        self.swept = 0.0

    def is_new(self, issuer: str, name: str, until: float) -> bool:
        """Whether a token comes for the first time; from now on it does not."""
        now = self.clock.now()
        mark = hashlib.sha256(f"{issuer}\0{name}".encode("utf-8", "surrogateescape")).digest()
        with self.lock:
            if not 0 <= now - self.swept < 60:
                self.swept = now
                for old in [old for old, end in self.ends.items() if end <= now]:
                    del self.ends[old]
            if mark in self.ends:
                return False
            self.ends[mark] = until
            return True
