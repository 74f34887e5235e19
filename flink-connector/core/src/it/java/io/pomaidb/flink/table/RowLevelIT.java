package io.pomaidb.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.nio.file.Path;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code DELETE}, {@code UPDATE} and {@code TRUNCATE TABLE}, which Flink runs in batch mode. */
@Tag("every-version")
class RowLevelIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    private Sql sql;

    @BeforeEach
    void write() throws Exception {
        sql = Sql.batch();
        create("t", "id BIGINT, embedding ARRAY<FLOAT>, name STRING, PRIMARY KEY (id) NOT ENFORCED", "index", "id");
        sql.run("INSERT INTO t VALUES (1, ARRAY[1, 2], 'one'), (2, ARRAY[3, 4], 'two'), (3, ARRAY[5, 6], 'three')");
    }

    private void create(String name, String columns, String index, String id) throws Exception {
        sql.run(
                "CREATE TABLE %s (%s) WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s',"
                        + " 'id_column' = '%s')",
                name, columns, path(index), folder.resolve("cache"), id);
    }

    private String path(String index) {
        return folder.resolve(index).toUri().toString();
    }

    private Snapshot latest() throws Exception {
        return PomaiIndex.at(new org.apache.hadoop.fs.Path(path("index")), new Configuration())
                .latestExisting();
    }

    @Test
    void rowsAreDeletedByAnyCondition() throws Exception {
        sql.run("DELETE FROM t WHERE CHAR_LENGTH(name) = 3 AND embedding[1] > 2");

        assertThat(sql.values("SELECT name FROM t")).containsExactly("one", "three");
        assertThat(latest().version()).isEqualTo(2);

        sql.run("DELETE FROM t WHERE id = 3");
        assertThat(sql.values("SELECT name FROM t")).containsExactly("one");

        sql.run("DELETE FROM t WHERE id = 77");
        assertThat(latest().version()).isEqualTo(3);

        sql.run("DELETE FROM t");
        assertThat(sql.rows("SELECT * FROM t")).isEmpty();
    }

    @Test
    void rowsOfStringIdsAndOfTablesWithoutKeyAreDeleted() throws Exception {
        create("s", "name STRING, embedding ARRAY<FLOAT>, k STRING", "strings", "k");
        sql.run("INSERT INTO s VALUES ('one', ARRAY[1], 'a'), ('two', ARRAY[2], 'b')");

        sql.run("DELETE FROM s WHERE name = 'one'");

        assertThat(sql.values("SELECT k FROM s")).containsExactly("b");
    }

    @Test
    void rowsAreUpdatedAndKeepTheirOtherColumns() throws Exception {
        sql.run("UPDATE t SET name = UPPER(name) WHERE id >= 2");

        assertThat(sql.rows("SELECT * FROM t"))
                .containsExactlyInAnyOrder(
                        Row.of(1L, new Float[] {1f, 2f}, "one"),
                        Row.of(2L, new Float[] {3f, 4f}, "TWO"),
                        Row.of(3L, new Float[] {5f, 6f}, "THREE"));
        assertThat(latest().version()).isEqualTo(2);
    }

    @Test
    void anUpdateThatWouldLoseSomethingIsRefused() throws Exception {
        assertThatThrownBy(() -> sql.run("UPDATE t SET id = id + 10"))
                .hasStackTraceContaining("Cannot update column id of index");
        create("narrow", "id BIGINT, embedding ARRAY<FLOAT>", "index", "id");
        assertThatThrownBy(() -> sql.run("UPDATE narrow SET embedding = ARRAY[0, 0] WHERE id = 1"))
                .hasStackTraceContaining("the table does not declare column name, which the rows would lose");
        assertThat(latest().version()).isEqualTo(1);
    }

    @Test
    void aTruncatedTableHasNoRowsAndIsTheSameIndex() throws Exception {
        Snapshot before = latest();

        sql.run("TRUNCATE TABLE t");

        assertThat(sql.rows("SELECT * FROM t")).isEmpty();
        assertThat(latest().indexId()).isEqualTo(before.indexId());
        assertThat(latest().parameters()).isEqualTo(before.parameters());
        sql.run("INSERT INTO t VALUES (9, ARRAY[1, 2], 'nine')");
        assertThat(sql.values("SELECT name FROM t")).containsExactly("nine");
    }
}
