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
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True  # being launched leaves nothing behind

from app_only_policies import AppOnlyPolicies  # noqa: E402
from bugs import BUGS  # noqa: E402
from clock import move_clock  # noqa: E402
from flow import Broker, respond  # noqa: E402
from policies import Policies  # noqa: E402
from provision import ProvisionError  # noqa: E402
from redemption import post_over_tls  # noqa: E402
from sign_in_policies import SignInPolicies  # noqa: E402
from signer import Signer  # noqa: E402
from token_policies import TokenPolicies  # noqa: E402

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
        body = self.read_body()
        if (self.command, self.path) == ("POST", self.server.clock_path):
            status, headers, body = move_clock(self.server.broker.clock, body)
        elif (self.command, self.path) == ("POST", self.server.rotate_path):
            self.server.broker.signer.rotate()
            status, headers, body = 200, {"Content-Type": "text/plain"}, b"rotated"
        else:
            given = {**{name.lower(): value for name, value in self.headers.items()},
                     "cookie": "; ".join(self.headers.get_all("Cookie", []))}
            status, headers, body = respond(self.server.broker, self.command, self.path, given, body, self.server.node)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            for line in value.split("\n"):  # of cookies there may be several
                self.send_header(name, line)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def read_body(self):
        """The body of a request; one that is too long or of unknown length is not read, and ends the connection."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,7}", length) or int(length) > MAX_BODY:
            self.close_connection = True
            return b""
        return self.rfile.read(int(length))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def version_string(self):
        return "K2Trust"

    def log_message(self, *_):
        """Says nothing: a request line holds codes and states."""


class Node(ThreadingHTTPServer):
    """One of the broker's servers. Accepts without waiting: the TLS handshake belongs to the connection's own thread."""

    request_queue_size = 256

    def __init__(self, address, node: int, broker: Broker, context: ssl.SSLContext, clock_path=None, rotate_path=None):
        self.node, self.broker, self.context = node, broker, context
        self.clock_path, self.rotate_path = clock_path, rotate_path
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


def port_list(text: str):
    """Port numbers with commas between them: a node listens on each."""
    return [int(port) for port in text.split(",")]


def read_options():
    """The command line, understood."""
    parser = argparse.ArgumentParser(description="A K2Trust-like OAuth redirector.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--ports", type=port_list, metavar="N[,N...]", help="a node listens on each; 0 is a free one")
    for name in ("--provision", "--cert", "--key", "--ca"):
        parser.add_argument(name, metavar="FILE")
    parser.add_argument("--clock-path", metavar="PATH", help="for tests alone: a POST there moves the clock")
    parser.add_argument("--rotate-path", metavar="PATH", help="for tests alone: a POST there makes a new signing key")
    parser.add_argument("--signer-classes", metavar="FOLDER", help="where Signer.java is compiled already")
    parser.add_argument("--bug", choices=[*BUGS], metavar="NAME")
    parser.add_argument("--list-bugs", action="store_true")
    options = parser.parse_args()
    for name in () if options.list_bugs else ("provision", "ports", "cert", "key"):
        if getattr(options, name) is None:
            parser.error(f"--{name} is required")
    return options


def fail(message: str):
    """One line, exit 2."""
    print(f"broker: {message}", file=sys.stderr)
    sys.exit(2)


def list_bugs():
    """Every bug with its side, what it does and which clauses of the rulebook it breaks, as JSON."""
    print(json.dumps([{"bug": name, "side": bug.on, "does": bug.does, "clauses": bug.clauses}
                      for name, bug in BUGS.items()], indent=2))


def read_document(file_name: str) -> object:
    """What a JSON file holds."""
    try:
        with open(file_name, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        fail(f"{file_name}: {error.strerror}")
    except (ValueError, RecursionError) as error:
        fail(f"{file_name}: not JSON: {error}")


def open_broker(options) -> Broker:
    """The broker that a provision document describes, with the bug that was asked for."""
    document = read_document(options.provision)
    bug = BUGS.get(options.bug)
    sides = bug.policies() if bug else (Policies(), SignInPolicies(), TokenPolicies(), AppOnlyPolicies())
    try:
        return Broker(document, sides[0], nodes=len(options.ports), post=post_over_tls(options.ca),
                      sign_in_policies=sides[1], signer=Signer(options.signer_classes),
                      token_policies=sides[2], app_only_policies=sides[3])
    except ProvisionError as error:
        fail(f"{options.provision}: {error}")
    except OSError as error:
        fail(f"{options.ca}: {error.strerror or error}")


def read_identity(cert: str, key: str) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key)
    except OSError as error:
        fail(f"{cert}, {key}: {error.strerror or error}")
    return context


def open_nodes(options, broker: Broker, context: ssl.SSLContext, stack: ExitStack):
    """A server on each port; they are closed with the stack."""
    for node, port in enumerate(options.ports):
        try:
            yield stack.enter_context(Node((options.host, port), node, broker, context, options.clock_path,
                                           options.rotate_path))
        except (OSError, OverflowError) as error:
            fail(f"{options.host}:{port}: {error}")


def main():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    options = read_options()
    if options.list_bugs:
        return list_bugs()
    broker = open_broker(options)
    context = read_identity(options.cert, options.key)
    with ExitStack() as stack:
        nodes = list(open_nodes(options, broker, context, stack))
        for node in nodes:
            print(f"listening on https://{options.host}:{node.server_port}", flush=True)
        for node in nodes[1:]:
            threading.Thread(target=node.serve_forever, daemon=True).start()
        nodes[0].serve_forever()


if __name__ == "__main__":
    main()
