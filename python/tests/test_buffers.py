"""Buffers of float32 are read where they are; other numbers are converted."""

import ctypes
import importlib.util
import unittest
from array import array

import pomaidb
from pomaidb._matrix import matrix
from support import DatabaseTestCase

FOUR = array("f", [1, 0, 0, 2])
ROWS = [([2, 1], [2.0, 1.0])]


class BuffersTest(DatabaseTestCase):
    def hits_of(self, ids, vectors):
        """The hits of the query (1, 1) among what was put."""
        self.count = getattr(self, "count", 0) + 1
        db = self.open(name=f"db{self.count}")
        pomaidb.put_batch(db, ids, vectors)
        pomaidb.freeze(db)
        return pomaidb.search_batch(db, array("f", [1, 1]))

    def test_float32_buffers_are_not_copied(self):
        read_only = memoryview(FOUR.tobytes()).cast("f")
        of_ctypes = (ctypes.c_float * 4)(*FOUR)
        for name, vectors, address in [
            ("array", FOUR, FOUR.buffer_info()[0]),
            ("two dimensions", memoryview(FOUR).cast("B").cast("f", (2, 2)), FOUR.buffer_info()[0]),
            ("part", memoryview(FOUR)[2:], FOUR.buffer_info()[0] + 8),
            ("ctypes", of_ctypes, ctypes.addressof(of_ctypes)),
        ]:
            with self.subTest(name), matrix(vectors, 2, "test") as rows:
                self.assertEqual(address, rows.address)
        with matrix(read_only, 2, "test") as rows:
            self.assertEqual(FOUR.tobytes(), ctypes.string_at(rows.address, 16))
            self.assertEqual(2, rows.rows)

    def test_a_buffer_cannot_move_while_it_is_read(self):
        growing = array("f", [1, 2])
        with matrix(growing, 2, "test"), self.assertRaises(BufferError):
            growing.append(3)
        growing.append(3)

    def test_vectors_of_every_kind(self):
        flat = memoryview(FOUR)
        strided = memoryview(array("f", [1, 9, 0, 9, 0, 9, 2, 9]))[::2]
        for name, vectors in [
            ("array", FOUR),
            ("two dimensions", flat.cast("B").cast("f", (2, 2))),
            ("read-only", memoryview(FOUR.tobytes()).cast("f")),
            ("float64", array("d", FOUR)),
            ("float64 in two dimensions", memoryview(array("d", FOUR)).cast("B").cast("d", (2, 2))),
            ("strided", strided),
            ("uint8 in two dimensions", memoryview(bytes([1, 0, 0, 2])).cast("B", (2, 2))),
            ("ctypes in two dimensions", ((ctypes.c_float * 2) * 2)((1, 0), (0, 2))),
            ("rows of tuples", [(1, 0), (0, 2)]),
            ("rows of arrays", [array("f", [1, 0]), array("d", [0, 2])]),
            ("rows of views", (flat[:2], flat[2:])),
        ]:
            with self.subTest(name):
                self.assertEqual(ROWS, self.hits_of([1, 2], vectors))

    def test_ids_of_every_kind(self):
        arrays = [array(kind, [1, 2]) for kind in "QLqli"]
        for ids in ([1, 2], (1, 2), range(1, 3), {1: "", 2: ""}, *arrays):
            with self.subTest(repr(ids)):
                self.assertEqual(ROWS, self.hits_of(ids, FOUR))
        self.assertEqual(ROWS, self.hits_of(memoryview(array("Q", [1, 9, 2]))[::2], FOUR))

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "NumPy is not installed")
    def test_numpy_arrays(self):
        import numpy

        rows = numpy.array([[1, 0], [0, 2]], dtype=numpy.float32)
        rows.flags.writeable = False
        with matrix(rows, 2, "test") as read:
            self.assertEqual(rows.ctypes.data, read.address)
        for ids in (numpy.array([1, 2]), numpy.array([1, 2], dtype=numpy.uint64), list(numpy.array([1, 2]))):
            for vectors in (rows, rows.astype(float), numpy.asfortranarray(rows), rows.astype("uint8"), list(rows)):
                self.assertEqual(ROWS, self.hits_of(ids, vectors))


if __name__ == "__main__":
    unittest.main()
