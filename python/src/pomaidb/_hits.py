"""The results of a batch search, copied from the library's memory."""

from __future__ import annotations

import ctypes
from typing import Any

from ._generation import Results
from ._library import Library


def copy_hits(
    library: Library, address: int, queries: int, topk: int, attempt: str
) -> list[tuple[list[int], list[float]]]:
    """(ids, scores) of every query.

    Nothing a library writes is taken on trust: every struct must name the generation's size before the next is looked
    for behind it, and no more than `topk` hits are read.
    """
    generation = library.generation
    stride = generation.results_size
    hits = []
    for query in range(queries):
        results = Results.at(address + query * stride)
        if results.struct_size != stride:
            library.misbehaves(
                attempt,
                f"its results have the struct size {results.struct_size} and not the {stride} "
                f"of generation {generation.name}",
            )
        if results.count > topk:
            library.misbehaves(attempt, f"it gives {results.count} hits where {topk} were asked for")
        if results.count and not (results.ids and results.scores):
            library.misbehaves(attempt, f"it gives {results.count} hits without ids or scores")
        hits.append((_numbers(results.ids, results.count, "Q"), _numbers(results.scores, results.count, "f")))
    return hits


def _numbers(address: int, count: int, kind: str) -> list[Any]:
    if not count:
        return []
    return memoryview(ctypes.string_at(address, count * (8 if kind == "Q" else 4))).cast(kind).tolist()
