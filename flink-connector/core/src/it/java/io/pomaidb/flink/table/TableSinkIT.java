package io.pomaidb.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.index.PomaiIndex;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class TableSinkIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final String TABLE =
            """
            CREATE TABLE t (id BIGINT, embedding ARRAY<FLOAT>, name STRING, PRIMARY KEY (id) NOT ENFORCED)
            DISTRIBUTED BY HASH(id) INTO 3 BUCKETS
            WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
            """;

    @TempDir
    private Path folder;

    private Sql sql;

    @BeforeEach
    void create() throws Exception {
        sql = Sql.batch();
        sql.run(TABLE, path(), folder.resolve("cache"));
    }

    private String path() {
        return folder.resolve("index").toUri().toString();
    }

    private PomaiIndex index() throws Exception {
        return PomaiIndex.at(new org.apache.hadoop.fs.Path(path()), new Configuration());
    }

    @Test
    void rowsAreWrittenAndReadBackAndReplaceThoseOfTheSameId() throws Exception {
        sql.run("INSERT INTO t VALUES (1, ARRAY[1, 2], 'one'), (2, ARRAY[3, 4], CAST(NULL AS STRING))");
        sql.run("INSERT INTO t VALUES (2, ARRAY[5, 6], 'two'), (3, ARRAY[7, 8], 'three')");

        assertThat(sql.rows("SELECT * FROM t"))
                .containsExactlyInAnyOrder(
                        Row.of(1L, new Float[] {1f, 2f}, "one"),
                        Row.of(2L, new Float[] {5f, 6f}, "two"),
                        Row.of(3L, new Float[] {7f, 8f}, "three"));
        assertThat(index().latestExisting().shards()).isEqualTo(3);
        assertThat(index().latestExisting().version()).isEqualTo(2);
    }

    @Test
    void columnsThatAreNotInsertedAreNull() throws Exception {
        sql.run("INSERT INTO t (id, embedding) VALUES (1, ARRAY[1, 2])");

        assertThat(sql.rows("SELECT id, name FROM t")).containsExactly(Row.of(1L, null));
    }

    @Test
    void anOverwriteReplacesAll() throws Exception {
        sql.run("INSERT INTO t VALUES (1, ARRAY[1, 2], 'one'), (2, ARRAY[3, 4], 'two')");
        sql.run("INSERT OVERWRITE t VALUES (3, ARRAY[5, 6], 'three')");

        assertThat(sql.values("SELECT name FROM t")).containsExactly("three");
    }

    @Test
    void theSinkHasAParallelismOfItsOwn() throws Exception {
        sql.run("INSERT INTO t /*+ OPTIONS('sink.parallelism'='4') */ SELECT n, ARRAY[CAST(n AS FLOAT)], 'x'"
                + " FROM UNNEST(ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9]) AS u(n)");

        assertThat(sql.values("SELECT id FROM t")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void aChangelogUpdatesAndDeletes() throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        var session = StreamTableEnvironment.create(environment);
        var changes = environment.fromData(
                Types.ROW_NAMED(
                        new String[] {"id", "embedding", "name"},
                        Types.LONG,
                        Types.OBJECT_ARRAY(Types.FLOAT),
                        Types.STRING),
                change(RowKind.INSERT, 1, "one"),
                change(RowKind.INSERT, 2, "two"),
                change(RowKind.INSERT, 3, "three"),
                change(RowKind.UPDATE_BEFORE, 1, "one"),
                change(RowKind.UPDATE_AFTER, 1, "uno"),
                change(RowKind.DELETE, 2, "two"),
                change(RowKind.DELETE, 3, "three"),
                change(RowKind.INSERT, 3, "tre"));
        session.createTemporaryView(
                "changes",
                session.fromChangelogStream(
                        changes,
                        Schema.newBuilder()
                                .column("id", DataTypes.BIGINT().notNull())
                                .column("embedding", DataTypes.ARRAY(DataTypes.FLOAT()))
                                .column("name", DataTypes.STRING())
                                .primaryKey("id")
                                .build()));
        session.executeSql(TABLE.formatted(path(), folder.resolve("cache")));

        session.executeSql("INSERT INTO t SELECT * FROM changes").await();

        assertThat(sql.rows("SELECT id, name FROM t")).containsExactlyInAnyOrder(Row.of(1L, "uno"), Row.of(3L, "tre"));
    }

    private static Row change(RowKind kind, long id, String name) {
        return Row.ofKind(kind, id, new Float[] {(float) id, 1f}, name);
    }

    @Test
    void everyTypeComesBackAsItWas() throws Exception {
        sql.run(
                """
                CREATE TABLE types (
                  k STRING, v ARRAY<DOUBLE>, a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE,
                  h DECIMAL(10, 2), i DECIMAL(30, 5), j CHAR(3), l BYTES, m DATE, n TIMESTAMP(3), o TIMESTAMP_LTZ(6),
                  p ARRAY<INT>, q MAP<STRING, INT>, r ROW<x INT, y ROW<z ARRAY<STRING>>>, s TIMESTAMP(6),
                  PRIMARY KEY (k) NOT ENFORCED
                ) WITH ('connector' = 'pomaidb', 'path' = '%s', 'vector_column' = 'v', 'cache_dir' = '%s')
                """,
                folder.resolve("types").toUri(), folder.resolve("cache"));
        String values =
                """
                SELECT k, v, a, CAST(b AS TINYINT), CAST(c AS SMALLINT), d, CAST(e AS BIGINT), CAST(f AS FLOAT),
                  CAST(g AS DOUBLE), CAST(h AS DECIMAL(10, 2)), CAST(i AS DECIMAL(30, 5)), CAST(j AS CHAR(3)),
                  CAST(l AS BYTES), CAST(m AS DATE), CAST(n AS TIMESTAMP(3)),
                  CAST(CAST(o AS TIMESTAMP(6)) AS TIMESTAMP_LTZ(6)), p, q,
                  CAST(ROW(1, ROW(ARRAY['a', CAST(NULL AS STRING)])) AS ROW<x INT, y ROW<z ARRAY<STRING>>>),
                  CAST(s AS TIMESTAMP(6))
                FROM (VALUES (
                  'key', ARRAY[CAST(1.5 AS DOUBLE), CAST(-2 AS DOUBLE)], TRUE, -1, -2, -3, -4, 1.25, -2.5, -12345.67,
                  '1234567890123456789012345.12345', 'abc', X'00FF', '1969-12-31', '1969-12-31 23:59:59.999',
                  '2026-11-22 01:02:03.123456', ARRAY[1, CAST(NULL AS INT)], MAP['a', 1, 'b', CAST(NULL AS INT)],
                  '0001-02-03 04:05:06.789012'
                )) AS t(k, v, a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q, s)
                """;
        sql.run("INSERT INTO types " + values);
        sql.run("INSERT INTO types (k, v) VALUES ('nulls', ARRAY[CAST(0 AS DOUBLE), CAST(1 AS DOUBLE)])");

        assertThat(sql.rows("SELECT * FROM types WHERE k = 'key'")).isEqualTo(sql.rows(values));
        assertThat(sql.values("SELECT k FROM types WHERE a IS NULL AND i IS NULL AND r IS NULL"))
                .containsExactly("nulls");
        assertThat(sql.values("SELECT k FROM types WHERE h = -12345.67 AND j = 'abc' AND m < DATE '1970-01-01'"
                        + " AND s = TIMESTAMP '0001-02-03 04:05:06.789012' AND a"))
                .containsExactly("key");
    }

    @Test
    void aRowWithoutIdOrVectorIsAnErrorThatSaysSo() throws Exception {
        assertThatThrownBy(() -> sql.run("INSERT INTO t VALUES (1, CAST(NULL AS ARRAY<FLOAT>), 'x')"))
                .hasStackTraceContaining("Cannot write row 1: its vector in column embedding is null");
        sql.run(
                "CREATE TABLE plain (id BIGINT, embedding ARRAY<FLOAT>) WITH ('connector' = 'pomaidb', 'path' = '%s')",
                path());
        assertThatThrownBy(() -> sql.run("INSERT INTO plain VALUES (CAST(NULL AS BIGINT), ARRAY[1])"))
                .hasStackTraceContaining("its id in column id is null");
        assertThat(index().latest()).isEmpty();
    }

    @Test
    void aTableWithoutVectorCannotBeWritten() throws Exception {
        sql.run("CREATE TABLE ids (id BIGINT) WITH ('connector' = 'pomaidb', 'path' = '%s')", path());

        assertThatThrownBy(() -> sql.run("INSERT INTO ids VALUES (1)"))
                .hasStackTraceContaining("the table has no column that option vector_column names");
    }

    @Test
    void withoutAKeyAChangelogIsRefused() throws Exception {
        Sql streaming = Sql.streaming();
        streaming.run(
                "CREATE TABLE plain (id BIGINT, embedding ARRAY<FLOAT>) WITH ('connector' = 'pomaidb', 'path' = '%s')",
                path());

        assertThatThrownBy(() -> streaming.run(
                        "INSERT INTO plain SELECT n, ARRAY[CAST(COUNT(*) AS FLOAT)] FROM UNNEST(ARRAY[1, 2, 2]) AS u(n)"
                                + " GROUP BY n"))
                .hasStackTraceContaining("doesn't support consuming update");
        assertThat(List.of(streaming.session().listTables())).contains("plain");
    }
}
