"""A handle that is closed, in use, forked or forgotten never reaches the library."""

import gc
import os
import threading
import unittest

import pomaidb
from support import DatabaseTestCase, library_named, live, test_library


class HandleTest(DatabaseTestCase):
    def calls(self, db):
        return [
            lambda: pomaidb.put_batch(db, [1], [[1, 0]]),
            lambda: pomaidb.put_batch(db, [], []),
            lambda: pomaidb.freeze(db),
            lambda: pomaidb.search_batch(db, [[1, 0]]),
            lambda: pomaidb.search_batch(db, []),
            lambda: pomaidb.close(db),
        ]

    def test_every_call_on_a_closed_database_is_an_error(self):
        db = self.open()
        pomaidb.close(db)
        for call in self.calls(db):
            with self.fails(str(self.directory / "db"), "the database is closed"):
                call()
        self.assertIn("closed", repr(db))

    def test_what_is_no_database_is_an_error(self):
        for call in self.calls(None):
            with self.fails("db=None (accepted: what open_db returned)"):
                call()

    def test_the_end_of_the_block_closes_what_is_still_open(self):
        with self.open() as db:
            pass
        self.assertTrue(db.closed)
        with self.open() as db:
            pomaidb.close(db)
        with self.assertRaises(KeyError), self.open() as db:
            raise KeyError
        self.assertTrue(db.closed)

    def test_closing_during_a_call_is_an_error_and_changes_nothing(self):
        db = self.open()
        refusals = []

        class Row:
            """A row that is asked for its components in the middle of a put_batch."""

            def __iter__(self):
                thread = threading.Thread(target=close)
                thread.start()
                thread.join()
                return iter([1, 0])

        def close():
            try:
                pomaidb.close(db)
            except pomaidb.PomaiDBError as refusal:
                refusals.append(str(refusal))

        pomaidb.put_batch(db, [1], [Row()])
        pomaidb.freeze(db)

        self.assertEqual([f"Cannot close {db.path}: 1 calls on it are under way (close it after the last)"], refusals)
        self.assertEqual([([1], [1.0])], pomaidb.search_batch(db, [[1, 0]]))

    def test_closing_while_threads_search(self):
        db = self.open(dim=8)
        pomaidb.put_batch(db, range(500), [[n % 7, n % 5, n % 3, 1, 0, 0, 0, n] for n in range(500)])
        pomaidb.freeze(db)
        started = threading.Barrier(4)
        outcomes = []

        def search():
            started.wait(60)
            try:
                for _ in range(200):
                    hits = pomaidb.search_batch(db, [[0] * 7 + [1]] * 50, topk=1)
                    outcomes.append(hits == [([499], [499.0])] * 50)
            except pomaidb.PomaiDBError as failure:
                outcomes.append("the database is closed" in str(failure))

        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        started.wait(60)
        while not db.closed:
            try:
                pomaidb.close(db)
            except pomaidb.PomaiDBError as refusal:
                outcomes.append("calls on it are under way" in str(refusal))
        for thread in threads:
            thread.join()
        self.assertEqual({True}, set(outcomes))

    def test_a_forgotten_database_is_closed(self):
        library = test_library("gen_c")
        before = live(library)
        with unregistered(self, "gen_c") as db:
            self.assertEqual(before + 1, live(library))
        del db
        forgotten = unregistered(self, "gen_c")
        self.assertEqual(before + 1, live(library))
        del forgotten
        gc.collect()
        self.assertEqual(before, live(library))

    @unittest.skipUnless(hasattr(os, "fork"), "no fork on this system")
    def test_a_fork_cannot_use_its_parents_database(self):
        db = self.open()
        process = os.fork()
        if process == 0:
            refused = 0
            for call in self.calls(db):
                try:
                    call()
                except pomaidb.PomaiDBError as failure:
                    refused += "of which this one is a fork" in str(failure)
            os._exit(refused)
        _, status = os.waitpid(process, 0)
        self.assertEqual(len(self.calls(db)), os.waitstatus_to_exitcode(status))
        pomaidb.put_batch(db, [1], [[1, 0]])


def unregistered(test, library):
    """A database that nothing but the caller refers to."""
    with library_named(test_library(library)):
        return pomaidb.open_db(test.directory / library, 2)


if __name__ == "__main__":
    unittest.main()
