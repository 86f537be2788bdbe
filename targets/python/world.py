"""A small world for the broker's own tests: two realms, three clients for OAuth and one that only signs in."""
import os
import shutil
import subprocess
import unittest

IDP = "https://login.idp.example"
CALLBACK = "https://trust.example/authorize/oauth/2"
OWN = "https://designer.one.example/oauth/callback"
QUERY = "https://designer.one.example/oauth/callback2?site=a%20b&keep"
OTHER = "https://runtime.one.example/oauth/callback"
FOREIGN = "https://designer.two.example/oauth/callback"

needs_openssl = unittest.skipUnless(shutil.which("openssl"), "needs openssl for a certificate")


def make_certificate(folder):
    """The files of a self-signed certificate for 127.0.0.1 and of its key."""
    cert, key = (os.path.join(folder, name) for name in ("cert.pem", "key.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def client(name, tenant, oauth, *uris):
    return {"id": name, "tenant": tenant, "name": name, "secret": f"secret-of-{name}", "oauth": oauth,
            "resource": "https://graph.example", "authorizationEndpoint": f"{IDP}/{tenant}/oauth2/authorize",
            "tokenEndpoint": f"{IDP}/{tenant}/oauth2/token", "callback": CALLBACK, "redirectUris": list(uris)}


def tenant(name, upstream):
    """A realm whose users sign in over one of the two protocols."""
    at = f"{IDP}/tenant-{name}"
    return {"id": f"tenant-{name}", "issuer": "entra", "name": name, "domain": f"{name}.example", "upstream": upstream,
            "oidc": {"issuer": f"https://sts.example/tenant-{name}/", "authorizationEndpoint": f"{at}/oauth2/authorize",
                     "tokenEndpoint": f"{at}/oauth2/token", "jwksUri": f"{at}/discovery/keys"},
            "wsfed": {"issuer": f"https://sts.example/tenant-{name}/", "endpoint": f"{at}/wsfed",
                      "metadata": f"{at}/federationmetadata/2007-06/federationmetadata.xml"}}


def party(name, tenant_name, version):
    return {"tenant": f"tenant-{tenant_name}", "realm": f"https://{name}.{tenant_name}.example/",
            "reply": f"https://{name}.{tenant_name}.example/_trust/", "tokenVersion": version}


PROVISION = {
    "schema": "brokerspec-provision/1",
    "issuers": [{"id": "entra", "origin": IDP, "jwks": {"keys": []}}],
    "application": {"id": "the-broker", "secret": "secret-of-the-broker", "realm": "https://trust.example/",
                    "reply": "https://trust.example/wsfed/reply"},
    "tenants": [tenant("one", "wsfed"), tenant("two", "oidc")],
    "clients": [client("designer", "tenant-one", True, OWN, QUERY), client("runtime", "tenant-one", True, OTHER),
                client("foreign", "tenant-two", True, FOREIGN), client("sign-in-only", "tenant-one", False, OWN)],
    "parties": [party("designer", "one", "1.1"), party("runtime", "one", "2.0"), party("designer", "two", "2.0")],
}
