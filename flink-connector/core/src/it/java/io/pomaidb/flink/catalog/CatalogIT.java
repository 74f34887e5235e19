package io.pomaidb.flink.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class CatalogIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final String WORDS =
            "CREATE TABLE words (id BIGINT, embedding ARRAY<FLOAT>, word STRING, PRIMARY KEY (id) NOT ENFORCED)"
                    + " DISTRIBUTED BY HASH(id) INTO 3 BUCKETS WITH ('metric' = 'cosine')";

    @TempDir
    private Path folder;

    private Sql sql;

    @BeforeEach
    void create() throws Exception {
        sql = session();
    }

    private Sql session() throws Exception {
        Sql session = Sql.batch();
        session.run(
                "CREATE CATALOG p WITH ('type' = 'pomaidb', 'warehouse' = '%s', 'cache_dir' = '%s')",
                folder.resolve("warehouse").toUri(), folder.resolve("cache"));
        session.run("USE CATALOG p");
        return session;
    }

    @Test
    void aTableIsAnIndexThatEverySessionSees() throws Exception {
        sql.run(WORDS);
        assertThat(sql.rows("SELECT * FROM words")).isEmpty();
        sql.run("INSERT INTO words VALUES (1, ARRAY[3, 4], 'one'), (2, ARRAY[0, 1], 'two')");

        Sql other = session();
        assertThat(other.values("SHOW TABLES")).containsExactly("words");
        assertThat(other.rows("SELECT word, id FROM words"))
                .containsExactlyInAnyOrder(Row.of("one", 1L), Row.of("two", 2L));
        assertThat(other.rows("SHOW CREATE TABLE words").toString())
                .contains("INTO 3 BUCKETS", "PRIMARY KEY (`id`) NOT ENFORCED", "`word` VARCHAR(2147483647)");
        other.run("INSERT INTO words VALUES (2, ARRAY[0, 1], 'zwei')");
        assertThat(sql.values("SELECT word FROM words")).containsExactly("one", "zwei");
    }

    @Test
    void databasesAreFoldersAndTablesAreRenamedAndDropped() throws Exception {
        sql.run("CREATE DATABASE more");
        sql.run("USE more");
        sql.run(WORDS);
        sql.run("CREATE TABLE IF NOT EXISTS words (id BIGINT, embedding ARRAY<FLOAT>)");
        assertThatThrownBy(() -> sql.run(WORDS)).hasStackTraceContaining("already exists");
        sql.run("ALTER TABLE words RENAME TO terms");
        assertThat(sql.values("SHOW TABLES")).containsExactly("terms");
        assertThat(sql.values("SHOW DATABASES")).containsExactly("default", "more");

        sql.run("USE `default`");
        assertThatThrownBy(() -> sql.run("DROP DATABASE more RESTRICT")).hasStackTraceContaining("is not empty");
        sql.run("DROP TABLE more.terms");
        assertThat(sql.values("SHOW TABLES IN more")).isEmpty();
        sql.run("DROP DATABASE more");
        assertThat(sql.values("SHOW DATABASES")).containsExactly("default");
    }

    @Test
    void whatAnIndexDoesNotRememberIsRefused() {
        assertThatThrownBy(() ->
                        sql.run("CREATE TABLE t (id BIGINT, embedding ARRAY<FLOAT>) WITH ('search.batch-size' = '3')"))
                .hasStackTraceContaining("with option search.batch-size: an index does not remember it");
        assertThatThrownBy(() -> sql.run("CREATE TABLE t (id BIGINT, vec ARRAY<FLOAT>)"))
                .hasStackTraceContaining("it has no column embedding");
        assertThatThrownBy(() -> sql.run("CREATE TABLE t (id BIGINT, embedding ARRAY<FLOAT>, s AS id + 1)"))
                .hasStackTraceContaining("column s is computed");
        assertThatThrownBy(() -> sql.rows("SELECT * FROM nothing")).hasStackTraceContaining("'nothing' not found");
    }

    @Test
    void optionsAndNewColumnsAreAlteredForEverySession() throws Exception {
        sql.run(WORDS);
        sql.run("INSERT INTO words VALUES (1, ARRAY[3, 4], 'one')");
        sql.run("ALTER TABLE words SET ('hnsw_ef_search' = '99', 'hnsw_m' = '12')");
        sql.run("ALTER TABLE words ADD (length INT, tags ARRAY<STRING>)");

        Sql other = session();
        assertThat(other.rows("SHOW CREATE TABLE words").toString())
                .contains("'hnsw_ef_search' = '99'", "'hnsw_m' = '12'", "'metric' = 'cosine'");
        other.run("INSERT INTO words VALUES (2, ARRAY[0, 1], 'two', 3, ARRAY['a'])");
        assertThat(other.rows("SELECT id, length, tags FROM words"))
                .containsExactlyInAnyOrder(Row.of(1L, null, null), Row.of(2L, 3, new String[] {"a"}));

        other.run("ALTER TABLE words RESET ('hnsw_m')");
        assertThat(sql.rows("SHOW CREATE TABLE words").toString())
                .contains("'hnsw_ef_search' = '99'", "'hnsw_m' = '32'");
    }

    @Test
    void whatAnIndexCannotChangeIsNotAltered() throws Exception {
        sql.run(WORDS);
        String definition = sql.rows("SHOW CREATE TABLE words").toString();
        for (String change : List.of(
                "SET ('metric' = 'l2')",
                "SET ('hnsw_m' = '12', 'cache_dir' = '/tmp')",
                "RESET ('path')",
                "MODIFY word INT",
                "DROP word",
                "RENAME word TO w",
                "ADD s AS id + 1",
                "ADD first INT FIRST",
                "ADD id2 INT NOT NULL",
                "DROP PRIMARY KEY")) {
            assertThatThrownBy(() -> sql.run("ALTER TABLE words " + change))
                    .as(change)
                    .hasStackTraceContaining("Cannot alter table");
        }
        assertThatThrownBy(() -> sql.run("ALTER TABLE words SET ('hnsw_m' = '1')"))
                .hasStackTraceContaining("Cannot use option hnsw_m: '1'");
        assertThatThrownBy(() -> sql.run("ALTER TABLE nothing SET ('hnsw_m' = '12')"))
                .hasStackTraceContaining("doesn't exist");
        assertThat(sql.rows("SHOW CREATE TABLE words")).hasToString(definition);
    }
}
