"""The one exception of the package, and the C ABI's status codes."""

from __future__ import annotations

import enum


class StatusCode(enum.IntEnum):
    """What kind of failure it is; the numbers are the C ABI's."""

    OK = 0
    INVALID_ARGUMENT = 1
    NOT_FOUND = 2
    ALREADY_EXISTS = 3
    IO_ERROR = 4
    CORRUPTION = 5
    RESOURCE_EXHAUSTED = 6
    DEADLINE_EXCEEDED = 7
    INTERNAL = 8
    UNIMPLEMENTED = 9
    PARTIAL_FAILURE = 10


class PomaiDBError(Exception):
    """A call that failed, whether this package or the native library refused it.

    code: a StatusCode, or the plain number where a library gives one that the ABI does not define.
    """

    code: int

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message, code)
        self.code = known(code)

    def __str__(self) -> str:
        return str(self.args[0])


def known(code: int) -> int:
    """The StatusCode of a number, or the number where none is defined."""
    try:
        return StatusCode(code)
    except ValueError:
        return code


def name_of(code: int) -> str:
    """The name of a status number, as messages have it."""
    status = known(code)
    return status.name if isinstance(status, StatusCode) else "UNKNOWN"


def invalid(message: str) -> PomaiDBError:
    """The error for an argument that is refused before the library sees it."""
    return PomaiDBError(message, StatusCode.INVALID_ARGUMENT)
