"""A visitor who signs in once, and eight who then ask for one page as fast as it comes; on this machine only."""

import gzip
import re
import socket
import statistics
import threading
import time
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one page: milliseconds, requests per second, bytes of the body as it is and compressed."""

    median: float
    p95: float
    rate: float
    size: int
    compressed: int


def sign_in(port: int, email: str, password: str, *, lands: str = "/dossiers/") -> str:
    """The cookies of a signed-in session, which begins at `lands`."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    address = f"http://localhost:{port}/connexion/"
    form = browser.open(address, timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    typed = {"csrfmiddlewaretoken": token[1] if token else "", "username": email, "password": password}
    answer = browser.open(address, urlencode(typed).encode(), timeout=30)
    if lands not in answer.url:
        message = f"{email} is not signed in: {answer.url}"
        raise RuntimeError(message)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class Connection:
    """One kept-alive connection, as thin as can be: the client shares the machine with what it measures."""

    def __init__(self, port: int, path: str, cookies: str) -> None:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookies}\r\n\r\n"
        self.port, self.request = port, head.encode()
        self.socket: socket.socket | None = None
        self.rest = b""

    def ask(self) -> bytes:
        """The body of one answer; anything but 200 is an error."""
        if self.socket is None:
            self.socket, self.rest = socket.create_connection(("127.0.0.1", self.port), timeout=60), b""
        self.socket.sendall(self.request)
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, _, body = self.rest.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        self.rest = body
        length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1])  # type: ignore[index]
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self.socket.recv(1 << 20))
            missing -= len(parts[-1])
        self.rest = b""
        if re.search(rb"(?i)\r\nconnection: close", head):
            self.socket.close()
            self.socket = None
        return b"".join(parts)

    def _more(self) -> None:
        piece = self.socket.recv(65536) if self.socket else b""
        if not piece:
            raise RuntimeError("The server hung up.")
        self.rest += piece


def measure(port: int, path: str, cookies: str, seconds: float) -> Timing:
    """Eight connections for so long, after a warm-up of a quarter of it."""
    body = Connection(port, path, cookies).ask()
    _run(port, path, cookies, seconds / 4)
    began = time.perf_counter()
    taken = sorted(_run(port, path, cookies, seconds))
    rate = len(taken) / (time.perf_counter() - began)
    p95 = taken[int(len(taken) * 0.95)]
    return Timing(statistics.median(taken), p95, rate, len(body), len(gzip.compress(body, 6)))


def measure_yardstick(port: int, path: str, cookies: str, seconds: float) -> Timing:
    """As `measure`; one that gives up counts as if its page had come by then, which flatters it."""
    began = time.perf_counter()
    try:
        return measure(port, path, cookies, seconds)
    except RuntimeError:
        took = time.perf_counter() - began
        return Timing(took * 1000, took * 1000, CONNECTIONS / took, 0, 0)


def _run(port: int, path: str, cookies: str, seconds: float) -> list[float]:
    taken: list[float] = []
    problems: list[BaseException] = []
    until = time.perf_counter() + seconds

    def visit() -> None:
        connection = Connection(port, path, cookies)
        try:
            while (began := time.perf_counter()) < until:
                connection.ask()
                taken.append((time.perf_counter() - began) * 1000)
        except (OSError, RuntimeError) as problem:
            problems.append(problem)

    visitors = [threading.Thread(target=visit) for _ in range(CONNECTIONS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    if problems:
        raise problems[0]
    return taken
