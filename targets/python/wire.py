"""What goes over the wire: pages, redirects, queries and cookies. No decision is made here."""
import hashlib
import html
import re
from base64 import b64encode
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Tuple
from urllib.parse import quote, unquote_to_bytes

Response = Tuple[int, Dict[str, str], bytes]
Params = Dict[str, List[str]]

SUBMIT = "document.forms[0].submit()"
SAFE = "Path=/; Secure; HttpOnly"
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def page(status: int, text: str, quote: Callable[[str], str] = html.escape) -> Response:
    """An inert HTML page: no script, no link, no form, nothing but one escaped sentence."""
    head = '<!doctype html><html lang="en"><head><title>K2Trust</title></head>'
    body = f"{head}<body><p>{quote(text)}</p></body></html>"
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'"}
    return status, headers, body.encode("utf-8", "replace")


def redirect(location: str, body: bytes = b"") -> Response:
    """302. Whatever cannot stand in a header is percent-encoded; escapes already there stay as they are."""
    safe = quote(location, safe=PRINTABLE, errors="surrogateescape")
    return 302, {"Location": safe, "Content-Type": "text/html; charset=utf-8"}, body


def with_cookie(response: Response, name: str, value: str, attributes: str = f"{SAFE}; SameSite=Lax") -> Response:
    """The same answer with one more cookie of the session, that no script and no other host can read or set. Several
    stand on lines of their own."""
    status, headers, body = response
    cookies = [*filter(None, [headers.get("Set-Cookie")]), f"{name}={value}; {attributes}"]
    return status, {**headers, "Set-Cookie": "\n".join(cookies)}, body


def form_page(action: str, fields: Mapping[str, Optional[str]]) -> Response:
    """A form that submits itself, with a button where there are no scripts; None leaves a field out."""
    inputs = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
                     for name, value in fields.items() if value is not None)
    body = (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>K2Trust</title></head><body>'
            f'<form method="post" action="{html.escape(action)}">{inputs}<noscript><button>Continue</button></noscript>'
            f"</form><script>{SUBMIT}</script></body></html>")
    allowed = b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{allowed}'"
    return 200, {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}, body.encode()


def farewell_page(text: str, images: Iterable[str], onward: Optional[str]) -> Response:
    """A page that fetches images, each of which ends a session somewhere, and then perhaps leads on."""
    sources = "".join(f'<img src="{html.escape(url)}" alt="" width="1" height="1">' for url in images)
    refresh = "" if onward is None else f'<meta http-equiv="refresh" content="2; url={html.escape(onward)}">'
    body = (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>K2Trust</title>{refresh}</head>'
            f"<body><p>{html.escape(text)}</p>{sources}</body></html>")
    policy = "default-src 'none'; img-src *"
    return 200, {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}, body.encode()


def parse_cookies(header: str) -> Dict[str, str]:
    """The cookies of a request; one that is malformed does no harm to the others. The first of a name counts."""
    cookies: Dict[str, str] = {}
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        cookies.setdefault(name, value)
    return cookies


def add_query(uri: str, params: Mapping[str, Optional[str]]) -> str:
    """Adds parameters to a URI, keeping its own query and fragment as they are; None leaves a parameter out."""
    base, mark, fragment = uri.partition("#")
    joiner = "?" if "?" not in base else "" if base[-1] in "?&" else "&"
    pairs = (f"{name}={quote(value, safe='', errors='surrogateescape')}"
             for name, value in params.items() if value is not None)
    return base + joiner + "&".join(pairs) + mark + fragment


def parse_query(query: str) -> Params:
    """Form decoding without loss: blanks and repetitions stay, `;` separates nothing, bytes outside UTF-8 survive."""
    params: Params = {}
    for pair in filter(None, query.encode("latin-1").split(b"&")):
        name, _, value = (unquote_to_bytes(part).decode("utf-8", "surrogateescape")
                          for part in pair.replace(b"+", b" ").partition(b"="))
        params.setdefault(name, []).append(value)
    return params


def single(params: Params, name: str) -> Optional[str]:
    """The value of a parameter that occurs exactly once."""
    values = params.get(name, [])
    return values[0] if len(values) == 1 else None


def is_absolute(uri: object, scheme: str = "https?") -> bool:
    """Whether this is an absolute http or https URL, or one of the scheme that a pattern names."""
    return isinstance(uri, str) and re.match(f"{scheme}://.", uri) is not None
