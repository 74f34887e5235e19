"""PomaiDB, an embedded vector database: vectors by id in a directory, searched in batches.

    import pomaidb

    with pomaidb.open_db("/tmp/vec_db", dim=2) as db:
        pomaidb.put_batch(db, ids=[1, 2], vectors=[[1.0, 0.0], [0.0, 1.0]])
        pomaidb.freeze(db)
        [(ids, scores)] = pomaidb.search_batch(db, [[1.0, 0.0]], topk=1)

Every failing call raises PomaiDBError.
"""

from ._api import close, freeze, open_db, put_batch, search_batch
from ._database import Database
from ._errors import PomaiDBError, StatusCode

__version__ = "0.1.0.dev0"

__all__ = [
    "Database",
    "PomaiDBError",
    "StatusCode",
    "close",
    "freeze",
    "open_db",
    "put_batch",
    "search_batch",
]
