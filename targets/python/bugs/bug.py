"""What a bug is: a function in the place of a policy, and the clauses of the rulebook that it breaks."""
from typing import Callable, List, NamedTuple, Tuple, Union

from policies import Policies
from sign_in_policies import SignInPolicies

Side = Union[Policies, SignInPolicies]


class Bug(NamedTuple):
    """A mistake, named after its function, on one side of the broker: that of OAuth, or that of signing in."""

    side: Side
    policy: str
    instead: Callable
    clauses: List[str]

    @property
    def name(self) -> str:
        return self.instead.__name__.replace("_", "-")

    @property
    def on(self) -> str:
        return "oauth" if isinstance(self.side, Policies) else "sign-in"

    @property
    def does(self) -> str:
        return self.instead.__doc__

    def policies(self) -> Tuple[Policies, SignInPolicies]:
        """The policies of a broker with this mistake and no other."""
        broken = self.side._replace(**{self.policy: self.instead})
        return (broken, SignInPolicies()) if isinstance(broken, Policies) else (Policies(), broken)


def bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows. Clauses without a section are of `authorize`."""
    whole = [clause if "." in clause else f"authorize.{clause}" for clause in clauses]
    return lambda instead: Bug(Policies(), policy, instead, whole)


def sign_in_bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows, on the side of signing in. Clauses are given with their section."""
    return lambda instead: Bug(SignInPolicies(), policy, instead, list(clauses))
