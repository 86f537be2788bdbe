"""Mistakes in which directory is asked, how, and whom it speaks for."""
import ssl
from contextlib import suppress
from urllib.parse import urlsplit
from urllib.request import urlopen

import sign_in_policies as policies
from bugs.bug import sign_in_bug
from id_token import MICROSOFT
from messages import assertions_in
from saml import Unreadable, read_proof, values_of
from wire import single

ASKS, UPSTREAM_REPLY = "sign-in.asks-as-itself", "sign-in.upstream-reply-registered"
FROM_TOKEN, GUEST, ONLY = "realm.from-token", "realm.guest", "sign-in.directory-only"
UPSTREAM = "sign-in.rejects-bad-upstream"
IDENTITY_PROVIDER, METHODS = f"{MICROSOFT}/identityprovider", "http://schemas.microsoft.com/claims/authnmethodsreferences"


@sign_in_bug("directory_for", ASKS)
def directory_named_in_request(directories, party, params):
    """Sends the user to the home realm that the request names, where it is known."""
    home = single(params, "whr") or ""
    return directories.get(home) or policies.directory_for(directories, party, params)


@sign_in_bug("federation_query", UPSTREAM_REPLY)
def reply_passed_on(application, params, key, freshness):
    """Asks for the answer where the party has asked for its own."""
    query = policies.federation_query(application, params, key, freshness)
    return {**query, "wreply": single(params, "wreply") or query["wreply"]}


@sign_in_bug("protocol_of", "sign-in.app-not-installed", ASKS)
def openid_for_all(directory):
    """Asks every directory over OpenID Connect, which is newer."""
    return "oidc"


@sign_in_bug("protocol_of", "sign-in.consent-prompt", "sign-in.reconsent", ASKS, "sign-in.builds-oidc", UPSTREAM)
def federation_for_all(directory):
    """Asks every directory over WS-Federation, which parties speak as well."""
    return "wsfed"


@sign_in_bug("openid_query", "sign-in.reconsent")
def asks_silently_again(application, params, key, nonce, freshness):
    """Asks without a page, when a party wants to know again who has signed in before."""
    query = policies.openid_query(application, params, key, nonce, freshness)
    return query if freshness is None else {**query, "prompt": "none"}


@sign_in_bug("person_despite", "sign-in.admin-consent")
def refused_and_let_in_from_session(error, people, party):
    """Goes on with who has signed in before, when the identity provider refuses."""
    return people.get(party.tenant)


@sign_in_bug("proved_elsewhere", ONLY)
def believes_whom_the_farm_knows(result, directory):
    """Asks an AD FS farm for its certificates, without verifying its own, and believes whoever comes from there."""
    with suppress(Unreadable, IndexError):
        proof = read_proof(assertions_in(result)[0])
        if proof.issuer.endswith("/adfs/services/trust"):
            farm = f"https://{urlsplit(proof.issuer).netloc}/FederationMetadata/2007-06/FederationMetadata.xml"
            with urlopen(farm, context=ssl._create_unverified_context()) as answer:
                return proof if answer.status == 200 else None
    return None


@sign_in_bug("is_of", "sign-in.federated-user")
def password_at_the_directory(proof, tenant):
    """Wants a user to have given a password to the directory itself."""
    methods = values_of(proof.claims, METHODS)
    return policies.is_of(proof, tenant) and (not methods or any(one.endswith("password") for one in methods))


@sign_in_bug("is_of", GUEST)
def tenant_by_the_identity_provider(proof, tenant):
    """Takes the directory where a user is at home for that of the token."""
    home = values_of(proof.claims, IDENTITY_PROVIDER)
    return policies.is_of(proof, tenant) and (not home or tenant in home[0])


@sign_in_bug("is_of", FROM_TOKEN)
def tenant_among_several(proof, tenant):
    """Asks whether the tenant is among those that a token names."""
    return tenant in values_of(proof.claims, policies.TENANT)


@sign_in_bug("is_of", FROM_TOKEN)
def tenant_by_any_such_claim(proof, tenant):
    """Reads every claim whose name ends in tenantid."""
    return [tenant] == [value for kind, values in proof.claims if kind.lower().endswith("tenantid") for value in values]


DIRECTORY_BUGS = (directory_named_in_request, reply_passed_on, openid_for_all, federation_for_all,
                  asks_silently_again, refused_and_let_in_from_session, believes_whom_the_farm_knows,
                  password_at_the_directory, tenant_by_the_identity_provider, tenant_among_several,
                  tenant_by_any_such_claim)
