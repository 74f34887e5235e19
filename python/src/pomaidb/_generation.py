"""The C structs, laid out by hand: three generations of them share one ABI number.

They are told apart by the size that pomai_options_init writes. The fields used here stand at the same offsets in all
three; what differs is the stride of an array. Offsets are those of a 64-bit little-endian system. Arrays of structs are
arrays of 64-bit words, so that one slice assignment fills a field of every struct.
"""

from __future__ import annotations

import ctypes
import enum
import struct
from array import array
from typing import NamedTuple, Optional

from ._options import Options


class Generation(enum.Enum):
    """Bytes of pomai_options_t, pomai_query_t and pomai_search_results_t."""

    A = (72, 48, 48)  # releases 1.4 to 1.8, and the engine of this project
    B = (112, 104, 72)  # 1.9 and 1.10.0
    C = (128, 104, 88)  # from 1.10.1 on

    def __init__(self, options_size: int, query_size: int, results_size: int) -> None:
        self.options_size = options_size
        self.query_size = query_size
        self.results_size = results_size


def of_options_size(size: int) -> Optional[Generation]:
    """The generation whose pomai_options_t has `size` bytes."""
    return next((generation for generation in Generation if generation.options_size == size), None)


class OptionsBlock:
    """A zeroed pomai_options_t, with more room than any generation needs: a library fills it, then tells its size."""

    _ROOM = 4096

    def __init__(self) -> None:
        self._words = (ctypes.c_uint64 * (self._ROOM // 8))()
        self._path: Optional[ctypes.Array[ctypes.c_char]] = None
        self.address = ctypes.addressof(self._words)

    def struct_size(self) -> int:
        """The size that the library wrote."""
        return int(struct.unpack_from("<I", self._words, 0)[0])

    def fill(self, path: bytes, dim: int, options: Options) -> None:
        """Sets what all generations share; what later ones add stays as the library initialised it."""
        self._path = ctypes.create_string_buffer(path)
        struct.pack_into("<Q", self._words, 8, ctypes.addressof(self._path))
        struct.pack_into("<IIII", self._words, 16, options.shards, dim, options.search_threads, options.fsync_policy)
        struct.pack_into("<B", self._words, 44, options.index_type)
        struct.pack_into(
            "<IIII",
            self._words,
            48,
            options.hnsw_m,
            options.hnsw_ef_construction,
            options.hnsw_ef_search,
            options.adaptive_threshold,
        )
        struct.pack_into("<B", self._words, 64, options.metric_code)


def upserts(ids: array[int], vectors: int, dim: int) -> array[int]:
    """Structs of pomai_upsert_t for the rows of a matrix at the address `vectors`; 48 bytes each in all generations."""
    rows = len(ids)
    words = array("Q", bytes(48 * rows))
    words[0::6] = array("Q", [48]) * rows
    words[1::6] = ids
    words[2::6] = _row_addresses(vectors, rows, dim)
    words[3::6] = array("Q", [dim]) * rows
    return words


def queries(generation: Generation, vectors: int, rows: int, dim: int, topk: int) -> array[int]:
    """Structs of pomai_query_t for the rows of a matrix at the address `vectors`."""
    size = generation.query_size
    words = array("Q", bytes(size * rows))
    stride = size // 8
    words[0::stride] = array("Q", [size]) * rows
    words[1::stride] = _row_addresses(vectors, rows, dim)
    words[2::stride] = array("Q", [topk << 32 | dim]) * rows
    return words


class SearchParams:
    """A pomai_x_search_params_t; `ids` are ascending, and allowed or denied."""

    _SIZE = 64
    _EXACT = 1
    _FLOAT32 = 2

    def __init__(self, ef: int, ids: Optional[array[int]], allowed: bool, exact: bool, float32: bool) -> None:
        self._ids = ids  # kept, as the struct points into it
        mode, address, count = 0, 0, 0
        if ids is not None:
            mode = 1 if allowed else 2
            address, count = ids.buffer_info()
        self._words = ctypes.create_string_buffer(self._SIZE)
        flags = (self._EXACT if exact else 0) | (self._FLOAT32 if float32 else 0)
        struct.pack_into("<IIIIIIQQ", self._words, 0, self._SIZE, ef, 0, 0, mode, flags, address, count)
        self.address = ctypes.addressof(self._words)


def _row_addresses(vectors: int, rows: int, dim: int) -> array[int]:
    return array("Q", range(vectors, vectors + 4 * dim * rows, 4 * dim))


class Results(NamedTuple):
    """The head of one pomai_search_results_t. `ids` and `scores` are addresses."""

    struct_size: int
    count: int
    ids: int
    scores: int

    @classmethod
    def at(cls, address: int) -> Results:
        """Reads the struct at `address`."""
        return cls(*struct.unpack("<I4xQQQ", ctypes.string_at(address, 32)))
