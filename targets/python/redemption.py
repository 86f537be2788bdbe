"""What a code buys: the request to a client's token endpoint, and what is made of its answer."""
import http.client
import json
import ssl
from typing import Callable, Dict, Optional, Tuple
from urllib.parse import urlencode, urlsplit

from wire import Response

MAX_ANSWER = 1 << 20  # bytes of an answer of the token endpoint

Post = Callable[[str, Dict[str, str]], Tuple[int, bytes]]


class Unreachable(Exception):
    """The token endpoint gave no answer."""


def post_over_tls(ca: Optional[str] = None) -> Post:
    """Posts a form over TLS and gives status and body. Trusts the authorities of a PEM file alone, or the system's."""
    trust = ssl.create_default_context(cafile=ca)
    trust.hostname_checks_common_name = False

    def post(url: str, form: Dict[str, str]) -> Tuple[int, bytes]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=10, context=trust)
        try:
            connection.request("POST", target, urlencode(form, errors="surrogateescape"),
                               {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable from error
        finally:
            connection.close()
    return post


def read_answer(status: int, body: bytes) -> Tuple[Optional[Response], str]:
    """The token endpoint's answer as the caller gets it (RFC 6749 section 5.1), or none and what the endpoint says."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    said = answer if isinstance(answer, dict) else {}
    if status == 200 and isinstance(said.get("access_token"), str):
        return (200, {"Content-Type": "application/json"}, body), ""
    details = said.get("error_description") or said.get("error")
    return None, details if isinstance(details, str) else f"the authorization server answered with status {status}"
