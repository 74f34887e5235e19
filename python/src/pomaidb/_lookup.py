"""Where the native library is: the one that POMAI_C_LIB names, else the wheel's, else the build's."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from ._errors import PomaiDBError, StatusCode

ENVIRONMENT_VARIABLE = "POMAI_C_LIB"

_PACKAGE = Path(__file__).resolve().parent


def library_name() -> str:
    """The file name of the library on this system."""
    return "libpomai_c.dylib" if sys.platform == "darwin" else "libpomai_c.so"


def platform_name() -> str:
    """The folder that the engine's build packs the library in, such as linux-x86-64."""
    machine = {"x86_64": "x86-64", "amd64": "x86-64", "arm64": "aarch64"}
    name = platform.machine().lower()
    return f"{platform.system().lower()}-{machine.get(name, name)}"


def find_library() -> Path:
    """The library to load.

    One that POMAI_C_LIB names is taken as it is, existing or not: no other ever takes its place. Else the error, code
    NOT_FOUND, lists every place that was looked at.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE, "")
    if named.strip():
        return Path(named).absolute()
    places = [_PACKAGE / "native" / library_name()]
    # In a checkout this file is python/src/pomaidb/_lookup.py; in a wheel, nothing of the kind stands above it.
    source = _PACKAGE.parent
    if source.name == "src" and source.parent.name == "python":
        classes = source.parent.parent / "engine" / "target" / "classes"
        places.append(classes / platform_name() / library_name())
    for place in places:
        if place.is_file():
            return place
    looked = "; ".join(str(place) for place in places)
    raise PomaiDBError(
        f"Cannot find the PomaiDB engine: {ENVIRONMENT_VARIABLE} is not set, and there is no {looked} "
        f"(install a wheel for this system, build the engine, or set {ENVIRONMENT_VARIABLE} to a library)",
        StatusCode.NOT_FOUND,
    )
