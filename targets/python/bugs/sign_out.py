"""Mistakes in how a session ends, and in what the metadata says."""
from urllib.parse import urlsplit

import sign_in_policies as policies
from bugs.bug import sign_in_bug

ENDS, CLEANS, LEADS = "sign-out.ends-session", "sign-out.cleans-up-parties", "sign-out.unregistered-reply"
PUBLISHED, CONFIGURES, VERIFIES = "metadata.published", "metadata.configures-party", "metadata.verifies-tokens"


@sign_in_bug("upstream_sign_outs", ENDS)
def signs_out_here_alone(people, directories):
    """Ends the session at the broker, and leaves that at the identity provider to itself."""
    return []


@sign_in_bug("clean_ups", CLEANS)
def tells_one_party_of_each_directory(realms, parties):
    """Collects the parties of a session in a dictionary by directory, where the last takes the place of the others."""
    last = {parties[realm].tenant: realm for realm in realms}
    return policies.clean_ups(last.values(), parties)


@sign_in_bug("onward", LEADS)
def leads_where_no_scheme_is(reply, parties):
    """Leads to every reply URL without a scheme, which it takes for a path of its own."""
    return reply if reply and not urlsplit(reply).scheme else policies.onward(reply, parties)


@sign_in_bug("upstream_sign_outs", ENDS)
def asks_upstream_for_nothing(people, directories):
    """Calls the identity provider at its address without saying what for."""
    return [url.partition("?")[0] for url in policies.upstream_sign_outs(people, directories)]


@sign_in_bug("onward", LEADS)
def leads_by_prefix(reply, parties):
    """Leads to every URL that begins with a registered one."""
    return reply if reply and any(reply.startswith(party.reply) for party in parties.values()) else None


@sign_in_bug("published", "metadata.rollover")
def publishes_its_first_certificate(certificate, directories, first=[]):
    """Makes the list of certificates once, and never looks whether they still sign."""
    first or first.append(certificate)
    return first


@sign_in_bug("passive_endpoints", PUBLISHED)
def metadata_without_endpoint(address):
    """Publishes no address: parties know it anyway."""
    return []


@sign_in_bug("entity_id", CONFIGURES, "sign-in.reissues")
def entity_id_without_slash(application):
    """Names itself in the metadata without the slash that its tokens have."""
    return application.realm.rstrip("/")


@sign_in_bug("published", VERIFIES, CONFIGURES, "sign-in.reissues")
def publishes_upstream_certificates(certificate, directories):
    """Publishes the certificates of the identity provider, as whoever passes tokens on would."""
    return list({key.certificate for one in directories.values() for key in one.keys if key.certificate})


SIGN_OUT_BUGS = (signs_out_here_alone, tells_one_party_of_each_directory, leads_where_no_scheme_is,
                 asks_upstream_for_nothing, leads_by_prefix)
METADATA_BUGS = (metadata_without_endpoint, entity_id_without_slash, publishes_upstream_certificates,
                 publishes_its_first_certificate)
