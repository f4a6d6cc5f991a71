"""A small SMTP server on loopback that answers as a test tells it to, and keeps what it accepted."""

import contextlib
import socketserver
import threading
import time
from email import message_from_bytes
from email.policy import default

REPLIES = {"EHLO": "250 ok", "HELO": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok", "RSET": "250 ok", "QUIT": "221 bye"}


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):  # a killed sender does not say goodbye
            self.converse()

    def converse(self):
        self.answer("220 essai")
        while line := self.rfile.readline():
            verb = line[:4].decode().upper()
            reply = self.server.replies.get(verb, REPLIES.get(verb, "354 go" if verb == "DATA" else "502 what"))
            if reply == "drop":
                return
            self.answer(reply)
            if verb == "QUIT" or reply.startswith("421"):
                return
            if verb == "DATA" and reply.startswith("354") and not self.content():
                return

    def content(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.received.append(message_from_bytes(b"".join(lines), policy=default))
        self.server.arrived.set()
        time.sleep(self.server.pause)
        reply = self.server.replies.get("BODY", "250 accepted")
        if reply != "drop":
            self.answer(reply)
        return reply != "drop"

    def answer(self, reply: str):
        try:
            self.wfile.write(f"{reply}\r\n".encode())
        except OSError:
            self.server.lost += 1


class Relay(socketserver.ThreadingTCPServer):
    """`replies` by verb (`BODY` is the end of DATA), `pause` in seconds before accepting; `drop` hangs up."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.replies, self.received, self.pause, self.lost = {}, [], 0, 0
        self.arrived = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def message_ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.received]
