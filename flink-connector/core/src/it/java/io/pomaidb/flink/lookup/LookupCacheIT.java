package io.pomaidb.flink.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import java.nio.file.Path;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One id is asked for again and again by two joins, one with a cache and one without, while its row changes. */
@Tag("every-version")
@Timeout(300)
class LookupCacheIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int FURTHER = 20;

    @TempDir
    private Path folder;

    private static Sql session(Sql sql, Path folder) throws Exception {
        sql.run(
                """
                CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>, name STRING, PRIMARY KEY (id) NOT ENFORCED)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s', 'search.refresh-interval' = '50 ms')
                """,
                folder.resolve("index").toUri(), folder.resolve("cache"));
        sql.session().getConfig().set("parallelism.default", "1");
        return sql;
    }

    /** Rows 1 and 2 are there at first, and 2 and 9 are written then. */
    @ParameterizedTest
    @CsvSource({
        // A row that is cached stays as it was.
        "2, false, true, two, TWO, two",
        "2, true, true, two, TWO, two",
        // That there is none is remembered, or is not.
        "9, false, true, , nine, ",
        "9, false, false, , nine, nine",
        "9, true, false, , nine, nine"
    })
    @SuppressWarnings("try") // Of what Flink declares of close().
    void aCacheKeepsWhatWasFoundAndARefreshFindsWhatIsNew(
            int id, boolean async, boolean cacheMissing, String before, String fresh, String cached) throws Exception {
        Sql writing = session(Sql.batch(), folder);
        writing.run("INSERT INTO v VALUES (1, ARRAY[1, 2], 'one'), (2, ARRAY[3, 4], 'two')");
        Sql sql = session(Sql.streaming(), folder);
        // A column that is always the same, and that Flink does not know to be.
        sql.run(
                "CREATE TABLE ticks (r BIGINT, n AS MOD(r, 1) + %s, now AS PROCTIME()) WITH ('connector' = 'datagen',"
                        + " 'rows-per-second' = '50')",
                id);
        String query =
                """
                SELECT c.name, u.name FROM ticks AS t
                LEFT JOIN v /*+ OPTIONS('lookup.cache'='PARTIAL', 'lookup.partial-cache.max-rows'='10',
                    'lookup.async'='%s', 'lookup.partial-cache.cache-missing-key'='%s') */
                  FOR SYSTEM_TIME AS OF t.now AS c ON t.n = c.id
                LEFT JOIN v FOR SYSTEM_TIME AS OF t.now AS u ON t.n = u.id
                """
                        .formatted(async, cacheMissing);
        try (CloseableIterator<Row> found = sql.session().executeSql(query).collect()) {
            assertThat(found.next()).isEqualTo(Row.of(before, before));
            writing.run("INSERT INTO v VALUES (2, ARRAY[3, 4], 'TWO'), (9, ARRAY[3, 4], 'nine')");
            Row row = found.next();
            while (!Row.of(cached, fresh).equals(row)) {
                // What each join sees at most: it was there before, or it is there now.
                assertThat(row.getField(0)).isIn(before, cached);
                assertThat(row.getField(1)).isIn(before, fresh);
                row = found.next();
            }
            for (int i = 0; i < FURTHER; i++) {
                assertThat(found.next()).isEqualTo(Row.of(cached, fresh));
            }
        }
    }
}
