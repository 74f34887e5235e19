package io.pomaidb.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of Flink that write, change and search an index by S3A, whose settings stand in the table's options. */
class FlinkS3IT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    static Path objects;

    private static S3Store store;

    @TempDir
    Path local;

    @BeforeAll
    static void startServer() throws IOException {
        store = S3Store.start(objects);
    }

    @AfterAll
    static void stopServer() throws IOException {
        store.close();
    }

    private Sql words(Sql session) throws Exception {
        String settings = store.settings().entrySet().stream()
                .map(setting -> "'hadoop." + setting.getKey() + "' = '" + setting.getValue() + "'")
                .collect(Collectors.joining(", "));
        session.run(
                """
                CREATE TABLE words (id BIGINT, embedding ARRAY<FLOAT>, word STRING, PRIMARY KEY (id) NOT ENFORCED)
                DISTRIBUTED BY HASH(id) INTO 3 BUCKETS
                WITH ('connector' = 'pomaidb', 'path' = 's3a://%s/words', 'metric' = 'l2', 'cache_dir' = '%s', %s)
                """,
                S3Store.BUCKET, local.resolve("cache"), settings);
        return session;
    }

    @Test
    void aStreamIsWrittenAndThenChangedAndSearched() throws Exception {
        Sql streaming = words(Sql.streaming());
        streaming.session().getConfig().set("execution.checkpointing.interval", "300 ms");
        streaming.run(
                """
                CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000',
                  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '2000')
                """);
        streaming.run("INSERT INTO words"
                + " SELECT n, ARRAY[CAST(n AS FLOAT), 0], CONCAT('word ', CAST(n AS STRING)) FROM numbers");
        Sql batch = words(Sql.batch());

        assertThat(batch.rows("SELECT COUNT(*), COUNT(DISTINCT word), MIN(id), MAX(id) FROM words"))
                .containsExactly(Row.of(2000L, 2000L, 1L, 2000L));

        batch.run("DELETE FROM words WHERE id = 700");
        batch.run("INSERT INTO words VALUES (701, ARRAY[701, 0], 'changed')");
        assertThat(batch.rows("SELECT id, word, score FROM TABLE(VECTOR_SEARCH(TABLE words, DESCRIPTOR(embedding),"
                        + " ARRAY[700.25, 0], 2))"))
                .containsExactlyInAnyOrder(Row.of(701L, "changed", -0.5625), Row.of(699L, "word 699", -1.5625));
    }
}
