"""The messages of WS-Federation: what a browser brings, what an identity provider answers, and what a party is given."""
from typing import List, Optional
from xml.etree import ElementTree

from saml import SAML, escape, instant, tag
from wire import Params

ONCE = ("wa", "wtrealm", "wreply", "wctx", "wct", "wfresh", "wauth", "whr", "wreq", "wresult", "wresultptr", "wreqptr",
        "state", "id_token", "code", "error")

TRUST = {"2005": "http://schemas.xmlsoap.org/ws/2005/02/trust",
         "1.3": "http://docs.oasis-open.org/ws-sx/ws-trust/200512"}
POLICY, ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/2005/08/addressing"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
FEDERATION, METADATA = "http://docs.oasis-open.org/wsfed/federation/200706", "urn:oasis:names:tc:SAML:2.0:metadata"
ASSERTIONS = [f"{{{space}}}Assertion" for space in SAML.values()]
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"


def repeated(params: Params) -> Optional[str]:
    """A parameter that comes twice, and has no meaning for that."""
    return next((name for name in ONCE if len(params.get(name, [])) > 1), None)


def can_be_given_back(context: str) -> bool:
    """Whether a form can carry a context as it is: HTML knows no NUL and changes line ends, and forms are UTF-8."""
    return not any(sign in context for sign in "\0\r\n") and not any(0xD800 <= ord(sign) <= 0xDFFF for sign in context)


def is_token_response(xml: str) -> bool:
    """Whether a `wresult` is a response of WS-Trust around one assertion. It has been parsed once, without a DTD."""
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError):
        return False
    for space in TRUST.values():
        name = f"{{{space}}}RequestSecurityTokenResponse"
        responses = list(root) if root.tag == f"{name}Collection" else [root]
        if len(responses) == 1 and responses[0].tag == name:
            tokens = [token for one in responses[0].findall(f"{{{space}}}RequestedSecurityToken") for token in one]
            return len(tokens) == 1 and tokens[0].tag in ASSERTIONS
    return False


def assertions_in(xml: str) -> List[bytes]:
    """The assertions of a message, whoever signed them: for a broker that does not care."""
    return [ElementTree.tostring(one) for one in ElementTree.fromstring(xml).iter() if one.tag in ASSERTIONS]


def endpoint(address: str) -> str:
    """An address in the form of WS-Addressing."""
    return tag("EndpointReference", tag("Address", escape(address)), xmlns=ADDRESSING)


def write_result(assertion: str, audience: str, kind: str, now: float, until: float) -> str:
    """The `wresult` of a token, in the form of WS-Trust of February 2005 that WIF reads; no space between elements."""
    def moment(name: str, at: float) -> str:
        return f'<wsu:{name} xmlns:wsu="{UTILITY}">{instant(at)}</wsu:{name}>'

    inside = [tag("t:Lifetime", moment("Created", now), moment("Expires", until)),
              f'<wsp:AppliesTo xmlns:wsp="{POLICY}">{endpoint(audience)}</wsp:AppliesTo>',
              tag("t:RequestedSecurityToken", assertion), tag("t:TokenType", kind),
              tag("t:RequestType", f"{TRUST['2005']}/Issue"),
              tag("t:KeyType", "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey")]
    name = "t:RequestSecurityTokenResponse"
    return f'<{name} xmlns:t="{TRUST["2005"]}">{"".join(inside)}</{name}>'


def write_metadata(name: str, entity: str, certificates: List[str], addresses: List[str], signature: str = "") -> str:
    """Federation metadata (WS-Federation 1.2 section 3): a security token service. Certificates are base64."""
    infos = [tag("KeyInfo", tag("X509Data", tag("X509Certificate", one)), xmlns=SIGNATURE) for one in certificates]
    keys = [tag("KeyDescriptor", info, use="signing") for info in infos]
    types = tag("fed:TokenTypesOffered", *(tag("fed:TokenType", Uri=space) for space in SAML.values()))
    services = [tag(f"fed:{kind}Endpoint", endpoint(address)) for kind in ("SecurityTokenService", "PassiveRequestor")
                for address in addresses]
    role = (f'<RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="{FEDERATION}"'
            f' xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="{FEDERATION}"'
            f' ServiceDisplayName="K2Trust">{"".join(keys)}{types}{"".join(services)}</RoleDescriptor>')
    return tag("EntityDescriptor", signature, role, xmlns=METADATA, ID=name, entityID=entity)
