package io.pomaidb.flink.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import java.nio.file.Path;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("every-version")
class LookupJoinIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final String FULL = "'lookup.cache'='FULL'";

    @TempDir
    private Path folder;

    private Sql writing;
    private Sql sql;

    @BeforeEach
    void write() throws Exception {
        writing = Sql.batch();
        sql = Sql.streaming();
        for (Sql session : new Sql[] {writing, sql}) {
            session.run(
                    """
                    CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>, name STRING, PRIMARY KEY (id) NOT ENFORCED)
                    WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                    """,
                    folder.resolve("index").toUri(), folder.resolve("cache"));
            session.run(
                    """
                    CREATE TABLE s (k STRING, embedding ARRAY<FLOAT>, n INT, PRIMARY KEY (k) NOT ENFORCED)
                    WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                    """,
                    folder.resolve("strings").toUri(), folder.resolve("cache"));
        }
        writing.run("INSERT INTO v VALUES (1, ARRAY[1, 2], 'one'), (2, ARRAY[3, 4], 'two'), (3, ARRAY[5, 6], 'three')");
        writing.run("INSERT INTO s VALUES ('a', ARRAY[1, 2], 1), ('b', ARRAY[3, 4], 2)");
        sql.run(
                "CREATE TEMPORARY VIEW q AS SELECT *, PROCTIME() AS now FROM (VALUES (CAST(3 AS BIGINT), 'a', 'x'),"
                        + " (CAST(1 AS BIGINT), 'c', 'one'), (CAST(9 AS BIGINT), CAST(NULL AS STRING), 'y')) AS t(id, k, name)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'lookup.async'='false'",
                "'lookup.async'='true'",
                "'lookup.cache'='PARTIAL', 'lookup.partial-cache.max-rows'='10'",
                "'lookup.async'='true', 'lookup.cache'='PARTIAL', 'lookup.partial-cache.max-rows'='10'",
                FULL + ", 'lookup.full-cache.periodic-reload.interval'='1 h'",
                FULL
                        + ", 'lookup.full-cache.reload-strategy'='TIMED', 'lookup.full-cache.timed-reload.iso-time'='10:15'"
            })
    void rowsAreFoundByTheirIds(String options) throws Exception {
        assertThat(sql.rows(
                        "SELECT q.id, v.name, v.embedding FROM q JOIN v /*+ OPTIONS(%s) */ FOR SYSTEM_TIME AS OF q.now"
                                + " ON q.id = v.id",
                        options))
                .containsExactlyInAnyOrder(
                        Row.of(3L, "three", new Float[] {5f, 6f}), Row.of(1L, "one", new Float[] {1f, 2f}));
        assertThat(sql.rows(
                        "SELECT q.id, s.n FROM q LEFT JOIN s /*+ OPTIONS(%s) */ FOR SYSTEM_TIME AS OF q.now ON q.k = s.k",
                        options))
                .containsExactlyInAnyOrder(Row.of(3L, 1), Row.of(1L, null), Row.of(9L, null));
    }

    @Test
    void otherColumnsThatAreJoinedOnAndConditionsHold() throws Exception {
        assertThat(sql.rows("SELECT q.id FROM q JOIN v FOR SYSTEM_TIME AS OF q.now ON q.id = v.id AND q.name = v.name"))
                .containsExactly(Row.of(1L));
        assertThat(sql.rows(
                        "SELECT q.id FROM q JOIN v FOR SYSTEM_TIME AS OF q.now ON q.id = v.id AND v.name LIKE 'th%'"))
                .containsExactly(Row.of(3L));
    }

    @Test
    void aJoinWithoutTheIdIsRefused() {
        assertThatThrownBy(() -> sql.rows("SELECT q.id FROM q JOIN v FOR SYSTEM_TIME AS OF q.now ON q.name = v.name"))
                .hasStackTraceContaining("Cannot look up rows by name: the id is not among these columns");
    }

    @Test
    @SuppressWarnings("try") // Of what Flink declares of close().
    void aFullCacheFindsRowsByAnyColumnsAndLoadsThemAnew() throws Exception {
        sql.run("CREATE TABLE ticks (n BIGINT, now AS PROCTIME()) WITH ('connector' = 'datagen',"
                + " 'rows-per-second' = '20', 'fields.n.min' = '1', 'fields.n.max' = '2')");
        TableResult following = sql.session()
                .executeSql(
                        "SELECT v.id FROM (SELECT *, CASE WHEN n < 3 THEN 'new' ELSE 'old' END AS name FROM ticks) AS t"
                                + " LEFT JOIN v /*+ OPTIONS(" + FULL
                                + ", 'lookup.full-cache.periodic-reload.interval'='100 ms') */"
                                + " FOR SYSTEM_TIME AS OF t.now ON t.name = v.name AND v.id < 100");
        try (CloseableIterator<Row> found = following.collect()) {
            assertThat(found.next()).isEqualTo(Row.of((Long) null));
            writing.run("INSERT INTO v VALUES (7, ARRAY[1, 2], 'new'), (700, ARRAY[1, 2], 'new')");
            Object id = null;
            while (id == null) {
                id = found.next().getField(0);
            }
            assertThat(id).isEqualTo(7L);
        }
    }

    @Test
    void aFullCacheIsToldWhenToLoad() {
        assertThatThrownBy(() -> sql.rows(
                        "SELECT q.id FROM q JOIN v /*+ OPTIONS(%s) */ FOR SYSTEM_TIME AS OF q.now ON q.id = v.id",
                        FULL))
                .hasStackTraceContaining("Cannot keep all rows by option lookup.cache: 'FULL'")
                .hasStackTraceContaining("lookup.full-cache.periodic-reload.interval");
    }
}
