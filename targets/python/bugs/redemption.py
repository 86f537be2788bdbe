"""Mistakes in how a code is redeemed."""
import policies
from bugs.bug import bug
from wire import single

RESTORES = "restores-redirect-and-state"


@bug("token_form", RESTORES)
def redeemed_under_callers_redirect(client, code, params):
    """Sends the caller's redirect URI on, under which the authorization server issued no code."""
    return {**policies.token_form(client, code, params), "redirect_uri": single(params, "RedirectUri")}


@bug("token_form", RESTORES)
def redeemed_with_callers_secret(client, code, params):
    """Sends the caller's secret on, which is empty."""
    return {**policies.token_form(client, code, params), "client_secret": single(params, "ClientSecret") or ""}


REDEMPTION_BUGS = (redeemed_under_callers_redirect, redeemed_with_callers_secret)
