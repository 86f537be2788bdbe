"""Signing in and out over WS-Federation, from request to answer. What it decides is in `sign_in_policies.py`."""
from base64 import b64encode
from functools import partial
from typing import Callable, Dict, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

import id_token
from clock import Clock
from messages import can_be_given_back, repeated, write_metadata, write_result
from parties import Directory, Party, read_federation
from pending import Pending
from rows import METADATA, NOT_WS_FEDERATION, REQUEST, RESPONSE, SIGN_OUT, UNKNOWN_REALM
from saml import Proof, Token, Unreadable, fits_xml, write_token
from seen import Seen
from sessions import Person, Sessions
from sign_in_policies import ELSEWHERE, SignInPolicies, name_of
from signer import NoSigner, NotSigned, Signer
from wire import Params, Response, add_query, farewell_page, form_page, page, redirect, single, with_cookie

SIGN_IN_PATH, METADATA_PATH = "/wsfed", "/federationmetadata/2007-06/federationmetadata.xml"
LONGEST_CONTEXT = 8192  # bytes; a longer one is refused, never cut
LONGEST_RESULT = 1 << 18  # characters; a longer one is not looked at


class Asked(NamedTuple):
    """A sign-in under way, under the key that goes upstream as its context or state."""

    key: str
    mark: str
    at: float
    party: Party
    context: Optional[str]
    reply: Optional[str]
    directory: Directory
    nonce: str


class Refused(Exception):
    """A message that is answered by a row of the error table, with details."""

    def __init__(self, row: str, details: str = ""):
        super().__init__(row)
        self.row, self.details = row, details


class Federation:
    """The flow between the parties of a provision document and the decisions that are made about them."""

    def __init__(self, document: object, policies: SignInPolicies, clock: Clock, nodes: int, signer: Signer):
        self.application, self.directories, self.parties = read_federation(document)
        self.policies, self.clock, self.signer = policies, clock, signer
        self.pending, self.sessions, self.seen = Pending(policies, clock, nodes), Sessions(clock), Seen(clock)
        reply = urlsplit(self.application.reply)
        self.origin, self.reply_path = f"{reply.scheme}://{reply.netloc}", reply.path
        self.written: Tuple[bytes, str] = (b"", "")

    def respond(self, node: int, method: str, path: str, params: Params, cookies: Dict[str, str]) -> Optional[Response]:
        """The answer to a request for one of the paths of this side, or none."""
        if path == METADATA_PATH and method == "GET":
            return self.metadata()
        if path not in (SIGN_IN_PATH, self.reply_path) or method not in ("GET", "POST"):
            return None
        try:
            once = self.policies.once(params)
            known, answered = (params, params) if once is None else once
            return self.find(method, known, answered, once is None)(node, known, cookies)
        except Refused as refused:
            status, headers, body = page(*self.policies.show(refused.row, refused.details), self.policies.quote)
            challenge = self.policies.challenge(refused.row)
            return 401 if challenge else status, {**headers, **challenge}, body

    def find(self, method: str, params: Params, answered: Params,
             twofold: bool) -> Callable[[int, Params, Dict[str, str]], Response]:
        """What a message is (WS-Federation 1.2 section 13.2): a request or an answer, to sign in or out."""
        action = self.policies.action_of(params)
        answers = {"wresult", "id_token", "error"} & params.keys()
        if action in ("wsignout1.0", "wsignoutcleanup1.0"):
            return self.sign_out if action == "wsignout1.0" else self.clean_up
        if twofold or {"wreqptr", "wresultptr"} & params.keys():
            raise Refused(NOT_WS_FEDERATION)
        if action == "wsignin1.0" and not answers and {"wtrealm", "wreply"} & params.keys():
            return partial(self.ask, answered)
        if method == "POST" and action == "wsignin1.0" and answers == {"wresult"} and "wtrealm" not in params:
            return self.answer_of_federation
        if method == "POST" and "wa" not in params and len(answers) == 1 and "wresult" not in params:
            return self.answer_of_openid
        raise Refused(NOT_WS_FEDERATION)

    # --- signing in -----------------------------------------------------------------------------------------------

    def ask(self, answered: Params, node: int, params: Params, cookies: Dict[str, str]) -> Response:
        """A sign-in request: answered at once for who is signed in already, else sent on to the party's directory."""
        party = self.policies.find_party(self.parties, single(params, "wtrealm") or "")
        if party is None:
            raise Refused(UNKNOWN_REALM, single(params, "wtrealm") or "")
        reply, context, freshness = (single(params, name) for name in ("wreply", "wctx", "wfresh"))
        if reply is not None and not self.policies.may_reply(reply, party):
            raise Refused(REQUEST, "wreply is not a registered URL of the relying party")
        party = self.policies.find_party(self.parties, single(answered, "wtrealm") or "") or party
        reply = single(answered, "wreply")
        if context is not None and not (can_be_given_back(context) and len(context.encode()) <= LONGEST_CONTEXT):
            raise Refused(REQUEST, "wctx cannot be given back as it is")
        if freshness is not None and not (freshness.isascii() and freshness.isdigit() and len(freshness) < 9):
            raise Refused(NOT_WS_FEDERATION)
        age = self.policies.age_of(freshness)
        kept = None if context is None else self.policies.keep_context(context)
        session = self.session_of(cookies)
        person = self.policies.person_for(party, self.sessions.find(session).people, self.clock.now(), age)
        if person is not None:
            return self.issue(party, person, kept, reply, session)
        return self.ask_upstream(node, params, party, kept, reply, age)

    def ask_upstream(self, node: int, params: Params, party: Party, context: Optional[str], reply: Optional[str],
                     age: Optional[int]) -> Response:
        """Sends the user to the directory of the party, under the broker's own name."""
        directory = self.policies.directory_for(self.directories, party, params)
        protocol, nonce = self.policies.protocol_of(directory), self.policies.make_nonce()
        asked = self.pending.begin(node, Asked, party, context, reply, directory, nonce)
        if protocol == "wsfed":
            query = self.policies.federation_query(self.application, params, asked.key, age)
        else:
            query = self.policies.openid_query(self.application, params, asked.key, nonce, age)
        to = directory.wsfed_endpoint if protocol == "wsfed" else directory.oidc_endpoint
        return with_cookie(redirect(add_query(to, query)), self.cookie_of(asked.key), asked.mark, ELSEWHERE)

    def cookie_of(self, key: str) -> str:
        return self.policies.cookie_name(key)

    def session_of(self, cookies: Dict[str, str]) -> Optional[str]:
        return cookies.get(self.policies.session_cookie("")[0])

    def asked_by(self, node: int, key: Optional[str], cookies: Dict[str, str], upstream: str) -> Asked:
        """The sign-in that an answer answers. It is over with that, whatever the answer is."""
        asked = self.pending.finish(node, key, cookies)
        if asked is None:
            raise Refused(RESPONSE, "it answers no sign-in that this browser has begun and not ended")
        if not self.policies.answers_in(upstream, self.policies.protocol_of(asked.directory)):
            raise Refused(RESPONSE, "it is in another protocol than the request")
        return asked

    def answer_of_federation(self, node: int, params: Params, cookies: Dict[str, str]) -> Response:
        """An assertion of the identity provider."""
        asked = self.asked_by(node, single(params, "wctx"), cookies, "wsfed")
        result = single(params, "wresult") or ""
        if len(result) > LONGEST_RESULT:
            raise Refused(RESPONSE, "wresult is too long")
        proof = self.policies.proved_elsewhere(result, asked.directory)
        if proof is not None:
            return self.enter(asked, proof, cookies)
        proof = self.proof_in(result, asked.directory)
        self.check(proof, asked, asked.directory.wsfed_issuer, self.application.realm)
        return self.enter(asked, proof, cookies)

    def proof_in(self, result: str, directory: Directory) -> Proof:
        """What the identity provider signed, read from the signed bytes and nothing else."""
        try:
            certificates = self.policies.certificates_for(directory, result)
            try:
                signed = self.signer.verify(result, certificates)
            except NotSigned as wrong:
                signed = self.policies.despite(str(wrong), result)
                if signed is None:
                    raise
                return self.policies.read_proof(signed)
            if not self.policies.is_token_response(result):
                raise Refused(RESPONSE, "wresult is no token response with one assertion")
            return self.policies.read_proof(signed)
        except NotSigned as wrong:
            raise Refused(RESPONSE, f"the assertion is not signed by the identity provider ({wrong})") from wrong
        except Unreadable as error:
            raise Refused(RESPONSE, f"the assertion cannot be read: {error}") from error

    def answer_of_openid(self, node: int, params: Params, cookies: Dict[str, str]) -> Response:
        """An id token, or an error."""
        asked = self.asked_by(node, single(params, "state"), cookies, "oidc")
        if "error" in params:
            people = self.sessions.find(self.session_of(cookies)).people
            person = self.policies.person_despite(single(params, "error") or "", people, asked.party)
            if person is not None:
                return self.issue(asked.party, person, asked.context, asked.reply, self.session_of(cookies))
            said = (single(params, "error_description") or single(params, "error") or "")[:1024]
            raise Refused(RESPONSE, f"the identity provider refuses: {said}")
        try:
            parts = id_token.read_parts(single(params, "id_token") or "")
            if not self.policies.is_proved(parts, asked.directory.keys):
                raise Refused(RESPONSE, "the id token is not signed by the identity provider")
            proof = id_token.read_proof(parts.payload)._replace(claims=self.policies.openid_claims(parts.payload))
        except Unreadable as error:
            raise Refused(RESPONSE, f"the id token cannot be read: {error}") from error
        if not self.policies.answers(proof, asked.nonce):
            raise Refused(RESPONSE, "the id token answers another request")
        self.check(proof, asked, asked.directory.oidc_issuer, self.application.id)
        return self.enter(asked, proof, cookies)

    def check(self, proof: Proof, asked: Asked, issuer: str, audience: str) -> None:
        """Refuses a token that is signed but for another time, audience or tenant, or that has been here before."""
        now = self.clock.now()
        for holds, otherwise in (
            (self.policies.is_issued_by(proof, issuer), "the token names another issuer"),
            (self.policies.is_for(proof, audience), "the token is for another audience"),
            (self.policies.has_begun(proof, now), "the token is not valid yet"),
            (self.policies.has_not_ended(proof, now), "the token has expired"),
            (proof.is_bearer, "the token is not for its bearer"),
            (all(one == self.application.reply for one in proof.recipients), "the token was sent elsewhere"),
            (self.policies.is_of(proof, asked.party.tenant), "the user is not of the relying party's directory"),
            (all(fits_xml(value) for _, values in proof.claims for value in values), "a claim is no text"),
            (name_of(proof.claims), "the token names nobody"),
            (self.policies.takes_once(self.seen, proof), "the token has been used before"),
        ):
            if not holds:
                raise Refused(RESPONSE, otherwise)

    def enter(self, asked: Asked, proof: Proof, cookies: Dict[str, str]) -> Response:
        """Opens a session for who has proved who they are, and gives the party its token."""
        now = self.clock.now()
        person = Person(asked.party.tenant, name_of(proof.claims), self.policies.carry(proof.claims),
                        min(now, now if proof.at is None else proof.at), now)
        old = self.sessions.find(self.session_of(cookies))
        people = self.policies.remember_person(old.people, person)
        key = self.sessions.renew(self.session_of(cookies), people)
        answer = self.issue(asked.party, people[person.tenant], asked.context, asked.reply, key, proof.id)
        name, attributes = self.policies.session_cookie(key)
        answer = with_cookie(answer, name, key, attributes)
        if self.pending.holds(asked.key):
            return answer
        return with_cookie(answer, self.cookie_of(asked.key), "", f"{ELSEWHERE}; Max-Age=0")

    def issue(self, party: Party, person: Person, context: Optional[str], reply: Optional[str], session: Optional[str],
              upstream: str = "") -> Response:
        """A new token for a party, in a form that takes it there."""
        now, version = self.clock.now(), self.policies.version_of(party)
        token = Token(version, self.policies.token_id(upstream), self.application.realm,
                      self.policies.audience_of(party), now, self.policies.ends(person, now), person.name,
                      person.claims, min(person.at, now))
        write = self.policies.instant
        signature = self.signer.sign(write_token(token, write=write), token.id, self.policies.digest_for(party))
        signed = write_token(token, signature, write)
        result = write_result(signed, token.audience, self.policies.token_type(version), now,
                              self.policies.declared_end(token.until, now))
        self.sessions.tell(session, party.realm)
        fields = {"wa": "wsignin1.0", "wresult": result, "wctx": context}
        return form_page(self.policies.result_address(party, reply), fields)

    # --- signing out ----------------------------------------------------------------------------------------------

    def sign_out(self, node: int, params: Params, cookies: Dict[str, str]) -> Response:
        """Ends the session here, upstream and at every party that was signed in to."""
        if repeated(params):
            raise Refused(SIGN_OUT, f"{repeated(params)} is repeated")
        session = self.sessions.end(self.session_of(cookies))
        images = (self.policies.clean_ups(session.realms, self.parties)
                  + self.policies.upstream_sign_outs(session.people, self.directories))
        onward = self.policies.onward(single(params, "wreply"), self.parties)
        return self.farewell(farewell_page("You have signed out.", images, onward))

    def clean_up(self, node: int, params: Params, cookies: Dict[str, str]) -> Response:
        """The identity provider says that the session there is over: so it is here and at the parties."""
        session = self.sessions.end(self.session_of(cookies))
        images = self.policies.clean_ups(session.realms, self.parties)
        return self.farewell(farewell_page("You have been signed out.", images, None))

    def farewell(self, answer: Response) -> Response:
        name, attributes = self.policies.session_cookie("")
        return with_cookie(answer, name, "", f"{attributes}; Max-Age=0")

    # --- the metadata ---------------------------------------------------------------------------------------------

    def metadata(self) -> Response:
        """Federation metadata: who the broker is, where it is asked, and by which certificate its tokens verify."""
        try:
            own = self.signer.certificate()
            if self.written[0] != own:
                self.written = own, self.write_metadata(own)
        except NoSigner as error:
            return page(*self.policies.show(METADATA, str(error)), self.policies.quote)
        return 200, {"Content-Type": "application/samlmetadata+xml"}, self.written[1].encode()

    def write_metadata(self, own: bytes) -> str:
        """The document for one certificate, signed under it."""
        parts = (f"_{own[-24:].hex()}", self.policies.entity_id(self.application),
                 [b64encode(one).decode() for one in self.policies.published(own, self.directories)],
                 self.policies.passive_endpoints(self.origin + SIGN_IN_PATH))
        return write_metadata(*parts, self.signer.sign(write_metadata(*parts), parts[0]))
