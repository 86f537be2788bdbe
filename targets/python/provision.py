"""What the broker knows of the world: the realms and the clients of a provision document."""
import json
from typing import Dict, List, NamedTuple, Tuple

from wire import is_absolute

Tenants = Dict[str, str]


class Client(NamedTuple):
    """An OAuth client with its upstream registration. The secret is for the token endpoint alone."""

    id: str
    tenant: str
    oauth: bool
    secret: str
    resource: str
    authorization_endpoint: str
    token_endpoint: str
    callback: str
    redirect_uris: List[str]
    at_acs: bool = False  # Azure ACS issues its tokens, for SharePoint


Clients = Dict[str, Client]


class ProvisionError(Exception):
    """The provision document cannot be used; the message says why."""


def read_field(record: object, where: str, name: str, kind: type):
    """A member of a JSON object, of the expected type."""
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, kind) or value == "":
        expected = {str: "a non-empty string", bool: "true or false", list: "an array", dict: "an object"}[kind]
        raise ProvisionError(f"{where}.{name} must be {expected}")
    return value


def read_tenants(records: List[object]) -> Tenants:
    """The ids of the realms, by lower-case id and domain."""
    tenants: Tenants = {}
    for index, record in enumerate(records):
        for name in ("id", "domain"):
            tenants[read_field(record, f"tenants[{index}]", name, str).lower()] = record["id"]
    return tenants


def read_client(record: object, where: str, tenants: Tenants) -> Client:
    """One client, all of whose URLs are absolute and whose realm is known."""
    def text(name):
        return read_field(record, where, name, str)

    client = Client(id=text("id"), tenant=text("tenant"), oauth=read_field(record, where, "oauth", bool),
                    secret=text("secret"), resource=text("resource"), callback=text("callback"),
                    authorization_endpoint=text("authorizationEndpoint"), token_endpoint=text("tokenEndpoint"),
                    redirect_uris=read_field(record, where, "redirectUris", list),
                    at_acs=record.get("tokenService") == "acs")
    for uri in [client.authorization_endpoint, client.callback, *client.redirect_uris]:
        if not is_absolute(uri):
            raise ProvisionError(f"{where}: {json.dumps(uri)} is not an absolute http or https URL")
    if not is_absolute(client.token_endpoint, "https"):
        raise ProvisionError(f"{where}.tokenEndpoint must be an absolute https URL, since the secret goes there")
    if not client.redirect_uris:
        raise ProvisionError(f"{where}.redirectUris must not be empty")
    if client.tenant not in tenants.values():
        raise ProvisionError(f"{where}.tenant is not the id of a tenant")
    return client


def read_provision(document: object) -> Tuple[Tenants, Clients]:
    """The realms and the clients (by id) of a provision document."""
    if read_field(document, "provision", "schema", str) != "brokerspec-provision/1":
        raise ProvisionError("provision.schema must be brokerspec-provision/1")
    for part in ("issuers", "tenants", "clients", "parties"):
        read_field(document, "provision", part, list)
    tenants = read_tenants(document["tenants"])
    clients: Clients = {}
    for index, record in enumerate(document["clients"]):
        client = read_client(record, f"clients[{index}]", tenants)
        if client.id in clients:
            raise ProvisionError(f"clients[{index}].id stands twice")
        clients[client.id] = client
    return tenants, clients
