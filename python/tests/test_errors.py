"""What is wrong is an error that says so, and changes nothing."""

import math
import os
import pickle
import unittest
from array import array

import pomaidb
from support import DatabaseTestCase


class OptionErrorsTest(DatabaseTestCase):
    def test_an_unknown_option_is_named_with_those_there_are(self):
        with self.fails("hnsw_mm=16", "there is no such option", "shards, search_threads, fsync, metric, hnsw_m,"):
            self.open(hnsw_mm=16)

    def test_values_out_of_range(self):
        for name, value in [
            ("dim", 0), ("dim", 65537), ("dim", 2.0), ("dim", "2"), ("dim", None), ("dim", True),
            ("shards", 0), ("shards", 2**32), ("search_threads", -1), ("search_threads", 1025),
            ("hnsw_m", 1), ("hnsw_m", 513), ("hnsw_ef_construction", 0), ("hnsw_ef_search", 100001),
            ("adaptive_threshold", -1), ("adaptive_threshold", 2**31),
            ("metric", "cosine"), ("metric", 1), ("fsync", "sometimes"), ("fsync", 1), ("fsync", None),
        ]:  # fmt: skip
            with self.subTest(f"{name}={value!r}"), self.fails(f"{name}={value!r}", "(accepted: "):
                self.open(**{name: value})
        self.assertEqual([], os.listdir(self.directory))

    def test_paths_that_are_none(self):
        for path in ("", "a\0b", None, 3):
            with self.subTest(repr(path)), self.fails(f"path={path!r}"):
                pomaidb.open_db(path, 2)

    def test_a_file_in_the_place_of_the_directory(self):
        (self.directory / "db").write_text("x")
        with self.fails(str(self.directory / "db"), "engine status", code=pomaidb.StatusCode.IO_ERROR):
            self.open()

    def test_another_dim(self):
        with self.open() as db:
            pomaidb.put_batch(db, [1], [[1, 0]])
            pomaidb.freeze(db)
        with self.fails("engine status 1, INVALID_ARGUMENT"):
            self.open(dim=3)

    def test_a_second_writer(self):
        first, second = self.open(), self.open()
        with self.fails(code=pomaidb.StatusCode.IO_ERROR):
            pomaidb.put_batch(first, [1], [[1, 0]])
        pomaidb.close(second)
        pomaidb.put_batch(first, [1], [[1, 0]])


class BatchErrorsTest(DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.db = self.open()
        pomaidb.put_batch(self.db, [1], [[1, 0]])
        pomaidb.freeze(self.db)

    def tearDown(self):
        pomaidb.freeze(self.db)
        self.assertEqual([([1], [1.0])], pomaidb.search_batch(self.db, [[1, 0]]))

    def test_vectors_that_are_no_matrix(self):
        for vectors, part in [
            ([[1, 0], [1]], "row 1 has 1 components (accepted: 2, the dim of the database)"),
            ([[1, 0], [1, 2, 3]], "row 1 has 3 components"),
            ([[1], [1, 2, 3]], "row 0 has 1 components"),
            ([[], []], "row 0 has 0 components"),
            ([1.0, 2.0], "row 0 is no vector"),
            ([[1, 0], None], "row 1 is no vector"),
            ([[1, 0], "ab"], "row 1 is no vector"),
            ([[1, 0], b"ab"], "row 1 is no vector"),
            ([[1, "a"], [1, 0]], "row 0 is no vector"),
            ([[1, 0], [10**400, 0]], "row 1 is no vector"),
            (None, "of type NoneType"),
            (3, "of type int"),
            (b"abcd", "format 'B'"),
            (array("f", [1, 0, 1]), "the shape (3,)"),
            (memoryview(bytes(24)).cast("f", (2, 3)), "the shape (2, 3)"),
            (memoryview(bytes(16)).cast("f", (2, 2, 1)), "shape (2, 2, 1)"),
            (memoryview(bytes(16)).cast("f", (4, 1)), "the shape (4, 1)"),
        ]:
            with self.subTest(repr(vectors)):
                with self.fails("Cannot put a batch of vectors into", part):
                    pomaidb.put_batch(self.db, [2, 3], vectors)
                with self.fails("Cannot search", part):
                    pomaidb.search_batch(self.db, vectors)

    def test_as_many_ids_as_vectors(self):
        for ids, vectors, part in [
            ([2], [[1, 0], [0, 1]], "1 ids and 2 vectors"),
            ([2, 3], [[1, 0]], "2 ids and 1 vectors"),
            ([2], [], "1 ids and 0 vectors"),
            ([], array("f", [1, 0]), "0 ids and 1 vectors"),
        ]:
            with self.subTest(part), self.fails(part, "(accepted: as many of both)"):
                pomaidb.put_batch(self.db, ids, vectors)

    def test_ids_that_are_none(self):
        for ids, part in [
            ([2, -1], "the id of row 1 is -1"),
            ([2**64, 2], "the id of row 0 is 18446744073709551616 (accepted: 0 to 18446744073709551615)"),
            ([2, 3.0], "the id of row 1 is 3.0"),
            (["2", "3"], "the id of row 0 is '2'"),
            (array("q", [2, -3]), "the id of row 1 is -3"),
            (array("d", [2, 3]), "format 'd'"),
            (b"ab", "format 'B'"),
            (memoryview(bytes(16)).cast("Q", (2, 1)), "2 dimensions"),
            (None, "ids=None"),
            (5, "ids=5"),
        ]:
            with self.subTest(repr(ids)), self.fails("Cannot put a batch of vectors into", part):
                pomaidb.put_batch(self.db, ids, [[1, 0], [0, 1]])

    def test_components_that_are_not_finite(self):
        for component in (math.nan, math.inf, 1e300):
            with self.subTest(component):
                with self.fails("engine status 1, INVALID_ARGUMENT"):
                    pomaidb.put_batch(self.db, [2, 3], [[1, 0], [1, component]])
                with self.fails("engine status 1, INVALID_ARGUMENT"):
                    pomaidb.search_batch(self.db, [[component, 0]])

    def test_topk(self):
        for topk in (0, -1, 2**31, 1.5, "3", None, True):
            with self.subTest(repr(topk)), self.fails(f"topk={topk!r} (accepted: a whole number from 1"):
                pomaidb.search_batch(self.db, [[1, 0]], topk=topk)


class ErrorTest(unittest.TestCase):
    def test_an_error_can_be_sent_to_another_process(self):
        error = pickle.loads(pickle.dumps(pomaidb.PomaiDBError("Cannot do it", 4)))

        self.assertEqual(("Cannot do it", pomaidb.StatusCode.IO_ERROR), (str(error), error.code))

    def test_a_number_that_is_not_defined_is_kept(self):
        self.assertEqual(77, pomaidb.PomaiDBError("Cannot do it", 77).code)


if __name__ == "__main__":
    unittest.main()
