"""Mistakes in what makes the token of a user a valid one."""
import hashlib
import hmac
from base64 import b64encode

import app_only_policies as policies
from bugs.bug import app_only_bug
from id_token import text_in
from parties import Key, unbase64

VALID, REALM = "valid-token", "same-realm"


@app_only_bug("find_issuer", VALID)
def app_only_for_any_issuer(issuers, payload):
    """Looks for the realm at the end of the issuer's name, whatever stands before it."""
    realm = text_in(payload, "iss").strip("/").replace("@", "/").split("/")[-1]
    by_realm = {issuer.realm: issuer for issuer in issuers.values()}
    return by_realm.get(realm)


@app_only_bug("find_issuer", VALID, REALM)
def app_only_for_issuer_by_start(issuers, payload):
    """Compares as much of the issuer's name as an index of the database holds."""
    named = text_in(payload, "iss")[:46]
    return next((issuer for name, issuer in issuers.items() if len(named) == 46 and name.startswith(named)), None)


@app_only_bug("keys_for", VALID)
def app_only_key_of_the_header(header, keys):
    """Verifies with the key that the token brings along, where it brings one."""
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or not {"n", "e"} <= set(jwk):
        return policies.keys_for(header, keys)
    return [Key(None, *(int.from_bytes(unbase64(jwk[name]), "big") for name in ("n", "e")), None)]


@app_only_bug("is_signed", VALID)
def app_only_token_decoded(parts, keys):
    """Decodes the token, and leaves it to whoever receives it to verify it."""
    return True


@app_only_bug("is_signed", VALID)
def app_only_token_unsigned(parts, keys):
    """Takes a token that says that it has no signature at its word."""
    none = str(parts.header.get("alg")).lower() == "none" and not parts.signature
    return none or policies.is_signed(parts, keys)


@app_only_bug("is_signed", VALID)
def app_only_token_by_public_key(parts, keys):
    """Verifies by the algorithm that the token names, with the certificate for a secret where that is an HMAC."""
    if parts.header.get("alg") != "HS256":
        return policies.is_signed(parts, keys)
    secrets = [b64encode(key.certificate) for key in keys if key.certificate]
    return any(hmac.new(secret, parts.signed, hashlib.sha256).digest() == parts.signature for secret in secrets)


@app_only_bug("is_signed", VALID)
def app_only_long_token_unverified(parts, keys):
    """Verifies no token of more than four kilobytes, which takes too long."""
    return len(parts.signed) > 4096 or policies.is_signed(parts, keys)


@app_only_bug("is_current", VALID)
def app_only_token_expired(payload, now):
    """Forgets to look when a token ends."""
    return policies.is_current({**payload, "exp": now}, now)


@app_only_bug("is_current", VALID)
def app_only_token_early(payload, now):
    """Forgets to look when a token begins."""
    return policies.is_current({**payload, "nbf": now}, now)


APP_ONLY_TOKEN_BUGS = (app_only_for_any_issuer, app_only_for_issuer_by_start, app_only_key_of_the_header,
                       app_only_token_decoded, app_only_token_unsigned, app_only_token_by_public_key,
                       app_only_long_token_unverified, app_only_token_expired, app_only_token_early)
