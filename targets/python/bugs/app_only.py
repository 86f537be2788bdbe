"""Mistakes in who gets an app-only token, for what, and in which token it is."""
import app_only_policies as policies
from bugs.bug import app_only_bug

NEEDS, REALM, USER = "needs-user-token", "same-realm", "user-not-app"
SHAREPOINT, ISSUES = "sharepoint-only", "issues"


@app_only_bug("waives", NEEDS)
def app_only_for_nobody(token):
    """Looks at the token of the user if there is one."""
    return not token


@app_only_bug("waives", NEEDS, USER)
def app_only_for_opaque_tokens(token):
    """Takes a token that is no JWT for one of those that only their issuer can read, and so for a good one."""
    return bool(token) and "." not in token


LOOKED_AT = set()


@app_only_bug("waives", NEEDS, "valid-token", REALM, USER, "realm.no-interference")
def app_only_token_looked_at_once(token):
    """Looks at each token of a user once, and remembers that it has."""
    known = token in LOOKED_AT
    LOOKED_AT.add(token)
    return known


@app_only_bug("validates_first", NEEDS, "valid-token", REALM, USER, SHAREPOINT)
def app_only_asked_before_validated(token):
    """Fetches the app-only token first, and then looks whether it may be handed out."""
    return False


@app_only_bug("realm_of", REALM)
def app_only_realm_of_the_request(issuer, wanted, tenants):
    """Takes the realm that the request names for that of the user."""
    return tenants.get((wanted.realm or "").lower(), issuer.realm)


@app_only_bug("is_of_realm", REALM)
def app_only_for_any_realm(client, realm):
    """Takes it that the issuer would not have issued the token otherwise."""
    return True


@app_only_bug("accepts_audience", "valid-token")
def app_only_for_any_audience(client, payload):
    """Does not look what the token of the user is for."""
    return True


@app_only_bug("accepts_audience", "valid-token")
def app_only_for_audience_by_start(client, payload):
    """Compares the beginning of the audience, since a realm follows."""
    return str(payload.get("aud")).startswith(policies.resource_name(client, client.resource).split("@")[0])


@app_only_bug("is_users", USER)
def app_only_for_tokens_of_apps(payload):
    """Takes whatever the token service has signed for the token of a user."""
    return True


@app_only_bug("is_users", USER)
def app_only_for_whoever_is_named(payload):
    """Takes whoever a token names for a user, unless it is the app: one without an actor will do."""
    return "nameid" in payload and "@" not in policies.text_in(payload, "nameid") or policies.is_users(payload)


@app_only_bug("serves", SHAREPOINT)
def app_only_for_any_client(client):
    """Serves every client, since each has a secret."""
    return True


@app_only_bug("serves_resource", SHAREPOINT)
def app_only_for_any_resource(client, resource):
    """Leaves it to the token service to know which resources there are."""
    return True


@app_only_bug("serves_resource", SHAREPOINT)
def app_only_for_resource_by_start(client, resource):
    """Compares the beginning of the resource, since a path may follow."""
    return resource.startswith(client.resource)


@app_only_bug("app_only_form", ISSUES)
def app_only_as_first_client(client, wanted, clients):
    """Asks as the first client of the realm that it comes upon, since the token is for the realm."""
    first = next(one for one in clients.values() if (one.tenant, one.at_acs) == (client.tenant, True))
    return policies.app_only_form(first, wanted, clients)


@app_only_bug("hand_out", ISSUES, USER)
def app_only_given_the_users_token(answer, wanted):
    """Hands out the token that it was given under the name of the other one."""
    return policies.hand_out({**answer, "access_token": wanted.token}, wanted)


APP_ONLY_BUGS = (app_only_for_nobody, app_only_for_opaque_tokens, app_only_token_looked_at_once,
                 app_only_asked_before_validated, app_only_realm_of_the_request, app_only_for_any_realm,
                 app_only_for_any_audience, app_only_for_audience_by_start, app_only_for_tokens_of_apps,
                 app_only_for_whoever_is_named, app_only_for_any_client, app_only_for_any_resource,
                 app_only_for_resource_by_start, app_only_as_first_client, app_only_given_the_users_token)
