"""The broker as a program: command line, TLS, connections and the clock."""
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from bugs import BUGS
from world import PROVISION, make_certificate, needs_openssl

HERE = os.path.dirname(os.path.abspath(__file__))


def launch(*arguments):
    return subprocess.Popen([sys.executable, os.path.join(HERE, "broker.py"), *arguments], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class CommandLine(unittest.TestCase):
    def run_with(self, *arguments):
        process = launch(*arguments)
        out, err = process.communicate(timeout=20)
        return process.returncode, out, err

    def test_list_bugs(self):
        code, out, _ = self.run_with("--list-bugs")
        self.assertEqual(0, code)
        self.assertEqual(list(BUGS), [row["bug"] for row in json.loads(out)])
        self.assertTrue(all(row.keys() == {"bug", "side", "does", "clauses"} for row in json.loads(out)))

    def test_unusable_provision(self):
        with tempfile.TemporaryDirectory() as folder:
            cases = (("missing.json", None, "No such file"), ("broken.json", b"{", "not JSON"),
                     ("bytes.json", b"\xff", "not JSON"), ("other.json", b"{}", "provision.schema"))
            for name, content, expected in cases:
                file = os.path.join(folder, name)
                if content is not None:
                    with open(file, "wb") as stream:
                        stream.write(content)
                code, out, err = self.run_with("--provision", file, "--ports", "0", "--cert", "x", "--key", "x")
                self.assertEqual((2, ""), (code, out))
                self.assertEqual(1, err.count("\n"))
                self.assertIn(file, err)
                self.assertIn(expected, err)

    def test_usage(self):
        self.assertEqual(2, self.run_with()[0])
        self.assertEqual(2, self.run_with("--bug", "nonsense")[0])
        self.assertEqual(2, self.run_with("--ports", "8443,")[0])


@needs_openssl
class OverTheWire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cert, key = make_certificate(cls.folder.name)
        provision = os.path.join(cls.folder.name, "world.json")
        with open(provision, "w", encoding="utf-8") as stream:
            json.dump(PROVISION, stream)
        cls.arguments = ["--provision", provision, "--ports", "0", "--cert", cert, "--key", key]
        cls.trust = ssl.create_default_context(cafile=cert)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def start(self, *more):
        self.process = launch(*self.arguments, *more)
        self.addCleanup(self.process.communicate)
        self.addCleanup(self.process.kill)
        self.line = self.process.stdout.readline()
        self.port = int(self.line.rpartition(":")[2])
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=10)
        self.addCleanup(self.connection.close)

    def fetch(self, path, method="GET", body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def begin(self):
        """Begins a request: the callback that would answer it, and the cookie of the browser."""
        _, headers, _ = self.fetch("/authorize/oauth/2/request?client_id=designer&response_type=code"
                                   f"&redirect_uri={PROVISION['clients'][0]['redirectUris'][0]}")
        state = headers["Location"].rpartition("state=")[2]
        return f"/authorize/oauth/2?code=c&state={state}", {"Cookie": headers["Set-Cookie"].partition(";")[0]}

    def test_serves_over_one_connection(self):
        self.start()
        self.assertEqual(f"listening on https://127.0.0.1:{self.port}\n", self.line)
        self.assertEqual((200, b"ok"), self.fetch("/health")[::2])
        own = self.connection.sock
        self.assertEqual("/error/invalid_client_id", self.fetch("/authorize/oauth/2/request")[1]["Location"])
        self.assertIn(b"invalid_client_id", self.fetch("/error/invalid_client_id")[2])
        self.assertIn(b"OAuth", self.fetch("/token/oauth/1", "POST", "a=b" * 1000)[2])
        self.assertEqual((404, b""), self.fetch("/health", "HEAD")[::2])
        self.assertEqual(b"ok", self.fetch("/health")[2])
        self.assertIs(own, self.connection.sock)
        chunked = self.fetch("/", "POST", iter([b"x"]), {"Transfer-Encoding": "chunked"})
        self.assertEqual("close", chunked[1]["Connection"])

    def test_the_clock_is_moved_where_the_command_line_allows_it(self):
        self.start("--clock-path", "/clock")
        callback, cookie = self.begin()
        later = json.dumps({"now": (time.time() + 601) * 1000})
        self.assertEqual(200, self.fetch("/clock", "POST", later)[0])
        self.assertEqual(400, self.fetch(callback, headers=cookie)[0])
        for body in ("", "[]", "{}", '{"now": "x"}', '{"now": 1e999}', '{"now": 1' + "0" * 400 + "}"):
            self.assertEqual(400, self.fetch("/clock", "POST", body)[0], body)
        self.assertEqual(404, self.fetch("/clock")[0])

    def test_the_clock_is_not_moved_elsewhere(self):
        self.start()
        callback, cookie = self.begin()
        self.assertEqual(404, self.fetch("/clock", "POST", '{"now": 9e15}')[0])
        self.assertEqual(302, self.fetch(callback, headers=cookie)[0])

    def test_a_node_on_each_port(self):
        self.start("--ports", "0,0", "--clock-path", "/clock")
        second = int(self.process.stdout.readline().rpartition(":")[2])
        self.assertNotEqual(self.port, second)
        callback, cookie = self.begin()
        late, other = self.begin()
        first, self.connection = self.connection, http.client.HTTPSConnection(
            "127.0.0.1", second, context=self.trust, timeout=10)
        self.addCleanup(self.connection.close)
        self.assertEqual(302, self.fetch(callback, headers=cookie)[0])
        self.assertEqual(200, self.fetch("/clock", "POST", json.dumps({"now": (time.time() + 601) * 1000}))[0])
        self.connection = first
        self.assertEqual([400, 400], [self.fetch(callback, headers=cookie)[0], self.fetch(late, headers=other)[0]])

    def test_an_unusable_authority_is_one_line(self):
        for ca in (os.devnull, os.path.join(self.folder.name, "missing.pem")):
            process = launch(*self.arguments, "--ca", ca)
            _, err = process.communicate(timeout=20)
            self.assertEqual((2, 1), (process.returncode, err.count("\n")))
            self.assertIn(ca, err)

    def test_a_silent_or_foreign_peer_holds_nobody_up(self):
        self.start()
        address = ("127.0.0.1", self.port)
        with socket.create_connection(address), socket.create_connection(address) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(b"ok", self.fetch("/health")[2])

    def test_sigterm_ends_it(self):
        self.start()
        self.fetch("/health")
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=10)
        self.assertEqual((0, "", ""), (self.process.returncode, out, err))

    def test_a_port_in_use_is_one_line(self):
        self.start()
        second = launch(*self.arguments[:3], str(self.port), *self.arguments[4:])
        _, err = second.communicate(timeout=20)
        self.assertEqual((2, 1), (second.returncode, err.count("\n")))


if __name__ == "__main__":
    unittest.main()
