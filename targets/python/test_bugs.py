"""The catalogue of bugs; what each of them breaks is for the harness to find out."""
import inspect
import unittest

import policies
import sign_in_policies
from bugs import AWAITING, BUGS
from policies import Policies
from sign_in_policies import SignInPolicies

CLAUSES = {f"authorize.{name}" for name in (
    "starts-code-flow", "restores-redirect-and-state", "many-uris", "unknown-client", "unregistered-redirect",
    "client-before-redirect", "client-not-oauth", "redirect-bound-to-client", "redirect-bound-to-realm", "code-only",
    "version", "relays-refusal", "callback-unknown", "any-node")} | {"realm.members-only", "realm.from-token"} | {
    f"{section}.{name}" for section, names in {
        "metadata": ("published", "configures-party", "verifies-tokens"),
        "sign-in": ("asks-as-itself", "builds-oidc", "reissues", "wsfed-out-of-oidc", "posts-to-registered-reply",
                    "keeps-context", "token-type", "lifetime", "audience", "claims", "never-prompts", "unknown-realm",
                    "unregistered-reply", "malformed", "rejects-bad-upstream"),
        "sign-out": ("ends-session", "cleans-up-parties", "unregistered-reply")}.items() for name in names}
ALL = [*BUGS.values(), *AWAITING.values()]
UNSEEN = ("cookie_name", "spend")  # of sign-ins: their cookie and their token are good once as well
SIDES = ((policies, Policies()), (sign_in_policies, SignInPolicies()))


class Catalogue(unittest.TestCase):
    def test_every_clause_is_broken_and_no_other(self):
        self.assertEqual(CLAUSES, {clause for bug in BUGS.values() for clause in bug.clauses})

    def test_every_policy_is_a_default_under_its_own_name_and_has_a_bug(self):
        for module, honest in SIDES:
            for name, policy in honest._asdict().items():
                self.assertIs(policy, getattr(module, name))
                broken = [bug for bug in ALL if (type(bug.side), bug.policy) == (type(honest), name)]
                self.assertTrue(broken or (module is sign_in_policies and name in UNSEEN), name)

    def test_a_bug_takes_the_place_of_one_policy_and_says_so_in_a_line(self):
        for bug in ALL:
            changed = [(type(honest), name) for (_, honest), broken in zip(SIDES, bug.policies())
                       for name, policy in honest._asdict().items() if getattr(broken, name) is not policy]
            self.assertEqual([(type(bug.side), bug.policy)], changed)
            expected = list(inspect.signature(getattr(bug.side, bug.policy)).parameters)
            given = inspect.signature(bug.instead).parameters.values()
            self.assertEqual(expected, [one.name for one in given if one.default is one.empty])
            self.assertRegex(bug.does, r"\A[A-Z][^\n]*\.\Z")


if __name__ == "__main__":
    unittest.main()
