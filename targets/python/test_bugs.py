"""The catalogue of bugs; what each of them breaks is for the harness to find out."""
import inspect
import unittest

import policies
from bugs import BUGS
from policies import Policies

CLAUSES = {f"authorize.{name}" for name in (
    "starts-code-flow", "restores-redirect-and-state", "many-uris", "unknown-client", "unregistered-redirect",
    "client-before-redirect", "client-not-oauth", "redirect-bound-to-client", "redirect-bound-to-realm", "code-only",
    "version", "relays-refusal", "callback-unknown", "any-node")}


class Catalogue(unittest.TestCase):
    def test_every_clause_is_broken_and_no_other(self):
        self.assertEqual(CLAUSES, {clause for bug in BUGS.values() for clause in bug.clauses})

    def test_every_policy_is_a_default_under_its_own_name_and_has_a_bug(self):
        for name, policy in Policies()._asdict().items():
            self.assertIs(policy, getattr(policies, name))
            self.assertTrue(any(bug.policy == name for bug in BUGS.values()), name)

    def test_a_bug_takes_the_place_of_one_policy_and_says_so_in_a_line(self):
        for bug in BUGS.values():
            honest, broken = Policies()._asdict(), bug.policies()._asdict()
            self.assertEqual([bug.policy], [name for name in honest if broken[name] is not honest[name]])
            expected = list(inspect.signature(honest[bug.policy]).parameters)
            given = inspect.signature(bug.instead).parameters.values()
            self.assertEqual(expected, [one.name for one in given if one.default is one.empty])
            self.assertRegex(bug.does, r"\A[A-Z][^\n]*\.\Z")


if __name__ == "__main__":
    unittest.main()
