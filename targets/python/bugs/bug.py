"""What a bug is: a function in the place of a policy, and the clauses of the rulebook that it breaks."""
from typing import Callable, List, NamedTuple

from policies import Policies


class Bug(NamedTuple):
    """A mistake, named after its function."""

    policy: str
    instead: Callable
    clauses: List[str]

    @property
    def name(self) -> str:
        return self.instead.__name__.replace("_", "-")

    @property
    def does(self) -> str:
        return self.instead.__doc__

    def policies(self) -> Policies:
        """The policies of a broker with this mistake and no other."""
        return Policies()._replace(**{self.policy: self.instead})


def bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows. Clauses are those of the section `authorize`."""
    return lambda instead: Bug(policy, instead, [f"authorize.{clause}" for clause in clauses])
