"""The catalogue of bugs; what each of them breaks is for the harness to find out."""
import inspect
import unittest

import app_only_policies
import policies
import sign_in_policies
import token_policies
from app_only_policies import AppOnlyPolicies
from bugs import BUGS
from policies import Policies
from sign_in_policies import SignInPolicies
from token_policies import TokenPolicies

CLAUSES = {f"{section}.{name}" for section, names in {
    "metadata": ("published", "configures-party", "verifies-tokens", "rollover"),
    "sign-in": ("asks-as-itself", "upstream-reply-registered", "builds-oidc", "reissues", "wsfed-out-of-oidc",
                "posts-to-registered-reply", "keeps-context", "token-type", "upstream-token-types", "lifetime",
                "audience", "claims", "single-sign-on", "utc", "never-prompts", "directory-only", "federated-user",
                "unknown-realm", "unregistered-reply", "malformed", "app-not-installed", "consent-prompt",
                "admin-consent", "reconsent", "rejects-bad-upstream", "tls-only"),
    "sign-out": ("ends-session", "cleans-up-parties", "unregistered-reply", "malformed"),
    "realm": ("from-token", "members-only", "no-interference", "shared-directory", "guest"),
    "authorize": ("starts-code-flow", "restores-redirect-and-state", "many-uris", "unknown-client",
                  "unregistered-redirect", "client-before-redirect", "client-not-oauth", "redirect-bound-to-client",
                  "redirect-bound-to-realm", "code-only", "version", "relays-refusal", "callback-unknown", "any-node"),
    "token": ("redeems", "unknown-client", "unregistered-redirect", "secret-only-after-validation",
              "secret-never-leaves", "ignores-callers-endpoint", "state-never-chooses", "realm-of-user", "refreshes",
              "audience", "relays-failure"),
    "app-only": ("needs-user-token", "valid-token", "same-realm", "user-not-app", "sharepoint-only", "issues"),
    "storage": ("no-passwords",),
    "errors": ("row-not-ws-federation", "row-sign-in-request", "row-sign-in-response", "row-sign-out-request",
               "row-unknown-realm", "row-oauth-version", "row-authorization-request", "row-authorization-response",
               "row-token-request", "distinct", "inert", "client-faults-are-4xx")}.items() for name in names}
UNSEEN = ("cookie_name",)  # of sign-ins: their answers come in any order as well
SIDES = ((policies, Policies()), (sign_in_policies, SignInPolicies()), (token_policies, TokenPolicies()),
         (app_only_policies, AppOnlyPolicies()))


class Catalogue(unittest.TestCase):
    def test_every_clause_is_broken_and_no_other(self):
        self.assertEqual(CLAUSES, {clause for bug in BUGS.values() for clause in bug.clauses})

    def test_every_policy_is_a_default_under_its_own_name_and_has_a_bug(self):
        for module, honest in SIDES:
            for name, policy in honest._asdict().items():
                self.assertIs(policy, getattr(module, name))
                broken = [bug for bug in BUGS.values() if (type(bug.side), bug.policy) == (type(honest), name)]
                self.assertTrue(broken or (module is sign_in_policies and name in UNSEEN), name)

    def test_a_bug_takes_the_place_of_one_policy_and_says_so_in_a_line(self):
        for bug in BUGS.values():
            changed = [(type(honest), name) for (_, honest), broken in zip(SIDES, bug.policies())
                       for name, policy in honest._asdict().items() if getattr(broken, name) is not policy]
            self.assertEqual([(type(bug.side), bug.policy)], changed)
            expected = list(inspect.signature(getattr(bug.side, bug.policy)).parameters)
            given = inspect.signature(bug.instead).parameters.values()
            self.assertEqual(expected, [one.name for one in given if one.default is one.empty])
            self.assertRegex(bug.does, r"\A[A-Z][^\n]*\.\Z")


if __name__ == "__main__":
    unittest.main()
