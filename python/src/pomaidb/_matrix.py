"""Vectors as the caller has them, made one C-contiguous float32 matrix; float32 buffers are used where they are."""

from __future__ import annotations

import sys
from array import array
from types import TracebackType
from typing import Any, Iterable, Optional

from ._errors import invalid
from ._pin import Pin

_FLOAT32 = {"f", "@f", "=f", "<f" if sys.byteorder == "little" else ">f"}


class Matrix:
    """`rows` vectors of `dim` float32 each, one after the other at `address` while the `with` block lasts."""

    def __init__(self, view: memoryview, rows: int) -> None:
        self.rows = rows
        self._pin = Pin(view)
        self.address = self._pin.address

    def __enter__(self) -> Matrix:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._pin.release()


def matrix(vectors: Any, dim: int, attempt: str) -> Matrix:
    """The matrix of `vectors`.

    A C-contiguous float32 buffer of shape (n, dim) or (n * dim,) is not copied: NumPy arrays, array.array("f"),
    memoryviews. Every other buffer of numbers of these shapes, and every sequence of rows, is converted to float32.

    PomaiDBError, INVALID_ARGUMENT, if a row has not `dim` components or something is not a number.
    """
    view = _view(vectors)
    if view is None:
        return _of_rows(vectors, dim, attempt)
    rows = _rows_of_shape(view, dim, attempt)
    if view.format in _FLOAT32 and view.c_contiguous:
        return Matrix(view, rows)
    try:
        values = view.tolist()
    except NotImplementedError as failure:
        raise invalid(
            f"Cannot {attempt}: the vectors are a buffer of format {view.format!r} (accepted: float32, format 'f')"
        ) from failure
    return _of_rows([values] if view.ndim == 1 else values, dim, attempt, rows)


def _view(data: Any) -> Optional[memoryview]:
    try:
        return memoryview(data)
    except TypeError:
        return None


def _rows_of_shape(view: memoryview, dim: int, attempt: str) -> int:
    accepted = f"(accepted: (n, {dim}), or n * {dim} numbers in one dimension; {dim} is the dim of the database)"
    shape = view.shape or ()
    # Plain bytes are never components: they would be taken for numbers from 0 to 255 by accident.
    if len(shape) not in (1, 2) or len(shape) == 1 and view.format in ("B", "c"):
        raise invalid(
            f"Cannot {attempt}: the vectors are a buffer of format {view.format!r} and shape {shape} {accepted}"
        )
    if len(shape) == 2 and shape[1] == dim:
        return shape[0]
    if len(shape) == 1 and shape[0] % dim == 0:
        return shape[0] // dim
    raise invalid(f"Cannot {attempt}: the vectors have the shape {shape} {accepted}")


def _of_rows(rows: Iterable[Any], dim: int, attempt: str, count: Optional[int] = None) -> Matrix:
    """Copies `rows`; where `count` is given, they are that many of `dim` already, however they are cut."""
    try:
        iterator = iter(rows)
    except TypeError as failure:
        raise invalid(
            f"Cannot {attempt}: the vectors are of type {type(rows).__name__} "
            "(accepted: a sequence of rows of numbers, or a float32 buffer such as a NumPy array)"
        ) from failure
    flat = array("f")
    number = 0
    for row in iterator:
        before = len(flat)
        _append(flat, row, number, attempt)
        length = len(flat) - before
        if count is None and length != dim:
            raise invalid(
                f"Cannot {attempt}: row {number} has {length} components (accepted: {dim}, the dim of the database)"
            )
        number += 1
    return Matrix(memoryview(flat), number if count is None else count)


def _append(flat: array[float], row: Any, number: int, attempt: str) -> None:
    view = _view(row)
    if view is not None and view.ndim == 1 and view.format in _FLOAT32 and view.c_contiguous:
        flat.frombytes(view.tobytes())
        return
    try:
        if isinstance(row, (bytes, bytearray)):
            raise TypeError(f"it is of type {type(row).__name__}")
        # By way of an iterator: array.extend refuses arrays of another type.
        flat.extend(iter(row))
    except (TypeError, OverflowError, NotImplementedError) as failure:
        raise invalid(
            f"Cannot {attempt}: row {number} is no vector: {failure} (accepted: a sequence of numbers)"
        ) from failure
