"""Builds the wheel, native library included: a PEP 517 backend that needs the standard library only.

    python3 -m pip wheel --no-deps --no-index -w <directory> ./python
    python3 python/build_backend/wheel_backend.py <directory> [<platform>]    (the same, where there is no pip)

The library is the one of the engine's build: for this machine, or for the platform given, such as linux-aarch64, as far
as the engine was built for it (with pip 23.1 or later: --config-settings platform=linux-aarch64). There is no source
distribution: the engine's source is not part of this folder, so nothing could be built from it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any, Optional

_PYTHON = Path(__file__).resolve().parent.parent
_SOURCE = _PYTHON / "src"
_LICENSE = _PYTHON.parent / "LICENSE"

_METADATA = """\
Metadata-Version: 2.1
Name: pomaidb
Version: {version}
Summary: PomaiDB, an embedded vector database: vectors by id in a directory, searched in batches
License: Apache-2.0
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: Implementation :: CPython
Classifier: Typing :: Typed
Requires-Python: >=3.9
Description-Content-Type: text/markdown

{description}"""

_WHEEL = """\
Wheel-Version: 1.0
Generator: pomaidb-wheel-backend
Root-Is-Purelib: false
Tag: {tag}
"""

# The minor version of glibc whose systems bring a libstdc++ with this GLIBCXX_3.4.x, as the manylinux policies have it.
_GLIBC_OF_GLIBCXX = ((19, 17), (24, 28), (29, 34), (30, 35), (33, 39))


def get_requires_for_build_wheel(config_settings: Optional[dict[str, Any]] = None) -> list[str]:
    """Nothing but Python itself."""
    return []


def build_wheel(
    wheel_directory: str,
    config_settings: Optional[dict[str, Any]] = None,
    metadata_directory: Optional[str] = None,
) -> str:
    """Writes the wheel into the directory and returns its name. The same inputs give the same bytes.

    FileNotFoundError if the engine is not built for the platform.
    """
    platform = (config_settings or {}).get("platform")
    library = _built_library(platform)
    tag = f"py3-none-{platform_tag(library, _system(platform))}"
    version = package_version()
    files = {
        path.relative_to(_SOURCE).as_posix(): path.read_bytes()
        for path in sorted(_SOURCE.glob("pomaidb/*"))
        if path.suffix == ".py" or path.name == "py.typed"
    }
    files[f"pomaidb/native/{library.name}"] = library.read_bytes()
    information = f"pomaidb-{version}.dist-info"
    description = (_PYTHON / "README.md").read_text("utf-8")
    files[f"{information}/METADATA"] = _METADATA.format(version=version, description=description).encode()
    files[f"{information}/WHEEL"] = _WHEEL.format(tag=tag).encode()
    files[f"{information}/LICENSE"] = _LICENSE.read_bytes()
    files[f"{information}/RECORD"] = _record(files, f"{information}/RECORD")
    name = f"pomaidb-{version}-{tag}.whl"
    directory = Path(wheel_directory)
    directory.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(directory / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            wheel.writestr(entry, content)
    return name


def package_version() -> str:
    """The version that the package itself gives."""
    text = (_SOURCE / "pomaidb" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    assert found is not None, "pomaidb/__init__.py has a __version__"
    return found.group(1)


def platform_tag(library: Path, system: str) -> str:
    """The wheel's platform: on Linux the oldest system that the library's symbol versions allow."""
    if not system.startswith("linux_"):
        return system
    content = library.read_bytes()
    glibc = max((int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", content)), default=17)
    glibcxx = max((int(minor) for minor in re.findall(rb"GLIBCXX_3\.4\.(\d+)", content)), default=0)
    for most, minor in _GLIBC_OF_GLIBCXX:
        if glibcxx <= most:
            return f"manylinux_2_{max(glibc, minor)}_{system[len('linux_'):]}"
    return system


def _system(platform: Optional[str]) -> str:
    """The tag of a folder's platform, or of this machine's."""
    name = sysconfig.get_platform() if platform is None else platform
    return re.sub(r"[-.]", "_", name)


def _built_library(platform: Optional[str]) -> Path:
    sys.path.insert(0, str(_SOURCE))
    try:
        from pomaidb import _lookup
    finally:
        sys.path.remove(str(_SOURCE))
    folder = _lookup.platform_name() if platform is None else platform
    library = _PYTHON.parent / "engine" / "target" / "classes" / folder / _lookup.library_name()
    if not library.is_file():
        raise FileNotFoundError(
            f"Cannot build the wheel of pomaidb: there is no {library} (build the engine first: "
            "mvn -pl engine package -DskipTests; pip before 21.3 needs --use-feature=in-tree-build)"
        )
    return library


def _record(files: dict[str, bytes], record: str) -> bytes:
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}\n")
    lines.append(f"{record},,\n")
    return "".join(lines).encode()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: wheel_backend.py <directory for the wheel> [<platform>]")
    print(Path(sys.argv[1]) / build_wheel(sys.argv[1], {"platform": sys.argv[2]} if sys.argv[2:] else None))
