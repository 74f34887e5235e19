"""The functions of the package."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence, Union

from . import _generation
from ._database import Database, Handle, handle_of
from ._errors import invalid
from ._hits import copy_hits
from ._ids import id_array, sorted_ids
from ._library import Library, load
from ._lookup import find_library
from ._matrix import matrix
from ._options import Options, parse_dim, whole

if TYPE_CHECKING:
    from typing_extensions import Buffer

    Vectors = Union[Buffer, Sequence[Union[Buffer, Sequence[float]]]]
    Ids = Union[Buffer, Sequence[int]]

_MOST_HITS = 2**31 - 1
_MOST_EF = 100_000


def open_db(path: Union[str, os.PathLike[str]], dim: int, **opts: Any) -> Database:
    """Opens the database in the directory `path`, which is made if absent.

    dim: components of a vector, 1 to 65536. Dim and metric are fixed by the first row written.
    opts, with their defaults:
        metric="ip"               "ip" (inner product) or "l2" (squared Euclidean distance)
        shards=1                  parts the library splits the directory into; this project's engine keeps it whole
        search_threads=0          threads of one search or one freeze, to 1024; 0: all cores
        fsync="never"             "always" (or True): a put_batch is durable when it returns; "never" (or False): what
                                  is frozen is
        hnsw_m=32                 links a graph node has, 2 to 512; twice as many at the base
        hnsw_ef_construction=200  candidates kept while the graph is built, to 100000
        hnsw_ef_search=64         candidates kept while it is searched, to 100000
        adaptive_threshold=0      segments of fewer rows are scanned exactly instead of getting a graph

    A directory has many readers or one writer: the handle reads until its first put_batch or freeze, which fails while
    another handle, also of another process, has the directory open.

    The library is the one POMAI_C_LIB names, and no other if that is set; else the wheel's, else the build's.

    PomaiDBError if an option is unknown or out of range, no library is found or it cannot be used, or the directory
    cannot be opened: damaged, of another dim or metric, being written to. It is then left as it was.
    """
    checked_dim = parse_dim(dim)
    options = Options.parse(opts)
    try:
        name = os.fsdecode(path)
        encoded = os.fsencode(name)
    except (TypeError, UnicodeError) as failure:
        raise invalid(f"Cannot open a database with path={path!r} (accepted: the path of a directory)") from failure
    if not encoded or b"\0" in encoded:
        raise invalid(f"Cannot open a database with path={name!r} (accepted: the path of a directory)")
    attempt = f"open the database {name}"
    library = load(find_library())
    block = _generation.OptionsBlock()
    library.options_init(block.address)
    block.fill(encoded, checked_dim, options)
    out = ctypes.c_void_p()
    library.check(library.open(block.address, ctypes.addressof(out)), attempt)
    if not out.value:
        library.misbehaves(attempt, "it reports success and gives no handle")
    return Database(Handle(library, out.value, name), name, checked_dim)


def put_batch(db: Database, ids: Ids, vectors: Vectors) -> None:
    """Inserts rows, or replaces those whose id is there; of equal ids in the batch the last wins.

    ids: n whole numbers from 0 to 2**64 - 1, in a sequence or a one-dimensional buffer.
    vectors: n rows of db.dim finite numbers: a sequence of rows, or a buffer of shape (n, dim) or (n * dim,). A
        C-contiguous float32 buffer (NumPy array, array.array, memoryview) is read where it is, without a copy; it must
        not change during the call. Nothing is kept after it.

    Searches see the rows from the next freeze on. PomaiDBError if the batch is ragged, a number is out of range, the
    database is closed, or the library refuses it; nothing of the batch is then written.
    """
    attempt = f"put a batch of vectors into {_name(db)}"
    handle = handle_of(db, attempt)
    with handle.use(attempt) as address:
        id_words = id_array(ids, attempt)
        with matrix(vectors, db.dim, attempt) as rows:
            if rows.rows != len(id_words):
                raise invalid(
                    f"Cannot {attempt}: {len(id_words)} ids and {rows.rows} vectors (accepted: as many of both)"
                )
            if rows.rows:
                structs = _generation.upserts(id_words, rows.address, db.dim)
                status = handle.library.put_batch(address, structs.buffer_info()[0], rows.rows)
                handle.library.check(status, attempt)


def freeze(db: Database) -> None:
    """Writes what was put since the last freeze as one immutable segment, its index included: durable from now on, and
    seen by searches. Does nothing where nothing is new.

    PomaiDBError if it fails; the database is then as before.
    """
    attempt = f"freeze {_name(db)}"
    handle = handle_of(db, attempt)
    with handle.use(attempt) as address:
        handle.library.check(handle.library.freeze(address), attempt)


def search_batch(
    db: Database,
    queries: Vectors,
    topk: int = 10,
    *,
    ef: Optional[int] = None,
    allowed: Optional[Ids] = None,
    denied: Optional[Ids] = None,
    exact: bool = False,
    float32: bool = False,
) -> list[tuple[list[int], list[float]]]:
    """The best `topk` frozen rows for each query, or all where there are fewer.

    queries: n vectors, as put_batch takes them. topk: 1 or more.
    ef: candidates kept while a graph is searched, 1 to 100000, for this call; None: as the database was opened.
    allowed: ids, as put_batch takes them, in any order: only rows of these are found, exactly as many as there are up
        to topk; few of them cost little. denied: ids of which no row is found. At most one of the two.
    exact: compare every row that may be found, without an index. float32: search graphs on the vectors, not on 8-bit
        codes of them: slower, for data whose neighbours the codes cannot tell where the engine has not seen that.

    Returns n pairs (ids, scores), best first, in the order of the queries. Higher scores are better: the inner product,
    or minus the squared Euclidean distance.

    All arguments after topk need this project's engine. PomaiDBError if the library has no extension for them
    (UNIMPLEMENTED), a query has not db.dim components, topk or another argument is out of range, the database is
    closed, or the search fails.
    """
    attempt = f"search {_name(db)}"
    handle = handle_of(db, attempt)
    with handle.use(attempt) as address:
        checked_topk = whole(attempt, "topk", topk, 1, _MOST_HITS)
        library = handle.library
        search = library.search_batch
        params: tuple[int, ...] = ()
        extended = _search_params(library, ef, allowed, denied, exact, float32, attempt)
        if extended is not None:
            search, block = extended
            params = (block.address,)
        with matrix(queries, db.dim, attempt) as rows:
            if not rows.rows:
                return []
            structs = _generation.queries(library.generation, rows.address, rows.rows, db.dim, checked_topk)
            out = ctypes.c_void_p()
            status = search(address, structs.buffer_info()[0], rows.rows, *params, ctypes.addressof(out))
            library.check(status, attempt)
            if not out.value:
                library.misbehaves(attempt, "it reports success and gives no results")
            try:
                return copy_hits(library, out.value, rows.rows, checked_topk, attempt)
            finally:
                library.search_batch_free(out.value, rows.rows)


def _search_params(
    library: Library,
    ef: Optional[int],
    allowed: Optional[Ids],
    denied: Optional[Ids],
    exact: bool,
    float32: bool,
    attempt: str,
) -> Optional[tuple[Callable[..., Any], _generation.SearchParams]]:
    """The search of the extension and its params; None where the plain search will do."""
    for name, flag in (("exact", exact), ("float32", float32)):
        if not isinstance(flag, bool):
            raise invalid(f"Cannot {attempt} with {name}={flag!r} (accepted: True or False)")
    given = {"ef": ef, "allowed": allowed, "denied": denied, "exact": exact or None, "float32": float32 or None}
    wanted = [name for name, value in given.items() if value is not None]
    if not wanted:
        return None
    if allowed is not None and denied is not None:
        raise invalid(f"Cannot {attempt} with both allowed and denied ids (accepted: one of them)")
    search = library.extended_search(attempt, " and ".join(wanted))
    checked_ef = 0 if ef is None else whole(attempt, "ef", ef, 1, _MOST_EF)
    ids = None
    if allowed is not None:
        ids = sorted_ids("allowed", allowed, attempt)
    elif denied is not None:
        ids = sorted_ids("denied", denied, attempt)
    return search, _generation.SearchParams(checked_ef, ids, allowed is not None, exact, float32)


def close(db: Database) -> None:
    """Closes the database and frees it. What was not frozen is lost, unless it was opened with fsync="always".

    PomaiDBError if it is closed already or a call of another thread is under way, which changes nothing; or if the
    library reports a failure, and then it is closed all the same.
    """
    handle_of(db, f"close {_name(db)}").close()


def _name(db: object) -> str:
    return db.path if isinstance(db, Database) else "a database"
