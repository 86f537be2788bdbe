#!/usr/bin/env python3
"""A K2Trust-like OAuth redirector: the documented authorize flow over HTTPS, with the standard library alone.

A caller's authorization request is checked against the provision document and sent on to the client's own authorization
server under the broker's redirect URI; the answer is handed back to the caller's registered redirect URI. `flow.py`
is that flow, `bugs.py` holds mistakes that `--bug NAME` puts in place of its decisions, this file is the server.
"""
import argparse
import json
import re
import signal
import socketserver
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True  # being launched leaves nothing behind

from bugs import BUGS  # noqa: E402
from flow import Broker, ProvisionError, respond  # noqa: E402

MAX_BODY = 1 << 20  # bytes of a request body that are read away to keep the connection


class Handler(BaseHTTPRequestHandler):
    """One connection: handshake, then request after request. An answer is buffered and leaves in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 300

    def setup(self):
        self.request.settimeout(10)
        self.request.do_handshake()
        super().setup()

    def serve(self):
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,7}", length) or int(length) > MAX_BODY:
            self.close_connection = True
        else:
            self.rfile.read(int(length))
        status, headers, body = respond(self.server.broker, self.command, self.path, self.headers)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def version_string(self):
        return "K2Trust"

    def log_message(self, *_):
        """Says nothing: a request line holds codes and states."""


class Server(ThreadingHTTPServer):
    """Accepts without waiting: the TLS handshake belongs to the connection's own thread."""

    request_queue_size = 256

    def __init__(self, address, broker: Broker, context: ssl.SSLContext):
        self.broker, self.context = broker, context
        super().__init__(address, Handler)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without HTTPServer's reverse name look-up
        self.server_name, self.server_port = self.server_address[:2]

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a peer that hangs up or speaks no TLS is no event
            super().handle_error(request, client_address)


def fail(message: str):
    """One line, exit 2."""
    print(f"broker: {message}", file=sys.stderr)
    sys.exit(2)


def main():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    parser = argparse.ArgumentParser(description="A K2Trust-like OAuth redirector.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    for name in ("--provision", "--cert", "--key"):
        parser.add_argument(name, metavar="FILE")
    parser.add_argument("--bug", choices=BUGS, metavar="NAME")
    parser.add_argument("--list-bugs", action="store_true")
    options = parser.parse_args()
    if options.list_bugs:
        table = [{"bug": bug, "does": kind.__doc__, "clauses": clauses} for bug, (kind, clauses) in BUGS.items()]
        return print(json.dumps(table, indent=2))
    for name in ("provision", "port", "cert", "key"):
        if getattr(options, name) is None:
            parser.error(f"--{name} is required")
    kind = BUGS[options.bug][0] if options.bug else Broker
    try:
        with open(options.provision, encoding="utf-8") as file:
            broker = kind(json.load(file))
    except OSError as error:
        fail(f"{options.provision}: {error.strerror}")
    except (ValueError, RecursionError) as error:
        fail(f"{options.provision}: not JSON: {error}")
    except ProvisionError as error:
        fail(f"{options.provision}: {error}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(options.cert, options.key)
    except OSError as error:
        fail(f"{options.cert}, {options.key}: {error.strerror or error}")
    try:
        server = Server((options.host, options.port), broker, context)
    except (OSError, OverflowError) as error:
        fail(f"{options.host}:{options.port}: {error}")
    with server:
        print(f"listening on https://{options.host}:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
