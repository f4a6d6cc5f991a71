"""New code under load, five times over: no request may fail.

    python -m tests.load.rolling [--fois 5]

It starts the web server as the portal does, on a free local port with the base of the environment, and asks it pages
from four threads without pause. Again and again the server is replaced on the same socket: a new one starts beside the
old (USR2), and once it answers the old one finishes what it does and ends (TERM). It prints how many requests
there were and how many failed, and ends with 0 when none did.
"""

import argparse
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("/connexion/", "/aide/", "/sante/vivant", "/inscription/")


class Load:
    """Four impatient visitors."""

    def __init__(self, port: int) -> None:
        self.port, self.stop = port, threading.Event()
        self.times: list[float] = []
        self.failed: list[str] = []
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(4)]

    def _ask(self, number: int) -> None:
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request(
                    "GET", PAGES[(len(self.times) + number) % len(PAGES)], headers={"Host": "localhost"}
                )
                answer = connection.getresponse()
                answer.read()
                connection.close()
                if answer.status >= 500:
                    self.failed.append(str(answer.status))
            except OSError as problem:
                self.failed.append(type(problem).__name__)
            self.times.append(time.monotonic() - began)


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/sante/vivant", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("le serveur ne répond pas")


def workers_of(master: int) -> list[int]:
    found = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(pid) for pid in found]


def is_over(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def replace(pid_file: Path) -> None:
    """The successor writes its own pid beside; when it has workers, the old master is asked to leave."""
    old = int(pid_file.read_text())
    os.kill(old, signal.SIGUSR2)
    beside = pid_file.with_name(f"{pid_file.name}.2")
    while not beside.is_file() or len(workers_of(int(beside.read_text()))) < 2:
        time.sleep(0.2)
    time.sleep(3)  # they have loaded the portal
    os.kill(old, signal.SIGTERM)
    while not is_over(old):
        time.sleep(0.1)
    while beside.is_file():  # the successor takes the name over
        time.sleep(0.1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fois", type=int, default=5, help="combien de remplacements (5)")
    options = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="portail-relais-") as folder:
        pid_file = Path(folder) / "pid"
        command = ["portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
        command += ["--worker-class", "gthread", "--graceful-timeout", "30", "--preload", "--no-control-socket"]
        first = subprocess.Popen(
            [Path(sys.executable).with_name("gunicorn"), *command, "--pid", str(pid_file), "--log-level", "error"],
            cwd=ROOT,
        )
        wait_for(port)
        load = Load(port)
        for thread in load.threads:
            thread.start()
        for number in range(options.fois):
            replace(pid_file)
            sys.stdout.write(f"{number + 1}. remplacé ; {len(load.times)} demandes, {len(load.failed)} en échec\n")
            sys.stdout.flush()
        load.stop.set()
        for thread in load.threads:
            thread.join()
        last = int(pid_file.read_text())
        os.kill(last, signal.SIGTERM)
        first.wait(40)
        while not is_over(last):
            time.sleep(0.1)
    slowest = max(load.times) * 1000
    median = statistics.median(load.times) * 1000
    sys.stdout.write(f"{len(load.times)} demandes, {len(load.failed)} en échec {set(load.failed) or ''}, ")
    sys.stdout.write(f"médiane {median:.0f} ms, la plus lente {slowest:.0f} ms\n")
    return 1 if load.failed else 0


if __name__ == "__main__":
    sys.exit(main())
