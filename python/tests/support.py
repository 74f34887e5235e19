"""What the tests share: the libraries that the engine's build makes, and a database in a temporary directory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Iterator, Optional

import pomaidb

PYTHON = Path(__file__).resolve().parent.parent
ROOT = PYTHON.parent
GENERATIONS = ("bundled", "gen_b", "gen_c")

_BUILT = ROOT / "engine" / "target" / "native" / "test" / "generations"


def test_library(name: str) -> Optional[Path]:
    """A library by its name in engine/test/generations/CMakeLists.txt; None for the engine itself."""
    if name == "bundled":
        return None
    suffix = "dylib" if sys.platform == "darwin" else "so"
    path = _BUILT / f"libpomai_c_{name}.{suffix}"
    assert path.is_file(), f"{path}: the engine's build makes it, as in mvn -pl python -am verify"
    return path


def live(path: Path) -> int:
    """How many native objects a test library has handed out and not got back."""
    function = ctypes.CDLL(str(path)).pomai_test_live
    function.restype = ctypes.c_int64
    return int(function())


@contextlib.contextmanager
def library_named(path: Optional[Path]) -> Iterator[None]:
    """POMAI_C_LIB names `path` meanwhile, or is not set."""
    before = os.environ.pop("POMAI_C_LIB", None)
    if path is not None:
        os.environ["POMAI_C_LIB"] = str(path)
    try:
        yield
    finally:
        os.environ.pop("POMAI_C_LIB", None)
        if before is not None:
            os.environ["POMAI_C_LIB"] = before


class DatabaseTestCase(unittest.TestCase):
    """Tests that open databases, each in a directory of its own, with a library by its name."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def open(self, dim: int = 2, library: str = "bundled", name: str = "db", **opts: Any) -> pomaidb.Database:
        """A database that is closed after the test, if it is not before."""
        with library_named(test_library(library)):
            db = pomaidb.open_db(self.directory / name, dim, **opts)
        self.addCleanup(db.__exit__, None, None, None)
        return db

    @contextlib.contextmanager
    def fails(self, *parts: str, code: int = pomaidb.StatusCode.INVALID_ARGUMENT) -> Iterator[None]:
        """The block raises PomaiDBError with this code, and all `parts` stand in its message."""
        with self.assertRaises(pomaidb.PomaiDBError) as caught:
            yield
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.assertEqual(code, caught.exception.code, str(caught.exception))
