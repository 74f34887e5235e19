"""An open database, and the guard that keeps a freed native handle out of every call."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from types import TracebackType
from typing import Iterator, Optional

from ._errors import PomaiDBError, invalid
from ._library import Library


class Handle:
    """The native handle. Calls may overlap; closing it during one, or using it after, is an error."""

    def __init__(self, library: Library, address: int, path: str) -> None:
        self.library = library
        self._path = path
        self._address = address
        self._calls = 0
        # Reentrant: a signal handler may use the database that the code it interrupts is using.
        self._lock = threading.RLock()
        # In a forked child the library's threads and locks are not there.
        self._process = os.getpid()

    @property
    def closed(self) -> bool:
        return self._address == 0

    @contextlib.contextmanager
    def use(self, attempt: str) -> Iterator[int]:
        """The native handle's address, for one call."""
        self._require_own_process(attempt)
        with self._lock:
            self._require_open(attempt)
            self._calls += 1
        try:
            yield self._address
        finally:
            with self._lock:
                self._calls -= 1

    def close(self) -> None:
        """Frees the native handle, also where the library then reports a failure."""
        attempt = f"close {self._path}"
        self._require_own_process(attempt)
        with self._lock:
            self._require_open(attempt)
            if self._calls:
                raise invalid(f"Cannot {attempt}: {self._calls} calls on it are under way (close it after the last)")
            address, self._address = self._address, 0
        self.library.check(self.library.close(address), attempt)

    def abandon(self) -> None:
        """Frees the handle of a database that was never closed, where that is safe; nobody is left to be told."""
        with contextlib.suppress(PomaiDBError):
            self.close()

    def _require_open(self, attempt: str) -> None:
        if self.closed:
            raise invalid(f"Cannot {attempt}: the database is closed (open it anew)")

    def _require_own_process(self, attempt: str) -> None:
        # Before the lock is touched: a thread that does not exist in a fork may hold it.
        if self._process != os.getpid():
            raise invalid(
                f"Cannot {attempt}: it was opened by process {self._process}, of which this one is a fork "
                "(open it in the process that uses it)"
            )


class Database:
    """An open database, as open_db gives it; the functions of the package work on it.

    As a context manager it is closed at the end of the block, unless it is closed already. Any number of threads may
    use it at once; closing it during a call of another thread is an error and changes nothing. One that is never
    closed is closed when it is collected, or at exit; what was not frozen is then lost, as with close.
    """

    def __init__(self, handle: Handle, path: str, dim: int) -> None:
        self._handle = handle
        self._path = path
        self._dim = dim
        weakref.finalize(self, handle.abandon)

    @property
    def path(self) -> str:
        """The directory."""
        return self._path

    @property
    def dim(self) -> int:
        """Components of a vector."""
        return self._dim

    @property
    def closed(self) -> bool:
        """Whether close was called."""
        return self._handle.closed

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if not self.closed:
            self._handle.close()

    def __repr__(self) -> str:
        return f"<pomaidb.Database {self._path!r} dim={self._dim}{' closed' if self.closed else ''}>"


def handle_of(db: Database, attempt: str) -> Handle:
    """The handle of what a caller passed for a database."""
    if not isinstance(db, Database):
        raise invalid(f"Cannot {attempt}: db={db!r} (accepted: what open_db returned)")
    return db._handle
