"""The broker's key and the signatures of XML: a Java program of its own, since Python's library has none."""
import os
import shutil
import subprocess
import threading
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import List, Optional

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Signer.java")
OPTIONS = ["-XX:+UseSerialGC", "-Xshare:auto", "-Xmx128m"]


def command(classes: Optional[str]) -> List[str]:
    """The arguments of `java`: a folder of compiled classes, or the source, which takes it a second or two longer."""
    return [*OPTIONS, "-cp", classes, "Signer"] if classes else [*OPTIONS, "-XX:TieredStopAtLevel=1", SOURCE]


class NotSigned(Exception):
    """A document is not signed as it should be. The message is a word that says in what."""


class NoSigner(Exception):
    """The Java program does not run, so that nothing can be signed or verified."""


class Signer:
    """Talks to one Java process, started when it is first needed. Safe between threads: one question at a time."""

    def __init__(self, classes: Optional[str] = None, java: str = "java"):
        self.arguments, self.java, self.lock = command(classes), java, threading.Lock()
        self.process: Optional[subprocess.Popen] = None

    def start(self) -> subprocess.Popen:
        """The running process. What it holds dies with it, so that one that has ended is not started again."""
        if self.process is None:
            java = shutil.which(self.java)
            if java is None:
                raise NoSigner(f"{self.java} is missing")
            self.process = subprocess.Popen([java, *self.arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL)
        return self.process

    def ask(self, command: str, *fields: bytes) -> bytes:
        """Sends a command and gives its answer."""
        line = "\t".join([command, *(b64encode(field).decode() for field in fields)])
        with self.lock:
            process = self.start()
            try:
                process.stdin.write(line.encode() + b"\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except OSError as error:
                raise NoSigner("the signing program has ended") from error
        word, _, rest = answer.decode().rstrip("\r\n").partition("\t")
        if word == "no":
            raise NotSigned(rest)
        if word != "ok":
            raise NoSigner("the signing program has ended")
        return b64decode(rest)

    def certificate(self) -> bytes:
        """The certificate under which is signed, in DER."""
        return self.ask("certificate")

    def rotate(self) -> bytes:
        """Makes a new key and certificate; the old ones sign nothing more."""
        return self.ask("rotate")

    def sign(self, xml: str, name: str, digest: str = "sha256") -> str:
        """The signature of a document whose root has this id, as an element to be put into it. The digest may be sha1."""
        return self.ask("sign", xml.encode(), name.encode(), digest.encode()).decode()

    def verify(self, xml: str, certificates: List[bytes]) -> bytes:
        """The bytes of the one assertion of a document, as one of these keys signed them; `NotSigned` otherwise."""
        return self.ask("verify", xml.encode("utf-8", "replace"), *certificates)

    def close(self) -> None:
        """Ends the process, which does so by itself when nobody can ask it any more."""
        if self.process is not None:
            for stream in (self.process.stdin, self.process.stdout):
                with suppress(OSError):
                    stream.close()
            self.process.wait(timeout=10)
