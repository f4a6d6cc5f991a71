"""What `chaos_mail` starts and kills: a mail server that misbehaves, the web's transactions, and the senders."""

import contextlib
import ctypes
import os
import random
import signal
import socketserver
import sys
import threading
import time
from email import message_from_bytes
from pathlib import Path

PARENT_DIED = 1  # PR_SET_PDEATHSIG
ANSWERS = {"EHLO": "250 ok", "HELO": "250 ok", "MAIL": "250 ok", "RSET": "250 ok", "QUIT": "221 bye"}
# Of a thousand mails, so many meet each trouble: at the recipient, at the content, before the last answer.
TROUBLES = {
    "450": 20,  # try again later
    "550": 4,  # never
    "451": 20,
    "cut": 15,  # hangs up before the content is complete
    "mute": 15,  # takes the mail and hangs up without saying so: the only way to be sent twice
    "slow": 30,
}


def begin(seed: int) -> None:
    """A child ends with its parent, and has its own luck."""
    ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    random.seed(seed)


class Note:
    """Lines that other processes add to; each is one write, so that none is half there after a kill."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, *words: object) -> None:
        os.write(self.handle, (" ".join(map(str, words)) + "\n").encode())

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.path.read_text().splitlines()]


# The mail server -----------------------------------------------------------------------------------------------------


class Session(socketserver.StreamRequestHandler):
    """One connection; what it took is written down before it says so."""

    def handle(self):
        with contextlib.suppress(OSError):
            self.converse()

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def converse(self):
        if self.server.state["refuse"].is_set():
            return
        self.say("220 chaos")
        trouble = ""
        while line := self.rfile.readline():
            verb = line[:4].decode(errors="replace").upper()
            if verb == "MAIL":
                trouble = self.luck()
            if verb == "RCPT":
                self.say({"450": "450 later", "550": "550 never"}.get(trouble, "250 ok"))
            elif verb == "DATA":
                self.say("354 go")
                if not self.take(trouble):
                    return
            else:
                self.say(ANSWERS.get(verb, "502 what"))
            if verb == "QUIT":
                return

    def luck(self):
        if not self.server.state["troubles"].is_set():
            return ""
        names = [*TROUBLES, ""]
        return random.choices(names, [*TROUBLES.values(), 1000 - sum(TROUBLES.values())])[0]

    def take(self, trouble):
        """Read the content, and answer it or not."""
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
            if trouble == "cut" and len(lines) > 3:
                return False
        if line == b"":  # the sender died in the middle
            return False
        mark = message_from_bytes(b"".join(lines))["Message-ID"]
        if trouble == "451":
            self.say("451 later")
            return True
        self.server.taken.add(mark, trouble or "ok")
        if trouble == "slow":
            time.sleep(1)
        if trouble != "mute":
            self.say("250 taken")
        return trouble != "mute"


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def serve(port, state, folder):
    """The mail server's process."""
    begin(1)
    with Sink(("127.0.0.1", port), Session) as server:
        server.state, server.taken = state, Note(folder / "taken")
        server.serve_forever(poll_interval=0.1)


# The web -------------------------------------------------------------------------------------------------------------


class OnPurpose(Exception):  # noqa: N818 -- it is none
    """The view broke after its work: nothing of it may remain."""


def write(number, folder, cast, pace, stop):
    """What a web process does: a transaction a request, some of which break; told only once it is certain."""
    begin(number)
    from django.db import transaction

    from messaging.models import Notification
    from messaging.services.letters import message_id

    note = Note(folder / "web")
    while not stop.is_set():
        began, breaks = time.monotonic(), random.random() < 0.1
        with contextlib.suppress(OnPurpose), transaction.atomic():
            act(cast)
            entry, row = last("accounts_journalentry"), last("messaging_notification")
            if breaks:
                with scope_of_all():
                    note.add("broken", message_id(Notification.objects.get(pk=row).key))
                raise OnPurpose
        if not breaks:
            note.add("done", entry)
        time.sleep(max(0, pace - (time.monotonic() - began)))


def act(cast):
    """Mostly somebody's second factor, now and then a whole act of a cabinet: lock, move, étapes, news."""
    from accounts import scope
    from accounts.models import User
    from accounts.services.ownaccount import FactorChange, note_factor
    from claims.models import Dossier
    from claims.services.requests import request_documents

    if random.random() < 0.1:
        with scope.acting_as(cast["expert"]) as actor:
            dossier = Dossier.objects.get(pk=random.choice(cast["dossiers"]))
            request_documents(dossier, kinds=["facture"], actor=actor)
        return
    person = random.choice(cast["people"])
    with scope.acting_as(person) as actor:
        note_factor(User.objects.get(pk=person), FactorChange.ADDED, factor="totp", actor=actor)


def last(table):
    """The number of the row this session added last to a table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT currval(pg_get_serial_sequence(%s, 'id'))", [table])
        return cursor.fetchone()[0]


def scope_of_all():
    from accounts import scope

    return scope.system(scope.System.TESTS)


def sweep(number):
    """A sender by the clock, many times faster than the clock of a real one."""
    begin(number)
    threading.excepthook = sys.excepthook
    from messaging.services import send_due

    while True:
        send_due(seconds=5)
        time.sleep(0.5)
