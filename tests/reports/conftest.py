"""Mail servers for tests, and what people get from them."""

import socketserver
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread

import pytest

from dashboard.config import MailServer

PUBLIC_URL = "https://signalbox.example"


class _Session(socketserver.StreamRequestHandler):
    """One conversation of RFC 5321, as far as a program has it that sends mails."""

    def handle(self) -> None:
        self.say("connect", "220 mail.example ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.partition(" ")[0].partition(":")[0].upper()
            if verb == "EHLO":
                self.wfile.write(b"250-mail.example\r\n" if self.server.extensions else b"")
                self.say(verb, f"250 {self.server.extensions or 'mail.example'}")
            elif verb == "DATA" and verb not in self.server.answers:
                self.say(verb, "354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                content = b"".join(line.removeprefix(b".") if line[:2] == b".." else line for line in lines)
                if self.say("content", "250 taken"):
                    self.server.mails.append(message_from_bytes(content, policy=policy.default))
            else:
                self.say(verb, "221 bye" if verb == "QUIT" else "250 fine")
                if verb == "QUIT":
                    return

    def say(self, verb: str, answer: str) -> bool:
        """Answer as the test says, else kindly; whether it was kindly. An empty answer hangs up."""
        given = self.server.answers.get(verb, answer)
        if not given:
            self.connection.close()
            raise ConnectionAbortedError
        self.wfile.write(f"{given}\r\n".encode())
        return given == answer


class Server(socketserver.ThreadingTCPServer):
    """A mail server that takes every mail, but for the answers that a test gives it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.extensions = ""

    def handle_error(self, *_: object) -> None:
        pass  # a conversation that broke off


@pytest.fixture
def mail_server() -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mail(app, monkeypatch, mail_server) -> Server:
    """The mail server that the application is set to."""
    host, port = mail_server.server_address
    monkeypatch.setitem(app.config, "PUBLIC_URL", PUBLIC_URL)
    monkeypatch.setitem(app.config, "MAIL_FROM", "Signalbox <reports@signalbox.example>")
    monkeypatch.setitem(app.config, "MAIL_SMTP", MailServer(host, port, is_tls=False))
    return mail_server
