"""What is put is found, with every struct generation."""

import random
import unittest

import pomaidb
from support import GENERATIONS, DatabaseTestCase


class DatabaseTest(DatabaseTestCase):
    def test_a_batch_of_queries_is_answered_in_order_and_best_first(self):
        for library in GENERATIONS:
            with self.subTest(library):
                db = self.open(library=library, name=library)
                pomaidb.put_batch(db, [7, 8, 9], [[1, 0], [0, 1], [0.5, 0.25]])
                pomaidb.freeze(db)

                hits = pomaidb.search_batch(db, [[1, 0], [0, 1], [2, 2]], topk=2)

                self.assertEqual([([7, 9], [1.0, 0.5]), ([8, 9], [1.0, 0.25]), ([7, 8], [2.0, 2.0])], hits)

    def test_l2_scores_are_minus_the_squared_distance(self):
        for library in GENERATIONS:
            with self.subTest(library):
                db = self.open(library=library, name=library, metric="l2")
                pomaidb.put_batch(db, [1, 2], [[1, 0], [4, 4]])
                pomaidb.freeze(db)

                self.assertEqual([([1, 2], [-1.0, -32.0])], pomaidb.search_batch(db, [[0, 0]]))

    def test_ids_are_any_64_bit_number(self):
        for library in GENERATIONS:
            with self.subTest(library):
                db = self.open(library=library, name=library)
                pomaidb.put_batch(db, [0, 2**64 - 1, 2**63], [[1, 0], [2, 0], [3, 0]])
                pomaidb.freeze(db)

                self.assertEqual([2**63, 2**64 - 1, 0], pomaidb.search_batch(db, [[1, 0]])[0][0])

    def test_a_database_without_rows_has_no_hits(self):
        for library in GENERATIONS:
            with self.subTest(library):
                db = self.open(library=library, name=library)
                pomaidb.freeze(db)

                self.assertEqual([([], []), ([], [])], pomaidb.search_batch(db, [[1, 0], [0, 1]]))

    def test_an_empty_batch_writes_nothing_and_no_queries_have_no_hits(self):
        db = self.open()
        pomaidb.put_batch(db, [], [])

        self.assertEqual([], pomaidb.search_batch(db, []))

    def test_ten_hits_unless_told_otherwise(self):
        db = self.open()
        pomaidb.put_batch(db, range(20), [[n, 0] for n in range(20)])
        pomaidb.freeze(db)

        self.assertEqual(list(range(19, 9, -1)), pomaidb.search_batch(db, [[1, 0]])[0][0])
        self.assertEqual(20, len(pomaidb.search_batch(db, [[1, 0]], topk=100)[0][0]))

    def test_the_last_row_of_an_id_counts(self):
        db = self.open()
        pomaidb.put_batch(db, [1, 1], [[1, 0], [2, 0]])
        pomaidb.freeze(db)
        self.assertEqual([([1], [2.0])], pomaidb.search_batch(db, [[1, 0]]))

        pomaidb.put_batch(db, [1], [[3, 0]])
        pomaidb.freeze(db)
        self.assertEqual([([1], [3.0])], pomaidb.search_batch(db, [[1, 0]]))

    def test_rows_are_seen_from_the_freeze_on(self):
        db = self.open()
        pomaidb.put_batch(db, [1], [[1, 0]])
        self.assertEqual([([], [])], pomaidb.search_batch(db, [[1, 0]]))

        pomaidb.freeze(db)
        self.assertEqual([([1], [1.0])], pomaidb.search_batch(db, [[1, 0]]))

    def test_what_is_frozen_is_there_when_opened_again(self):
        with self.open() as db:
            pomaidb.put_batch(db, [1], [[1, 0]])
            pomaidb.freeze(db)
            pomaidb.put_batch(db, [2], [[1, 0]])
        self.assertTrue(db.closed)

        self.assertEqual([([1], [1.0])], pomaidb.search_batch(self.open(), [[1, 0]]))

    def test_with_fsync_always_a_batch_survives_without_a_freeze(self):
        for fsync in ("always", True):
            name = f"fsync-{fsync}"
            with self.open(name=name, fsync=fsync) as db:
                pomaidb.put_batch(db, [1], [[1, 0]])
            with self.open(name=name) as db:
                pomaidb.freeze(db)
                self.assertEqual([([1], [1.0])], pomaidb.search_batch(db, [[1, 0]]))

    def test_the_graph_finds_the_neighbours(self):
        seed = 20261122
        numbers = random.Random(seed)
        rows = [[numbers.gauss(0, 1) for _ in range(16)] for _ in range(2000)]
        queries = [[numbers.gauss(0, 1) for _ in range(16)] for _ in range(20)]
        db = self.open(dim=16, hnsw_m=16, hnsw_ef_construction=100, hnsw_ef_search=100, search_threads=2)
        pomaidb.put_batch(db, range(len(rows)), rows)
        pomaidb.freeze(db)

        found = 0
        for query, (ids, scores) in zip(queries, pomaidb.search_batch(db, queries)):
            exact = sorted(range(len(rows)), key=lambda row: -dot(query, rows[row]))[:10]
            found += len(set(exact) & set(ids))
            for hit, score in zip(ids, scores):
                self.assertAlmostEqual(dot(query, rows[hit]), score, places=4)
        self.assertGreaterEqual(found / 200, 0.95, f"seed {seed}")


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


if __name__ == "__main__":
    unittest.main()
