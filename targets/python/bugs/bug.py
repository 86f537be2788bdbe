"""What a bug is: a function in the place of a policy, and the clauses of the rulebook that it breaks."""
from typing import Callable, List, NamedTuple, Tuple, Union

from app_only_policies import AppOnlyPolicies
from policies import Policies
from sign_in_policies import SignInPolicies
from token_policies import TokenPolicies

Side = Union[Policies, SignInPolicies, TokenPolicies, AppOnlyPolicies]
HONEST = Policies(), SignInPolicies(), TokenPolicies(), AppOnlyPolicies()


class Bug(NamedTuple):
    """A mistake, named after its function, on one side of the broker: that of OAuth, of which token requests are a part
    with decisions of its own, that of app-only tokens, or that of signing in."""

    side: Side
    policy: str
    instead: Callable
    clauses: List[str]

    @property
    def name(self) -> str:
        return self.instead.__name__.replace("_", "-")

    @property
    def on(self) -> str:
        names = {SignInPolicies: "sign-in", AppOnlyPolicies: "app-only"}
        return names.get(type(self.side), "oauth")

    @property
    def does(self) -> str:
        return self.instead.__doc__

    def policies(self) -> Tuple[Policies, SignInPolicies, TokenPolicies, AppOnlyPolicies]:
        """The policies of a broker with this mistake and no other."""
        broken = self.side._replace(**{self.policy: self.instead})
        return tuple(broken if isinstance(broken, type(honest)) else honest for honest in HONEST)


def bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows. Clauses without a section are of `authorize`."""
    whole = [clause if "." in clause else f"authorize.{clause}" for clause in clauses]
    return lambda instead: Bug(Policies(), policy, instead, whole)


def sign_in_bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows, on the side of signing in. Clauses are given with their section."""
    return lambda instead: Bug(SignInPolicies(), policy, instead, list(clauses))


def token_bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows, on token requests. Clauses without a section are of `token`."""
    whole = [clause if "." in clause else f"token.{clause}" for clause in clauses]
    return lambda instead: Bug(TokenPolicies(), policy, instead, whole)


def app_only_bug(policy: str, *clauses: str) -> Callable[[Callable], Bug]:
    """Makes a bug of the function that follows, on app-only tokens. Clauses without a section are of `app-only`."""
    whole = [clause if "." in clause else f"app-only.{clause}" for clause in clauses]
    return lambda instead: Bug(AppOnlyPolicies(), policy, instead, whole)
