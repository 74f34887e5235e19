"""Searches restricted to some ids, and with an ef of their own."""

import random
import unittest
from array import array

import pomaidb
from pomaidb import StatusCode
from support import DatabaseTestCase, test_library


class FilterTest(DatabaseTestCase):
    def filled(self, rows=200, **opts):
        db = self.open(1, metric="l2", **opts)
        pomaidb.put_batch(db, range(rows), [[float(row)] for row in range(rows)])
        pomaidb.freeze(db)
        return db

    def ids(self, db, query, topk=3, **filters):
        [(ids, scores)] = pomaidb.search_batch(db, [[query]], topk, **filters)
        self.assertEqual(sorted(scores, reverse=True), scores)
        return ids

    def test_only_allowed_rows_are_found(self):
        db = self.filled()
        self.assertEqual([20, 30, 10], self.ids(db, 22.0, allowed=[30, 10, 20, 90, 20]))
        self.assertEqual([10], self.ids(db, 22.0, allowed={10, 999}))
        self.assertEqual([], self.ids(db, 22.0, allowed=[]))

    def test_denied_rows_are_not_found(self):
        db = self.filled()
        self.assertEqual([22, 24, 20], self.ids(db, 22.1, denied=array("Q", [23, 21, 2**64 - 1])))
        self.assertEqual(self.ids(db, 22.1), self.ids(db, 22.1, denied=[]))

    def test_filters_agree_with_the_rows(self):
        numbers = random.Random(20261123)
        db = self.filled(1000, hnsw_m=8)
        for _ in range(30):
            ids = numbers.sample(range(1000), numbers.choice([1, 10, 100, 900]))
            query = numbers.uniform(0, 1000)
            for name, keeps in [("allowed", set(ids)), ("denied", set(range(1000)) - set(ids))]:
                nearest = sorted(keeps, key=lambda row: abs(row - query))[:5]
                self.assertEqual(nearest, self.ids(db, query, 5, **{name: ids}), (name, query))

    def test_ef_counts_for_one_call(self):
        numbers = random.Random(5)
        db = self.open(24, metric="l2", hnsw_m=4, hnsw_ef_search=400)
        rows = [[numbers.gauss(0, 1) for _ in range(24)] for _ in range(3000)]
        pomaidb.put_batch(db, range(3000), rows)
        pomaidb.freeze(db)
        queries = [[numbers.gauss(0, 1) for _ in range(24)] for _ in range(50)]
        best = [set(ids) for ids, _ in pomaidb.search_batch(db, queries)]

        def agreeing(ef):
            return sum(len(set(ids) & right) for (ids, _), right in zip(pomaidb.search_batch(db, queries, ef=ef), best))

        self.assertEqual(500, agreeing(400))
        self.assertLess(agreeing(10), 500)

    def test_exact_and_float32_find_what_codes_cannot_tell(self):
        numbers = random.Random(6)
        db = self.open(8, metric="l2", hnsw_m=8)
        rows = [[numbers.gauss(0, 1) for _ in range(8)] for _ in range(2000)]
        close = range(400, 440)  # 40 rows on a line so short that all of them have one code
        for place, row in enumerate(close):
            rows[row] = [3.0 + 1e-6 * place] * 8
        pomaidb.put_batch(db, range(2000), rows)
        pomaidb.freeze(db)
        nearest = [439, 438, 437]

        def found(**flags):
            [(ids, scores)] = pomaidb.search_batch(db, [[3.1] * 8], 3, ef=3, **flags)
            return ids, scores

        self.assertEqual(nearest, found(exact=True)[0])
        self.assertEqual(nearest, found(exact=True, float32=True, allowed=close)[0])
        self.assertGreater(found(float32=True)[1][0], found()[1][0])

    def test_bad_arguments_are_named(self):
        db = self.filled(10)
        with self.fails("with both allowed and denied ids"):
            self.ids(db, 1.0, allowed=[1], denied=[2])
        with self.fails("with ef=0 (accepted: a whole number from 1 to 100000)"):
            self.ids(db, 1.0, ef=0)
        with self.fails("with allowed", "the id of row 1 is -1"):
            self.ids(db, 1.0, allowed=[1, -1])
        with self.fails("with denied", "ids=7"):
            self.ids(db, 1.0, denied=7)
        for name in ("exact", "float32"):
            with self.fails(f"with {name}=1 (accepted: True or False)"):
                self.ids(db, 1.0, **{name: 1})

    def test_a_library_without_the_extension_is_named(self):
        db = self.filled(10, library="gen_b")
        self.assertEqual([4, 3, 5], self.ids(db, 3.9))
        for wanted, filters in [("ef", {"ef": 10}), ("allowed", {"allowed": [1]}), ("ef and denied", dict(ef=9, denied=[1])), ("float32", {"float32": True})]:
            with self.fails(
                f"with {wanted}", str(test_library("gen_b")), "no function pomai_x_search_batch",
                code=StatusCode.UNIMPLEMENTED,
            ):
                self.ids(db, 3.9, **filters)


if __name__ == "__main__":
    unittest.main()
