"""Ids as the caller has them, made an array of unsigned 64-bit numbers."""

from __future__ import annotations

import operator
from array import array
from typing import Any

from ._errors import invalid

_MOST = 2**64 - 1


def id_array(ids: Any, attempt: str) -> array[int]:
    """The ids, copied: a sequence of ints, or a one-dimensional buffer of them, from 0 to 2**64 - 1.

    PomaiDBError, INVALID_ARGUMENT, for anything else.
    """
    try:
        view = memoryview(ids)
    except TypeError:
        values = ids
    else:
        if view.ndim == 1 and view.c_contiguous and view.itemsize == 8 and view.format in ("Q", "L"):
            packed = array("Q")
            packed.frombytes(view.cast("B"))
            return packed
        values = _listed(view, attempt)
    try:
        values = list(values)
    except TypeError as failure:
        raise invalid(f"Cannot {attempt}: ids={ids!r} (accepted: a sequence of whole numbers)") from failure
    try:
        return array("Q", values)
    except (TypeError, OverflowError):
        _name_the_bad_one(values, attempt)
        raise


def sorted_ids(name: str, ids: Any, attempt: str) -> array[int]:
    """The ids of the argument `name`, ascending."""
    packed = id_array(ids, f"{attempt} with {name}")
    return array("Q", sorted(packed))


def _listed(view: memoryview, attempt: str) -> Any:
    if view.ndim == 1 and view.format in tuple("hHiIlLqQ"):
        return view.tolist()
    raise invalid(
        f"Cannot {attempt}: the ids are a buffer of format {view.format!r} and {view.ndim} dimensions "
        "(accepted: 64-bit integers, such as NumPy's int64 or uint64, in one dimension)"
    )


def _name_the_bad_one(values: list[Any], attempt: str) -> None:
    for row, value in enumerate(values):
        try:
            number = operator.index(value)
        except TypeError:
            number = -1
        if not 0 <= number <= _MOST:
            raise invalid(f"Cannot {attempt}: the id of row {row} is {value!r} (accepted: 0 to {_MOST})")
