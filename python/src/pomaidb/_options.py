"""The options of open_db: names, defaults, ranges."""

from __future__ import annotations

import operator
from dataclasses import dataclass, fields
from typing import Any

from ._errors import invalid

_HNSW = 1
_METRICS = {"l2": 0, "ip": 1}
_FSYNC = {"never": 0, "always": 1}
_MOST_DIM = 65536
_RANGES = {
    "shards": (1, 65536),
    "search_threads": (0, 1024),
    "hnsw_m": (2, 512),
    "hnsw_ef_construction": (1, 100000),
    "hnsw_ef_search": (1, 100000),
    "adaptive_threshold": (0, 2**31 - 1),
}


@dataclass(frozen=True)
class Options:
    """The options at their defaults, but for those given; open_db says what they mean."""

    shards: int = 1
    search_threads: int = 0
    fsync: str = "never"
    metric: str = "ip"
    hnsw_m: int = 32
    hnsw_ef_construction: int = 200
    hnsw_ef_search: int = 64
    adaptive_threshold: int = 0

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Options:
        """Checks what a caller gave. PomaiDBError for an unknown name or a value out of range."""
        names = [field.name for field in fields(cls)]
        for name in given:
            if name not in names:
                raise invalid(
                    f"Cannot open a database with the option {name}={given[name]!r}: there is no such option "
                    f"(accepted: {', '.join(names)})"
                )
        checked = {name: _checked(name, value) for name, value in given.items()}
        return cls(**checked)

    @property
    def fsync_policy(self) -> int:
        """The ABI's number of `fsync`."""
        return _FSYNC[self.fsync]

    @property
    def metric_code(self) -> int:
        """The ABI's number of `metric`."""
        return _METRICS[self.metric]

    @property
    def index_type(self) -> int:
        """The ABI's number of the index, which for this package is always a graph."""
        return _HNSW


def parse_dim(dim: object) -> int:
    """The number of components of a vector, checked."""
    return whole("open a database", "dim", dim, 1, _MOST_DIM)


def whole(attempt: str, name: str, value: object, least: int, most: int) -> int:
    """A whole number of the range, from an int or what converts to one without loss, as NumPy's integers do."""
    accepted = f"accepted: a whole number from {least} to {most}"
    if isinstance(value, bool):
        raise invalid(f"Cannot {attempt} with {name}={value!r} ({accepted})")
    try:
        number = operator.index(value)  # type: ignore[call-overload]
    except TypeError as failure:
        raise invalid(f"Cannot {attempt} with {name}={value!r} ({accepted})") from failure
    if not least <= number <= most:
        raise invalid(f"Cannot {attempt} with {name}={number} ({accepted})")
    return int(number)


def _checked(name: str, value: object) -> Any:
    if name in _RANGES:
        return whole("open a database", name, value, *_RANGES[name])
    if name == "fsync" and isinstance(value, bool):
        return "always" if value else "never"
    accepted = _METRICS if name == "metric" else _FSYNC
    if not isinstance(value, str) or value.lower() not in accepted:
        choices = " or ".join(repr(choice) for choice in sorted(accepted))
        raise invalid(f"Cannot open a database with {name}={value!r} (accepted: {choices})")
    return value.lower()
