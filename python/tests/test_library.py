"""Which library is loaded, and what becomes of one that is faulty."""

import struct
import unittest
from pathlib import Path

import pomaidb
from pomaidb import StatusCode, _lookup
from pomaidb._generation import Generation, OptionsBlock, of_options_size
from pomaidb._library import load
from pomaidb._options import Options
from support import PYTHON, ROOT, DatabaseTestCase, library_named, live, test_library


class LookupTest(DatabaseTestCase):
    def test_the_builds_library_is_found(self):
        with library_named(None):
            found = _lookup.find_library()

        built = ROOT / "engine" / "target" / "classes" / _lookup.platform_name() / _lookup.library_name()
        self.assertEqual(built, found)

    def test_a_library_that_is_named_has_no_substitute(self):
        for path in (self.directory / "absent.so", self.directory, PYTHON / "README.md"):
            with self.subTest(path), library_named(path):
                with self.fails("Cannot load the PomaiDB engine at", str(path), code=StatusCode.NOT_FOUND):
                    pomaidb.open_db(self.directory / "db", 2)

    def test_a_relative_name_stands_for_a_file_here(self):
        with library_named(Path("libpomai_c.so")):
            self.assertEqual(Path.cwd() / "libpomai_c.so", _lookup.find_library())

    def test_each_generation_is_known_by_its_size(self):
        with library_named(None):
            self.assertIs(Generation.A, load(_lookup.find_library()).generation)
        self.assertIs(Generation.B, load(test_library("gen_b")).generation)
        self.assertIs(Generation.C, load(test_library("gen_c")).generation)
        self.assertIsNone(of_options_size(96))


class OptionsTest(unittest.TestCase):
    def test_defaults_and_where_they_stand_in_the_struct(self):
        block = OptionsBlock()
        block.fill(b"/somewhere", 128, Options.parse({}))

        words = block._words
        self.assertEqual((1, 128, 0, 0), struct.unpack_from("<IIII", words, 16), "shards, dim, threads, fsync")
        self.assertEqual((0, 0, 1), struct.unpack_from("<QIB", words, 32), "budget, deadline, index type")
        self.assertEqual((32, 200, 64, 0, 1), struct.unpack_from("<IIIIB", words, 48), "m, ef, ef, threshold, metric")

    def test_every_option_reaches_its_place(self):
        given = dict(shards=3, search_threads=4, fsync="Always", metric="L2", hnsw_m=5, hnsw_ef_construction=6)
        block = OptionsBlock()
        block.fill(b"/somewhere", 2, Options.parse({**given, "hnsw_ef_search": 7, "adaptive_threshold": 8}))

        self.assertEqual((3, 2, 4, 1), struct.unpack_from("<IIII", block._words, 16))
        self.assertEqual((5, 6, 7, 8, 0), struct.unpack_from("<IIIIB", block._words, 48))


class FaultyLibraryTest(DatabaseTestCase):
    def test_an_unknown_struct_size_is_named_with_the_library(self):
        with self.fails(str(test_library("unknown_size")), "struct size 96", code=StatusCode.UNIMPLEMENTED):
            self.open(library="unknown_size")

    def test_a_missing_function_is_named_with_the_library(self):
        path = str(test_library("missing_symbol"))
        with self.fails(path, "it has no function pomai_freeze", code=StatusCode.NOT_FOUND):
            self.open(library="missing_symbol")

    def test_results_that_cannot_be_trusted_are_not_read_but_freed(self):
        for fault, complaint in [
            ("wrong_stride", "its results have the struct size 40 and not the 88 of generation C"),
            ("too_many_hits", "it gives 1000001 hits where 3 were asked for"),
        ]:
            with self.subTest(fault):
                path = test_library(fault)
                with self.open(library=fault, name=fault) as db:
                    pomaidb.put_batch(db, [1], [[1, 0]])
                    pomaidb.freeze(db)
                    with self.fails(str(path), complaint, code=StatusCode.INTERNAL):
                        pomaidb.search_batch(db, [[1, 0]], topk=3)
                self.assertEqual(0, live(path))

    def test_success_without_a_handle_is_an_error(self):
        with self.fails("it reports success and gives no handle", code=StatusCode.INTERNAL):
            self.open(library="no_handle")

    def test_a_status_number_that_is_not_defined_is_kept(self):
        with self.open(library="unknown_status") as db:
            with self.fails("(engine status 77, UNKNOWN)", code=77):
                pomaidb.put_batch(db, [1], [[float("nan"), 0]])
        self.assertEqual(0, live(test_library("unknown_status")))

    def test_every_native_object_goes_back_also_where_calls_fail(self):
        path = test_library("gen_b")
        before = live(path)
        with self.open(library="gen_b") as db:
            pomaidb.put_batch(db, [1], [[1, 0]])
            pomaidb.freeze(db)
            pomaidb.search_batch(db, [[1, 0], [0, 1]])
            with self.fails("engine status 1"):
                pomaidb.put_batch(db, [1], [[float("nan"), 0]])
            with self.fails("engine status 1"):
                pomaidb.search_batch(db, [[float("nan"), 0]])
        with self.fails("engine status 1"):
            self.open(dim=3, library="gen_b")
        self.assertEqual(before, live(path))

    def test_two_libraries_work_side_by_side(self):
        first, second = self.open(name="a"), self.open(name="b", library="gen_c")
        pomaidb.put_batch(first, [1], [[1, 0]])
        pomaidb.put_batch(second, [2], [[1, 0]])
        for db, hit in ((first, 1), (second, 2)):
            pomaidb.freeze(db)
            self.assertEqual([([hit], [1.0])], pomaidb.search_batch(db, [[1, 0]]))


if __name__ == "__main__":
    unittest.main()
