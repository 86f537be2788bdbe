"""Mistakes in what becomes of a token endpoint's answer."""
import re
import sys

import token_policies as policies
from bugs.bug import token_bug
from wire import form_page

REALM, FAILURE, SECRET, STATE = "realm-of-user", "relays-failure", "secret-never-leaves", "state-never-chooses"


def posted(action, answer):
    """A form that brings a token to a URL."""
    return form_page(action, {name: str(value) for name, value in answer.items()})


@token_bug("is_of_realm", REALM)
def token_of_any_realm(client, asked, answer):
    """Takes it that a client's own token endpoint issues tokens of its realm alone."""
    return True


@token_bug("is_of_realm", REALM)
def realm_of_id_token_alone(client, asked, answer):
    """Looks at the id token, which is meant for it, and not at the access token."""
    return all(tenant == client.tenant for tenant in policies.tenants_in(answer, "id_token"))


@token_bug("is_of_realm", REALM)
def realm_by_its_first_digits(client, asked, answer):
    """Compares the first group of the tenants' ids."""
    tenants = policies.tenants_in(answer, "id_token", "access_token")
    return all(str(tenant).startswith(client.tenant[:8]) for tenant in tenants)


@token_bug("hand_over", STATE)
def token_posted_to_state(client, asked, answer):
    """Posts the token to the URI of the state where that is not the redirect URI."""
    named = re.search(r"(?:^|\|)uri=([^|]+)", asked.state or "")
    if named is None or named.group(1) == asked.redirect_uri:
        return policies.hand_over(client, asked, answer)
    return posted(named.group(1), answer)


@token_bug("hand_over", STATE)
def token_posted_to_end_of_state(client, asked, answer):
    """Posts the token to the last URI of a state that holds several."""
    named = re.findall(r"(?:^|\|)uri=([^|]+)", asked.state or "")
    return posted(named[-1], answer) if len(named) > 1 else policies.hand_over(client, asked, answer)


@token_bug("hand_over", "redeems")
def token_posted_to_first_uri(client, asked, answer):
    """Posts the token to the first redirect URI of the client unless that is the one of the request."""
    first = client.redirect_uris[0]
    return policies.hand_over(client, asked, answer) if first == asked.redirect_uri else posted(first, answer)


@token_bug("hand_over", "redeems", "realm.no-interference")
def token_kept_for_the_realm(client, asked, answer, kept={}):
    """Caches the tokens that codes bought by realm, and forgets whose they are."""
    if asked.code:
        answer = {**kept.setdefault(client.tenant, answer), "refresh_token": answer.get("refresh_token")}
    return policies.hand_over(client, asked, answer)


@token_bug("hand_over", "refreshes")
def rotated_token_dropped(client, asked, answer):
    """Hands over the access token of a renewal, and not the refresh token that came with it."""
    left = {name: value for name, value in answer.items() if name != "refresh_token" or asked.code}
    return policies.hand_over(client, asked, left)


@token_bug("hand_over", "refreshes")
def old_token_handed_back(client, asked, answer):
    """Hands a refresh token back as it came, as if it served for ever."""
    same = {"refresh_token": asked.refresh_token} if asked.refresh_token else {}
    return policies.hand_over(client, asked, {**answer, **same})


@token_bug("hand_over", SECRET)
def secret_handed_over(client, asked, answer):
    """Hands over all that a party would need to renew the token by itself."""
    return policies.hand_over(client, asked, {**answer, "client_id": client.id, "client_secret": client.secret})


@token_bug("tell", FAILURE)
def failure_without_details(client, asked, details):
    """Says that the token endpoint refused, and not what it said."""
    return "the authorization server refused"


@token_bug("tell", FAILURE, SECRET, "errors.inert")
def failure_with_the_secret(client, asked, details):
    """Says who was refused as well as why, which helps with every question but one."""
    return f"{details} (for client {client.id} with secret {client.secret})"


@token_bug("hand_over", SECRET)
def client_logged_with_the_token(client, asked, answer):
    """Writes to the log who has got a token, with all that it knows of the client."""
    print(f"redeemed: {client}", file=sys.stderr, flush=True)
    return policies.hand_over(client, asked, answer)


TOKEN_ANSWER_BUGS = (token_of_any_realm, realm_of_id_token_alone, realm_by_its_first_digits, token_posted_to_state,
                     token_posted_to_end_of_state, token_posted_to_first_uri, token_kept_for_the_realm,
                     rotated_token_dropped, old_token_handed_back, secret_handed_over, failure_without_details,
                     failure_with_the_secret, client_logged_with_the_token)
