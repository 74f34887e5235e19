"""A loaded libpomai_c: its functions, its struct generation, its failures."""

from __future__ import annotations

import ctypes
import functools
import struct
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from pathlib import Path
from typing import Any, Callable, NoReturn, Optional

from ._errors import PomaiDBError, StatusCode, name_of
from ._generation import Generation, OptionsBlock, of_options_size

# name: (result, arguments). Pointers are plain addresses: the structs are laid out by hand (see _generation).
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "pomai_options_init": (None, [c_void_p]),
    "pomai_open": (c_void_p, [c_void_p, c_void_p]),
    "pomai_put_batch": (c_void_p, [c_void_p, c_void_p, c_size_t]),
    "pomai_freeze": (c_void_p, [c_void_p]),
    "pomai_search_batch": (c_void_p, [c_void_p, c_void_p, c_size_t, c_void_p]),
    "pomai_search_batch_free": (None, [c_void_p, c_size_t]),
    "pomai_x_search_batch": (c_void_p, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p]),
    "pomai_close": (c_void_p, [c_void_p]),
    "pomai_status_code": (c_int, [c_void_p]),
    "pomai_status_message": (c_char_p, [c_void_p]),
    "pomai_status_free": (None, [c_void_p]),
}


class Library:
    """The library at `path`; it stays loaded as long as the process lives. Threads may share it.

    PomaiDBError if it cannot be loaded or lacks a function (NOT_FOUND), or has structs of a size that is not known
    (UNIMPLEMENTED).
    """

    path: Path
    generation: Generation

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._loaded = ctypes.CDLL(str(path))
        except OSError as failure:
            raise PomaiDBError(
                f"Cannot load the PomaiDB engine at {path}: {failure} (accepted: a libpomai_c built for this system)",
                StatusCode.NOT_FOUND,
            ) from failure
        self.options_init = self._function("pomai_options_init")
        self.open = self._function("pomai_open")
        self.put_batch = self._function("pomai_put_batch")
        self.freeze = self._function("pomai_freeze")
        self.search_batch = self._function("pomai_search_batch")
        self.search_batch_free = self._function("pomai_search_batch_free")
        self._extended_search = self._extension("pomai_x_search_batch")
        self.close = self._function("pomai_close")
        self._status_code = self._function("pomai_status_code")
        self._status_message = self._function("pomai_status_message")
        self._status_free = self._function("pomai_status_free")
        self.generation = self._generation()

    def extended_search(self, attempt: str, wanted: str) -> Callable[..., Any]:
        """pomai_x_search_batch, an extension of this project's engine; `wanted` names what of the search needs it."""
        if self._extended_search is None:
            raise PomaiDBError(
                f"Cannot {attempt} with {wanted}: the library {self.path} has no function pomai_x_search_batch "
                "(leave it out, or use this project's engine)",
                StatusCode.UNIMPLEMENTED,
            )
        return self._extended_search

    def check(self, status: Optional[int], attempt: str) -> None:
        """Raises the failure that a call returned, if it is one, and frees it."""
        if not status:
            return
        try:
            code = self._status_code(status)
            message = (self._status_message(status) or b"").decode("utf-8", "replace")
        finally:
            self._status_free(status)
        raise PomaiDBError(f"Cannot {attempt}: {message} (engine status {code}, {name_of(code)})", code)

    def misbehaves(self, attempt: str, how: str) -> NoReturn:
        """Raises the failure of a call whose outcome breaks the ABI."""
        raise PomaiDBError(
            f"Cannot {attempt}: the library {self.path} breaks its own interface: {how}", StatusCode.INTERNAL
        )

    def _function(self, name: str) -> Callable[..., Any]:
        try:
            function = getattr(self._loaded, name)
        except AttributeError as failure:
            raise PomaiDBError(
                f"Cannot use the PomaiDB engine at {self.path}: it has no function {name} "
                "(accepted: PomaiDB 1.4 or later)",
                StatusCode.NOT_FOUND,
            ) from failure
        function.restype, function.argtypes = _FUNCTIONS[name]
        return function  # type: ignore[no-any-return]

    def _extension(self, name: str) -> Optional[Callable[..., Any]]:
        return self._function(name) if hasattr(self._loaded, name) else None

    def _generation(self) -> Generation:
        block = OptionsBlock()
        self.options_init(block.address)
        size = block.struct_size()
        generation = of_options_size(size)
        if generation is None:
            raise PomaiDBError(
                f"Cannot use the PomaiDB engine at {self.path}: its pomai_options_t has the struct size {size} "
                "(accepted: 72 of releases 1.4 to 1.8, 112 of 1.9 and 1.10.0, 128 of later ones)",
                StatusCode.UNIMPLEMENTED,
            )
        return generation


def load(path: Path) -> Library:
    """The library at `path`, loaded once; a failed attempt is repeated by the next call."""
    if struct.calcsize("P") != 8:
        raise PomaiDBError(
            f"Cannot load the PomaiDB engine at {path}: this Python has {8 * struct.calcsize('P')}-bit pointers "
            "(accepted: a 64-bit Python)",
            StatusCode.UNIMPLEMENTED,
        )
    return _loaded(path)


@functools.lru_cache(maxsize=None)
def _loaded(path: Path) -> Library:
    return Library(path)
