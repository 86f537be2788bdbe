"""The broker's clock, and how a test moves it."""
import json
import math
import time

from wire import Response


class Clock:
    """Seconds since 1970: real time, plus what the clock was moved by."""

    def __init__(self, real=time.time):
        self.real, self.offset = real, 0.0

    def now(self) -> float:
        return self.real() + self.offset

    def move_to(self, now: float) -> None:
        self.offset = now - self.real()


def move_clock(clock: Clock, body: bytes) -> Response:
    """Moves a clock to the instant that `{"now": milliseconds}` names."""
    try:
        now = json.loads(body)["now"] / 1000
    except (ValueError, TypeError, KeyError, OverflowError):
        now = math.nan
    if not math.isfinite(now):
        return 400, {"Content-Type": "text/plain"}, b'the body must be {"now": <milliseconds since 1970>}'
    clock.move_to(now)
    return 200, {"Content-Type": "text/plain"}, b"moved"
