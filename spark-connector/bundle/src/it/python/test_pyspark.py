"""The jar from Python: what the README and docs/spark.md show, and what they say works, with a real PySpark."""

import array
import datetime
import itertools
import math
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from pyspark.sql import SparkSession

try:
    from pyspark.ml.linalg import Vectors
except ImportError:  # Spark ML's Python is written with NumPy.
    Vectors = None

ROOT = pathlib.Path(__file__).resolve().parents[5]
JAR = os.environ["POMAI_BUNDLE_JAR"]
WORDS = 500
# The vectors that the documents write out have three components, and so have these, of 64.
DIM, WORD_DIM = 3, 64


def python_blocks(document):
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text("utf-8"), re.DOTALL)


def words():
    """Rows of (id, embedding, word, year) of the example's data; the years are made up."""
    folder = ROOT / "examples/data/words"
    vectors = array.array("f")
    with open(folder / "vectors.f32", "rb") as file:
        vectors.fromfile(file, WORDS * WORD_DIM)
    with open(folder / "words.tsv", encoding="utf-8") as file:
        lines = [line.split("\t") for line in itertools.islice(file, 1, WORDS + 1)]
    return [
        (int(line[0]), list(vectors[i * WORD_DIM : i * WORD_DIM + DIM]), line[1], 1950 + i % 70)
        for i, line in enumerate(lines)
    ]


def cosine(left, right):
    return sum(a * b for a, b in zip(left, right)) / math.hypot(*left) / math.hypot(*right)


def unit(vector):
    return [component / math.hypot(*vector) for component in vector]


def nearest(rows, query, k):
    return [row[0] for row in sorted(rows, key=lambda row: -cosine(row[1], query))[:k]]


class PySparkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.words = words()
        settings = {
            "spark.sql.extensions": "io.pomaidb.spark.PomaiExtensions",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
        }
        options = " ".join(f"--conf {name}={value}" for name, value in settings.items())
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--master local[2] {options} pyspark-shell"
        [block] = python_blocks("docs/spark.md")
        shown = {"SparkSession": SparkSession}
        exec(compile(re.sub(r"pomaidb-spark-bundle\S*\.jar", JAR, block), "spark.md", "exec"), shown)
        cls.spark = shown["spark"]
        cls.addClassCleanup(cls.spark.stop)

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder + "/words"
        # Python's numbers are doubles and longs.
        self.rows = self.spark.createDataFrame(self.words, "id long, embedding array<double>, word string, year int")
        self.asked = [("webster", self.words[0][1]), ("made up", [0.1, 0.7, 0.2])]
        self.queries = self.spark.createDataFrame(self.asked, "qid string, qvec array<double>")

    def assertRows(self, expected, found):
        """That an index by cosine has these rows."""
        found = found.orderBy("id").collect()
        self.assertEqual([(id, *rest) for id, _, *rest in expected], [(id, *rest) for id, _, *rest in found])
        for row, other in zip(expected, found):
            for component, kept in zip(unit(row[1]), other[1]):
                self.assertAlmostEqual(component, kept, places=6)

    def write(self, rows=None, mode="append"):
        writer = (self.rows if rows is None else rows).write.format("pomaidb").option("metric", "cosine")
        writer.option("shards", 2).mode(mode).save(self.path)

    def reader(self, **options):
        return self.spark.read.format("pomaidb").options(cache_dir=self.folder + "/cache", **options)

    def first_word(self, **options):
        return self.reader(**options).load(self.path).where("id = 0").first().word

    def sql(self, text):
        return [tuple(row) for row in self.spark.sql(text.format(table=f"pomaidb.`{self.path}`")).collect()]

    def test_what_the_readme_shows(self):
        [block] = python_blocks("README.md")
        self.assertIn("hdfs:///indexes/words", block)
        shown = {"spark": self.spark, "rows": self.rows, "queries": self.queries}

        exec(compile(block.replace("hdfs:///indexes", self.folder), "README.md", "exec"), shown)

        hits = shown["hits"].orderBy("query_id", "rank").collect()
        self.assertEqual(["query_id", "rank", "id", "score"], shown["hits"].columns)
        for query_id, vector in self.asked:
            mine = [hit for hit in hits if hit.query_id == query_id]
            self.assertEqual(nearest(self.words, vector, 10), [hit.id for hit in mine])
            self.assertEqual(list(range(1, 11)), [hit.rank for hit in mine])
            for hit in mine:
                self.assertAlmostEqual(cosine(self.words[hit.id][1], vector), hit.score, places=5)
        one = shown["one"].orderBy("rank").collect()
        self.assertEqual(["rank", "id", "score"], shown["one"].columns)
        self.assertEqual(nearest(self.words, [0.1, 0.7, 0.2], 10), [hit.id for hit in one])
        self.assertRows(self.words, shown["rows"])

    def test_conditions_columns_and_frames_of_options(self):
        self.write()

        hits = self.reader(query="[0.1, 0.7, 0.2]", top_k=5, filter="year > 1990", columns="word, year").load(self.path)

        expected = nearest([row for row in self.words if row[3] > 1990], [0.1, 0.7, 0.2], 5)
        found = [tuple(hit) for hit in hits.orderBy("rank").select("id", "word", "year").collect()]
        self.assertEqual([(id, *self.words[id][2:]) for id in expected], found)
        # Into Python's own code and back: by a function of rows, and by a join.
        lengths = hits.rdd.map(lambda hit: len(hit.word)).collect()
        self.assertEqual(sorted(len(self.words[id][2]) for id in expected), sorted(lengths))
        self.assertEqual(5, hits.join(self.rows, "id").count())

    def test_save_modes_and_earlier_versions(self):
        self.write(mode="errorifexists")
        between = datetime.datetime.now(datetime.timezone.utc)
        changed = self.rows.where("id < 10").selectExpr("id", "embedding", "upper(word) AS word", "year")
        self.write(changed)
        self.write(changed, mode="ignore")
        self.assertEqual(WORDS, self.reader().load(self.path).count())

        self.assertEqual("WEBSTER", self.first_word())
        self.assertEqual("webster", self.first_word(version=1))
        # As Python and as SQL write a time.
        self.assertEqual("webster", self.first_word(timestamp=between.isoformat()))
        for earlier in ("VERSION AS OF 1", f"TIMESTAMP AS OF '{between}'"):
            self.assertEqual([("webster",)], self.sql("SELECT word FROM {table} " + earlier + " WHERE id = 0"))

        self.write(changed, mode="overwrite")
        self.assertEqual(10, self.reader().load(self.path).count())
        with self.assertRaisesRegex(Exception, "already exists"):
            self.write(mode="errorifexists")

    def test_sql(self):
        self.write()
        changes = self.rows.where("id < 3").selectExpr("id", "embedding", "'new' AS word", "2001 AS year")
        changes.createOrReplaceTempView("changes")
        self.sql(
            "MERGE INTO {table} t USING changes s ON t.id = s.id"
            " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        )
        self.sql("DELETE FROM {table} WHERE id >= 400")
        self.sql("UPDATE {table} SET year = 0 WHERE word = 'new' AND id < 2")
        self.assertEqual([(400,)], self.sql("SELECT count(*) FROM {table}"))
        self.assertEqual(
            [("new", 0), ("new", 0), ("new", 2001)], self.sql("SELECT word, year FROM {table} WHERE id < 3 ORDER BY id")
        )
        close = nearest(self.words[:400], [0.1, 0.7, 0.2], 5)
        by_function = "pomaidb.cosine_similarity(embedding, array(0.1, 0.7, 0.2))"
        self.assertEqual(
            [(id,) for id in close], self.sql("SELECT id FROM {table} ORDER BY " + by_function + " DESC LIMIT 5")
        )
        plan = self.sql("EXPLAIN SELECT id FROM {table} ORDER BY " + by_function + " DESC LIMIT 5")[0][0]
        self.assertIn("pomaidb nearest 5", plan)
        called = f"pomai_search(index => '{self.path}', query_vector => array(0.1, 0.7, 0.2), num_results => 5)"
        self.assertEqual(close, [hit[1] for hit in self.sql("SELECT rank, id FROM " + called + " ORDER BY rank")])

    @unittest.skipIf(Vectors is None, "Spark ML needs NumPy here")
    def test_vectors_of_spark_ml(self):
        rows = [(id, Vectors.dense(vector)) for id, vector, *_ in self.words]
        self.write(self.spark.createDataFrame(rows, ["id", "embedding"]))
        asked = self.spark.createDataFrame([(7, Vectors.dense([0.1, 0.7, 0.2]))], ["query_id", "query_vector"])
        asked.createOrReplaceTempView("asked")

        hits = self.reader(queries="asked", top_k=5).load(self.path).orderBy("rank").collect()

        self.assertEqual([(7, id) for id in nearest(self.words, [0.1, 0.7, 0.2], 5)], [(h[0], h.id) for h in hits])
        self.assertRows([row[:2] for row in self.words], self.reader().load(self.path))

    def test_streams(self):
        source = self.folder + "/source"
        far = [(1_000, [-0.1, -0.7, -0.2], "far", 2000)]
        for new in (self.rows, self.spark.createDataFrame(far, self.rows.schema)):
            new.write.mode("append").json(source)
            rows = self.spark.readStream.schema(self.rows.schema).json(source)
            stream = rows.writeStream.format("pomaidb").option("metric", "cosine").trigger(availableNow=True)
            stream = stream.option("checkpointLocation", self.folder + "/checkpoint").start(self.path)
            self.assertTrue(stream.awaitTermination(240))

        self.assertEqual(WORDS + 1, self.reader().load(self.path).count())
        hit = self.reader(query="[-0.1, -0.7, -0.2]", top_k=1, columns="word").load(self.path).first()
        self.assertEqual((1_000, "far"), (hit.id, hit.word))
        self.assertAlmostEqual(1, hit.score, places=5)

    def test_streams_of_functions_of_batches(self):
        source = self.folder + "/source"
        self.rows.write.json(source)

        def put(batch, _):
            self.write(batch.where("id < 10"))

        stream = self.spark.readStream.schema(self.rows.schema).json(source).writeStream.foreachBatch(put)
        stream = stream.trigger(availableNow=True).start()
        self.assertTrue(stream.awaitTermination(240))
        self.assertEqual(10, self.reader().load(self.path).count())

    def test_errors_say_what_is_wrong(self):
        self.write()
        with self.assertRaisesRegex(Exception, "did you mean top_k"):
            self.reader(query="[0.1, 0.7, 0.2]", topk=5).load(self.path).collect()
        with self.assertRaisesRegex(Exception, "(?s)query.*numbers in brackets"):
            self.reader(query="0.1").load(self.path).collect()


if __name__ == "__main__":
    unittest.main()
