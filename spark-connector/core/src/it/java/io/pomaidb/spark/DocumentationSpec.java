package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pomaidb.fixture.Documents;
import io.pomaidb.fixture.ShownCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The code that README.md and docs/spark.md show runs as it stands there, in another folder. */
@Tag("every-version")
abstract class DocumentationSpec extends SparkSpec {
    private static final String README = "README.md";
    private static final String DOCUMENT = "docs/spark.md";

    private static final String JAVA =
            """
            import io.pomaidb.index.VacuumOptions;
            import io.pomaidb.spark.*;
            import org.apache.spark.sql.*;

            public class Shown {
                public static Object run(SparkSession spark, String path, String checkpoint, Dataset<Row> rows,
                        Dataset<Row> queries) throws Exception {
                    %s
                    return %s;
                }
            }
            """;

    private static final String SCALA =
            """
            import io.pomaidb.spark._
            import org.apache.spark.sql._

            object Shown {
              def run(spark: SparkSession, rows: DataFrame, queries: DataFrame): DataFrame = {
                %s
                hits
              }
            }
            """;

    private ExampleWords words;
    private SparkSession session;
    private Dataset<Row> rows;
    private Dataset<Row> queries;

    DocumentationSpec(Master master) {
        super(master);
    }

    /** What the documents take for granted. */
    @BeforeEach
    void rowsQueriesAndChanges() throws IOException {
        words = ExampleWords.load();
        session = spark.newSession();
        session.conf().set("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName());
        session.conf().set("spark.sql.catalog.lake", PomaiCatalog.class.getName());
        session.conf().set("spark.sql.catalog.lake.warehouse", folder.toString());
        rows = words.rows(session);
        rows.createOrReplaceTempView("rows");
        queries = session.sql(
                "SELECT 'asked' AS qid, array(0.1F, 0.7F, 0.2F) AS qvec, 'asked' AS name,"
                        + " array(0.1F, 0.7F, 0.2F) AS v UNION ALL SELECT word, embedding, word, embedding FROM rows WHERE id = 7");
        queries.createOrReplaceTempView("queries");
        session.sql("SELECT id + 299 AS id, embedding, 'changed' AS word, year, lang, title, id = 0 AS gone FROM rows"
                        + " WHERE id < 2")
                .createOrReplaceTempView("changes");
    }

    private String here(String text) {
        return text.replace("hdfs:///indexes", folder.toString()).replace("/indexes", folder.toString());
    }

    private Object java(Documents.Block block, Dataset<Row> given) throws Exception {
        String result = block.text().contains(" hits = ") ? "hits" : "null";
        String text = JAVA.formatted(here(block.text()), result);
        return ShownCode.runJava(
                text, folder.resolve("java"), session, path("words"), path("checkpoint"), given, queries);
    }

    private static Dataset<Row> frame(Object shown) {
        return ((Dataset<?>) shown).toDF();
    }

    private List<Row> sql(String statement) {
        return session.sql(here(statement)).collectAsList();
    }

    private List<List<Row>> run(Documents.Block block) {
        var results = new ArrayList<List<Row>>();
        block.statements().forEach(statement -> results.add(sql(statement)));
        return results;
    }

    private void write() {
        writer(rows).option("metric", "cosine").option("shards", 2).save(path("words"));
    }

    private List<Long> asked(Dataset<Row> hits) {
        return ids(hits.where("query_id = 'asked'").orderBy("rank").collectAsList());
    }

    /** The rows of one of the queries, where its name is the first column. */
    private static List<Row> ofAsked(List<Row> found) {
        return found.stream().filter(row -> row.getString(0).equals("asked")).toList();
    }

    private static List<Long> ids(List<Row> found) {
        return found.stream().map(row -> row.<Long>getAs("id")).toList();
    }

    @Test
    void allBlocksAreTested() throws IOException {
        assertThat(Documents.blocks(README).stream().map(Documents.Block::name))
                .containsExactly(
                        "java of Write",
                        "java of Search",
                        "scala of Search",
                        "python of Search", // by PySpark, in the bundle's module
                        "sql of Search",
                        "java of Flink", // by the Flink connector's tests
                        "sql of Flink");
        assertThat(Documents.blocks(DOCUMENT).stream().map(Documents.Block::name))
                .containsExactly(
                        "python of Python", // by PySpark, too
                        "java of Search",
                        "sql of SQL",
                        "sql of pomai_search",
                        "sql of Nearest joins",
                        "java of Streams",
                        "java of Maintenance",
                        "sql of Maintenance");
    }

    @Test
    void theReadmesJavaWritesAndSearches() throws Exception {
        java(Documents.block(README, "Write", "java"), rows);
        var hits = frame(java(Documents.block(README, "Search", "java"), rows));

        assertThat(hits.columns()).containsExactly("query_id", "rank", "id", "score", "word", "year");
        assertThat(hits.count()).isEqualTo(20);
        assertThat(asked(hits)).isEqualTo(words.nearest(ExampleWords.ASKED, 1990, 10));
        assertThat(snapshot(path("words")).shards()).isEqualTo(8);
    }

    @Test
    void theReadmesScalaWritesAndSearches() throws Exception {
        String text =
                SCALA.formatted(here(Documents.block(README, "Search", "scala").text()));
        var hits = frame(ShownScala.run(text, folder.resolve("scala"), session, rows, queries));

        assertThat(hits.columns()).containsExactly("query_id", "rank", "id", "score");
        assertThat(hits.count()).isEqualTo(20);
        assertThat(asked(hits)).isEqualTo(words.nearest(ExampleWords.ASKED, 0, 10));
    }

    @Test
    void theReadmesSqlSearchesAndChanges() throws Exception {
        write();
        var results = new ArrayList<List<Row>>();
        for (String statement : Documents.block(README, "Search", "sql").statements()) {
            if (statement.startsWith("CREATE TABLE ")) {
                sql("DROP TABLE pomaidb.`/indexes/words`");
            }
            results.add(sql(statement));
        }

        assertThat(results).hasSize(5);
        assertThat(results.get(1)).hasSize(20);
        assertThat(ids(ofAsked(results.get(1)))).isEqualTo(words.nearest(ExampleWords.ASKED, 0, 10));
        assertThat(ids(results.get(4))).isEqualTo(words.nearest(ExampleWords.ASKED, 1990, 10));
        assertThat(sql("SELECT id, word FROM pomaidb.`/indexes/words` WHERE id >= 299 ORDER BY id")
                        .toString())
                .isEqualTo("[[299,changed], [300,changed]]");
    }

    @Test
    void aSearchInJavaHasAConditionAndColumns() throws Exception {
        write();
        var hits = frame(java(Documents.block(DOCUMENT, "Search", "java"), rows));

        assertThat(hits.columns()).containsExactly("query_id", "rank", "id", "score", "title", "year");
        assertThat(hits.count()).isEqualTo(20);
        assertThat(asked(hits)).allMatch(id -> id % 2 == 0).isSubsetOf(words.nearest(ExampleWords.ASKED, 1990, 300));
    }

    @Test
    void aTableIsMadeChangedAndAsked() throws Exception {
        session.sql("SELECT id, embedding, word, year, gone FROM changes").createOrReplaceTempView("changes");
        List<List<Row>> results = run(Documents.block(DOCUMENT, "SQL", "sql"));

        assertThat(ids(results.get(5))).isEqualTo(words.nearest(ExampleWords.ASKED, 2000, 10));
        // The third version: no word is the one to update, and 30 are of years before 1900.
        assertThat(results.get(6).get(0).getLong(0)).isEqualTo(270);
        assertThat(sql("SELECT min(year), max(id) FROM pomaidb.`/indexes/words`")
                        .toString())
                .isEqualTo("[[1891,300]]");
        assertThat(sql("SELECT word FROM pomaidb.`/indexes/words` WHERE id >= 299")
                        .toString())
                .isEqualTo("[[changed]]");
    }

    @Test
    void theTableFunctionSearchesForOneAndForMany() throws Exception {
        write();
        List<List<Row>> results = run(Documents.block(DOCUMENT, "pomai_search", "sql"));

        assertThat(ids(results.get(0)))
                .containsExactlyInAnyOrderElementsOf(words.nearest(ExampleWords.ASKED, 2000, 10));
        assertThat(results.get(1)).hasSize(6);
        assertThat(ids(ofAsked(results.get(1))))
                .containsExactlyInAnyOrderElementsOf(words.nearest(ExampleWords.ASKED, 0, 3));
    }

    @Test
    void sparksNearestJoinsUseTheIndex() throws Exception {
        assumeTrue(spark.version().compareTo("4.2") >= 0, "Spark has nearest joins from 4.2 on");
        write();
        List<List<Row>> results = run(Documents.block(DOCUMENT, "Nearest joins", "sql"));

        assertThat(results.get(0))
                .hasSize(6)
                .filteredOn(row -> row.getString(0).equals("asked"))
                .extracting(row -> row.getString(1))
                .containsExactlyInAnyOrderElementsOf(words.nearest(ExampleWords.ASKED, 0, 3).stream()
                        .map(id -> words.words().get(id.intValue()).word())
                        .toList());
    }

    @Test
    void aStreamIsWritten() throws Exception {
        rows.write().parquet(path("source"));
        java(
                Documents.block(DOCUMENT, "Streams", "java"),
                session.readStream().schema(rows.schema()).parquet(path("source")));
        var stream = session.streams().active()[0];
        try {
            stream.processAllAvailable();
        } finally {
            stream.stop();
        }

        assertThat(read(path("words"))).hasSize(300);
    }

    @Test
    void anIndexIsMaintained() throws Exception {
        write();
        java(Documents.block(DOCUMENT, "Maintenance", "java"), rows);

        assertThat(snapshot(path("words")).shards()).isEqualTo(64);
        assertThat(snapshot(path("words")).tags()).containsEntry("release", 3L);
        assertThat(read(path("words"))).hasSize(300);
    }

    @Test
    void anIndexIsMaintainedInSql() throws Exception {
        assumeFalse(spark.version().startsWith("3."), "Spark has procedures from 4.0 on");
        for (int i = 0; i < 3; i++) {
            writer(rows.where("id % 3 = " + i))
                    .option("shards", 2)
                    .mode(SaveMode.Append)
                    .save(path("words"));
        }
        List<List<Row>> results = run(Documents.block(DOCUMENT, "Maintenance", "sql"));

        assertThat(results.get(3)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(results.get(4)).isEmpty();
        assertThat(read(path("words"))).hasSize(300);
    }
}
