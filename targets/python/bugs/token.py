"""Mistakes in the token that a party gets, and in where it goes."""
from datetime import datetime, timedelta, timezone

import sign_in_policies as policies
from bugs.bug import sign_in_bug
from id_token import claims_in
from saml import SAML

REISSUES, AUDIENCE, LIFETIME, TYPE = "sign-in.reissues", "sign-in.audience", "sign-in.lifetime", "sign-in.token-type"
CLAIMS, OUT_OF_OPENID, POSTS = "sign-in.claims", "sign-in.wsfed-out-of-oidc", "sign-in.posts-to-registered-reply"


@sign_in_bug("token_id", REISSUES)
def token_id_of_the_process(proof, fresh=policies.token_id("")):
    """Makes the id of a token as the default of an argument, which is evaluated once."""
    return fresh


@sign_in_bug("audience_of", AUDIENCE)
def audience_without_slash(party):
    """Strips the slash from the end of the realm."""
    return party.realm.rstrip("/")


@sign_in_bug("ends", LIFETIME)
def token_ends_in_seconds(person, now):
    """Adds the lifetime in milliseconds to a time in seconds."""
    return now + policies.EIGHT_HOURS * 1000


@sign_in_bug("declared_end", LIFETIME)
def declares_an_hour(until, now):
    """Declares a lifetime of an hour beside a token of eight."""
    return now + 3600


@sign_in_bug("version_of", TYPE)
def version_compared_as_number(party):
    """Issues SAML 2.0 to every party that is registered for 1.1 or later."""
    return "2.0" if float(party.version) >= 1.1 else "1.1"


@sign_in_bug("token_type", TYPE)
def type_declared_by_habit(version):
    """Declares every token as SAML 1.1."""
    return SAML["1.1"]


@sign_in_bug("remember_person", CLAIMS, "realm.no-interference")
def first_person_stays(people, person, known={}):
    """Keeps people by their directory in the default of an argument, which all browsers have in common."""
    return {**people, person.tenant: known.setdefault(person.tenant, person)}


@sign_in_bug("openid_claims", OUT_OF_OPENID, CLAIMS)
def openid_claims_by_their_names(payload):
    """Takes the claim "name" of an id token for the name, and "sub" for the object id."""
    named = {policies.NAME: "name", policies.OBJECT_ID: "sub"}
    return [(kind, [payload.get(named[kind], "")] if kind in named else values) for kind, values in claims_in(payload)
            if not kind.endswith("upn")]


@sign_in_bug("result_address", POSTS)
def result_to_normalised_reply(party, reply):
    """Answers at the reply URL that was asked for and is registered, without the slash at its end."""
    return party.reply if reply is None else reply.rstrip("/")


@sign_in_bug("ends", LIFETIME)
def token_ends_with_the_session(person, now):
    """Counts the lifetime of a token from when its user signed in."""
    return person.since + policies.EIGHT_HOURS


@sign_in_bug("instant", "sign-in.utc")
def instants_with_an_offset(seconds):
    """Writes the time of a zone two hours ahead, with its offset."""
    return datetime.fromtimestamp(seconds, timezone(timedelta(hours=2))).isoformat(timespec="milliseconds")


@sign_in_bug("digest_for", "metadata.verifies-tokens")
def signed_with_sha1_for_old_parties(party):
    """Signs with SHA-1 for whoever is registered for SAML 1.1, which is as old."""
    return "sha1" if party.version == "1.1" else "sha256"


@sign_in_bug("carry", CLAIMS)
def every_claim_carried(claims):
    """Tells a party all that the directory has said."""
    return claims


@sign_in_bug("carry", CLAIMS)
def claims_cut_at_markup(claims):
    """Keeps of a value what stands before the first tag."""
    return [(kind, [value.partition("<")[0] for value in values]) for kind, values in policies.carry(claims)]


@sign_in_bug("carry", CLAIMS)
def claims_in_a_short_column(claims):
    """Keeps the values of claims in a column of 12 characters."""
    return [(kind, [value[:12] for value in values]) for kind, values in policies.carry(claims)]


TOKEN_BUGS = (token_id_of_the_process, audience_without_slash, token_ends_in_seconds, declares_an_hour,
              version_compared_as_number, type_declared_by_habit, first_person_stays, openid_claims_by_their_names,
              result_to_normalised_reply, token_ends_with_the_session, instants_with_an_offset,
              signed_with_sha1_for_old_parties, every_claim_carried, claims_cut_at_markup, claims_in_a_short_column)
