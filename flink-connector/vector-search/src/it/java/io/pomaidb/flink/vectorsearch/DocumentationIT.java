package io.pomaidb.flink.vectorsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Documents;
import io.pomaidb.fixture.ShownCode;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The SQL of README.md and docs/flink-sql.md runs as it stands there, in another folder; Java compiles. */
class DocumentationIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final String README = "README.md";
    private static final String STREAMS = "docs/flink.md";
    private static final String TABLES = "docs/flink-sql.md";

    private static final String JAVA =
            """
            import io.pomaidb.compaction.CompactionPolicy;
            import io.pomaidb.flink.search.PomaiSearch;
            import io.pomaidb.flink.sink.*;
            import io.pomaidb.payload.PayloadType;
            import java.util.*;
            import org.apache.flink.api.java.tuple.Tuple3;
            import org.apache.flink.streaming.api.datastream.DataStream;
            import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
            import org.apache.flink.types.Row;

            public class Shown {
                public record Word(long id, float[] embedding, String text, boolean isGone) {}

                public record Question(String text, float[] vector) {}

                public static Object run(StreamExecutionEnvironment environment) throws Exception {
                    DataStream<Word> words = environment.fromData(
                            new Word(1, new float[] {1, 0}, "apple", false),
                            new Word(2, new float[] {0, 1}, "banana", false),
                            new Word(3, new float[] {1, 1}, "avocado", false));
                    DataStream<Question> questions = environment.fromData(
                            new Question("right?", new float[] {2, 0.1f}), new Question("up?", new float[] {0.1f, 3}));
                    %s
                    return null;
                }
            }
            """;

    @TempDir
    private Path folder;

    private String here(String text) {
        return text.replace("hdfs:///indexes", folder.toUri().toString().replaceAll("/$", ""));
    }

    /** What the documents take for granted. */
    private static Sql given(Sql sql) throws Exception {
        sql.run(
                """
                CREATE TEMPORARY VIEW source AS SELECT * FROM (VALUES
                  (CAST(1 AS BIGINT), ARRAY[CAST(1 AS FLOAT), 0], 'apple'),
                  (CAST(2 AS BIGINT), ARRAY[CAST(0 AS FLOAT), 1], 'banana'),
                  (CAST(3 AS BIGINT), ARRAY[CAST(1 AS FLOAT), 1], 'avocado')) AS t(id, embedding, text)
                """);
        sql.run(
                """
                CREATE TEMPORARY VIEW questions AS SELECT * FROM (VALUES
                  (CAST(7 AS BIGINT), 'right?', ARRAY[CAST(2 AS FLOAT), CAST(0.1 AS FLOAT)])) AS t(id, question, vector)
                """);
        sql.run("CREATE TEMPORARY VIEW orders AS SELECT *, PROCTIME() AS proc_time FROM (VALUES"
                + " (10, CAST(3 AS BIGINT)), (11, CAST(4 AS BIGINT))) AS t(id, word_id)");
        return sql;
    }

    private List<Row> write(Sql sql, Documents.Block block) throws Exception {
        List<String> statements = block.statements();
        sql.run("%s", here(statements.get(0)));
        sql.run("%s", here(statements.get(1)));
        return sql.rows("%s ORDER BY id", "SELECT * FROM words");
    }

    @Test
    void allBlocksAreTested() throws IOException {
        assertThat(Documents.blocks(STREAMS).stream().map(Documents.Block::name))
                .containsExactly("java of DataStream sink");
        assertThat(Documents.blocks(TABLES).stream().map(Documents.Block::name))
                .containsExactly(
                        "sql of Flink SQL",
                        "sql of VECTOR_SEARCH",
                        "sql of Lookup joins",
                        "sql of Catalog",
                        "java of Distributed searches in Java",
                        "java of Columns of the hits");
    }

    @Test
    void theReadmesSqlWritesAndSearches() throws Exception {
        Sql sql = given(Sql.batch());
        Documents.Block block = Documents.block(README, "Flink", "sql");
        assertThat(write(sql, block))
                .extracting(row -> row.getField("text"))
                .containsExactly("apple", "banana", "avocado");

        assertThat(sql.rows("%s", block.statements().get(2)))
                .extracting(row -> row.getField("text"))
                .containsExactlyInAnyOrder("apple", "avocado", "banana");
    }

    @Test
    void tablesAreWrittenReadSearchedAndJoined() throws Exception {
        Sql sql = given(Sql.batch());
        Documents.Block block = Documents.block(TABLES, "Flink SQL", "sql");
        write(sql, block);

        assertThat(sql.values("SELECT text FROM (%s)", block.statements().get(2)))
                .containsExactly("apple", "avocado");
        assertThat(sql.rows("%s", block.statements().get(3)))
                .extracting(row -> row.getField("question") + " " + row.getField("text"))
                .containsExactlyInAnyOrder("right? apple", "right? avocado", "right? banana");
        String search =
                Documents.block(TABLES, "VECTOR_SEARCH", "sql").statements().get(0);
        assertThat(sql.rows("%s", search)).extracting(row -> row.getField(1)).containsExactly(1L, 3L, 2L);

        Sql stream = given(Sql.streaming());
        stream.run("%s", here(block.statements().get(0)));
        String join =
                Documents.block(TABLES, "Lookup joins", "sql").statements().get(0);
        assertThat(stream.rows("%s", join)).containsExactly(Row.of(10, "avocado"));
    }

    @Test
    void aCatalogHasTheIndexes() throws Exception {
        Sql sql = given(Sql.batch());
        sql.run(
                "%s",
                here(Documents.block(TABLES, "Catalog", "sql").statements().get(0)));
        sql.run("CREATE TABLE indexes.`default`.words (id BIGINT, embedding ARRAY<FLOAT>, text STRING,"
                + " PRIMARY KEY (id) NOT ENFORCED)");
        sql.run("INSERT INTO indexes.`default`.words SELECT * FROM source");

        assertThat(sql.values("SELECT text FROM indexes.`default`.words"))
                .containsExactly("apple", "avocado", "banana");
        assertThat(folder.resolve("default/words")).isDirectory();
    }

    /** A job's classes would have to be on the class path of its cluster: jobs like these are run by other tests. */
    @Test
    void javaCompiles() throws IOException {
        for (Documents.Block block : List.of(
                Documents.block(README, "Flink", "java"),
                Documents.block(STREAMS, "DataStream sink", "java"),
                Documents.block(TABLES, "Distributed searches in Java", "java"),
                Documents.block(TABLES, "Columns of the hits", "java"))) {
            ShownCode.compileJava(JAVA.formatted(block.text()), folder.resolve("java"));
        }
    }
}
