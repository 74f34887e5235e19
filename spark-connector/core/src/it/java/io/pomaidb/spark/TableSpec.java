package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An index as a table of SQL: what makes, changes and shows it. */
abstract class TableSpec extends SparkSpec {
    private static final int DIM = 2;

    private String table;

    TableSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void aTableOfTenRows() {
        spark.conf().set("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName());
        table = "pomaidb.`" + path("index") + "`";
        rows(0, 100, DIM)
                .selectExpr("id", "embedding", "concat('w', id) AS word", "id * 10 AS number")
                .createOrReplaceTempView("table_rows");
        sql("CREATE TABLE " + table + " (id BIGINT, embedding ARRAY<FLOAT>, word STRING, number BIGINT)"
                + " TBLPROPERTIES (metric 'l2', shards '3', hnsw_m '8')");
        sql("INSERT INTO " + table + " SELECT * FROM table_rows WHERE id < 10");
    }

    private List<Row> sql(String text) {
        return spark.sql(text).collectAsList();
    }

    private List<String> found(String condition) {
        return sql("SELECT id, word, number FROM " + table + " WHERE " + condition + " ORDER BY id").stream()
                .map(Row::toString)
                .toList();
    }

    private List<Long> ids() {
        return sql("SELECT id FROM " + table + " ORDER BY id").stream()
                .map(row -> row.getLong(0))
                .toList();
    }

    @Test
    void anEmptyTableIsMadeAndShown() throws IOException {
        String empty = "pomaidb.`" + path("empty") + "`";
        sql("CREATE TABLE " + empty + " (key STRING, v ARRAY<FLOAT>, more STRUCT<x: INT>)"
                + " TBLPROPERTIES (id_column 'key', vector_column 'v', dim '2', shards '2')");

        assertThat(sql("SELECT * FROM " + empty)).isEmpty();
        assertThat(snapshot(path("empty")).dim()).isEqualTo(2);
        String shown = sql("SHOW CREATE TABLE " + empty).get(0).getString(0);
        assertThat(shown).contains("key STRING", "v ARRAY<FLOAT>", "'shards' = '2'", "'dim' = '2'", "'metric' = 'ip'");
        assertThat(sql("DESCRIBE TABLE " + empty).toString()).contains("more", "struct<x:int>");
        sql("INSERT INTO " + empty + " VALUES ('k', array(1.5, 2), named_struct('x', 3)), ('l', array(0, 1), NULL)");
        assertThat(sql("SELECT key, v, more.x FROM " + empty + " ORDER BY key").toString())
                .matches("\\[\\[k,.*\\(1.5, 2.0\\),3], \\[l,.*\\(0.0, 1.0\\),null]]");
        assertThatThrownBy(() -> sql("CREATE TABLE " + empty + " (id BIGINT, embedding ARRAY<FLOAT>)"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("already exists");
        assertThatThrownBy(() -> sql("CREATE TABLE pomaidb.`" + path("x") + "` (id BIGINT, word STRING)"))
                .hasMessageContaining("column embedding is missing");
        assertThatThrownBy(() -> sql("CREATE TABLE pomaidb.`" + path("x")
                        + "` (id BIGINT, embedding ARRAY<FLOAT>) TBLPROPERTIES (metrik 'l2')"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("did you mean metric?");
    }

    @Test
    void rowsGoToTheirColumnsByPositionOrName() {
        sql("INSERT INTO " + table + " VALUES (10, array(1, 2), 'ten', 7)");
        sql("INSERT INTO " + table + " (number, word, id, embedding) VALUES (8, NULL, 11, array(1.5D, 2))");

        assertThat(found("id >= 9")).containsExactly("[9,w9,90]", "[10,ten,7]", "[11,null,8]");
    }

    @Test
    @Tag("every-version")
    void deleteUpdateAndMergeChangeRows() {
        sql("DELETE FROM " + table + " WHERE id IN (1, 2) OR word = 'w5'");
        assertThat(ids()).containsExactly(0L, 3L, 4L, 6L, 7L, 8L, 9L);

        sql("UPDATE " + table + " SET word = upper(word), number = number + 1 WHERE length(word) = 2 AND id > 7");
        assertThat(found("id > 6")).containsExactly("[7,w7,70]", "[8,W8,81]", "[9,W9,91]");

        sql("MERGE INTO " + table + " t USING (SELECT * FROM table_rows WHERE id BETWEEN 6 AND 11) s ON t.id = s.id"
                + " WHEN MATCHED AND s.id = 6 THEN DELETE"
                + " WHEN MATCHED AND s.id < 9 THEN UPDATE SET t.word = 'merged'"
                + " WHEN NOT MATCHED THEN INSERT *");
        assertThat(found("id >= 4"))
                .containsExactly(
                        "[4,w4,40]", "[7,merged,70]", "[8,merged,81]", "[9,W9,91]", "[10,w10,100]", "[11,w11,110]");
        assertThat(search(path("index"))
                        .query(TestVectors.of(6, DIM))
                        .topK(100)
                        .run()
                        .count())
                .isEqualTo(8);
        assertThat(sql("SELECT count(*) FROM " + table).get(0).getLong(0)).isEqualTo(8);
        assertThat(read(path("index")).get(8L)).isEqualTo(TestVectors.list(8, DIM));
    }

    @Test
    void anUpdateOfIdsIsRefused() throws IOException {
        assertThatThrownBy(() -> sql("UPDATE " + table + " SET id = id + 1 WHERE id = 3"))
                .hasStackTraceContaining("its id in column id changes from 3 to 4");

        assertThat(snapshot(path("index")).version()).isEqualTo(2);
    }

    @Test
    void rowsOfStringIdsAreDeletedAndUpdated() {
        String keyed = "pomaidb.`" + path("keyed") + "`";
        sql("CREATE TABLE " + keyed
                + " TBLPROPERTIES (metric 'l2') AS SELECT word AS id, embedding, number FROM table_rows");
        sql("DELETE FROM " + keyed + " WHERE number < 900");
        sql("UPDATE " + keyed + " SET number = -1 WHERE id = 'w95'");

        assertThat(sql("SELECT id FROM " + keyed + " WHERE number > 0")).hasSize(9);
        assertThat(sql("SELECT id, number FROM " + keyed + " WHERE id IN ('w95', 'w96') ORDER BY id")
                        .toString())
                .isEqualTo("[[w95,-1], [w96,960]]");
    }

    @Test
    void whatReplacesAllRowsKeepsTheParameters() throws IOException {
        sql("INSERT OVERWRITE " + table + " SELECT * FROM table_rows WHERE id < 3");
        assertThat(ids()).containsExactly(0L, 1L, 2L);
        sql("TRUNCATE TABLE " + table);
        assertThat(ids()).isEmpty();
        sql("INSERT INTO " + table + " SELECT * FROM table_rows WHERE id < 5");
        sql("DELETE FROM " + table);
        assertThat(ids()).isEmpty();

        assertThat(snapshot(path("index")).metric()).isEqualTo(IndexMetric.L2);
        assertThat(snapshot(path("index")).shards()).isEqualTo(3);
        assertThat(snapshot(path("index")).parameters().engine().hnswM()).isEqualTo(8);
        assertThat(snapshot(path("index")).schema().payload()).hasSize(2);
    }

    @Test
    void columnsAreAdded() {
        sql("ALTER TABLE " + table + " ADD COLUMNS (price DECIMAL(9, 2), tags ARRAY<STRING>)");
        sql("INSERT INTO " + table + " VALUES (20, array(1, 2), 'w', 1, 2.5, array('a'))");

        assertThat(sql("SELECT id, price, tags[0] FROM " + table + " WHERE id >= 9 ORDER BY id")
                        .toString())
                .isEqualTo("[[9,null,null], [20,2.50,a]]");
        assertThatThrownBy(() -> sql("ALTER TABLE " + table + " DROP COLUMN word"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("accepted: ADD COLUMN");
    }

    @Test
    @Tag("every-version")
    void earlierVersionsAreTables() throws IOException {
        long whole = snapshot(path("index")).timestampMillis();
        eventually(() -> System.currentTimeMillis() > whole);
        sql("DELETE FROM " + table + " WHERE id < 5");
        index(path("index")).tag("whole", 2);

        assertThat(sql("SELECT id FROM " + table + " VERSION AS OF 2")).hasSize(10);
        assertThat(sql("SELECT id FROM " + table + " VERSION AS OF 'whole'")).hasSize(10);
        assertThat(sql("SELECT id FROM " + table + " TIMESTAMP AS OF '2100-01-01'"))
                .hasSize(5);
        assertThat(sql("SELECT id FROM " + table + " TIMESTAMP AS OF '" + Instant.ofEpochMilli(whole) + "'"))
                .hasSize(10);
        assertThat(reader().option("timestamp", Instant.ofEpochMilli(whole).toString())
                        .load(path("index"))
                        .count())
                .isEqualTo(10);
        assertThat(sql("SELECT id FROM " + table)).hasSize(5);
    }

    @Test
    @Tag("every-version")
    void aQueryMakesOrReplacesATable() throws IOException {
        String made = "pomaidb.`" + path("made") + "`";
        sql("CREATE TABLE " + made + " TBLPROPERTIES (metric 'cosine') AS SELECT * FROM table_rows");
        sql("CREATE OR REPLACE TABLE " + made + " TBLPROPERTIES (metric 'l2') AS SELECT id, embedding FROM table_rows");

        assertThat(sql("SELECT * FROM " + made)).hasSize(100).allSatisfy(row -> assertThat(row.size())
                .isEqualTo(2));
        assertThat(snapshot(path("made")).metric()).isEqualTo(IndexMetric.L2);
    }

    @Test
    @Tag("every-version")
    void aTableIsReplacedByAnEmptyOne() throws IOException {
        sql("CREATE OR REPLACE TABLE " + table + " (id BIGINT, embedding ARRAY<FLOAT>, other INT)"
                + " TBLPROPERTIES (metric 'ip', shards '2')");
        assertThat(sql("SELECT id, other FROM " + table)).isEmpty();
        assertThat(snapshot(path("index")).metric()).isEqualTo(IndexMetric.IP);
        assertThat(snapshot(path("index")).shards()).isEqualTo(2);
        assertThat(sql("SELECT id FROM " + table + " VERSION AS OF 2")).hasSize(10);

        sql("INSERT INTO " + table + " VALUES (1, array(1, 2), 3)");
        sql("REPLACE TABLE " + table + " (id STRING, embedding ARRAY<FLOAT>)");
        assertThat(sql("SELECT * FROM " + table)).isEmpty();
        assertThat(snapshot(path("index")).schema().payload()).isEmpty();

        String made = "pomaidb.`" + path("made") + "`";
        sql("CREATE OR REPLACE TABLE " + made + " (id BIGINT, embedding ARRAY<FLOAT>)");
        assertThat(sql("SELECT * FROM " + made)).isEmpty();
    }

    @Test
    void whatAnIndexDoesNotKeepIsRefused() throws IOException {
        for (String column : List.of("price INT FIRST", "price INT AFTER id", "price INT COMMENT 'in cents'")) {
            assertThatThrownBy(() -> sql("ALTER TABLE " + table + " ADD COLUMNS (" + column + ")"))
                    .as(column)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("Cannot alter index", path("index"))
                    .hasMessageContaining("column price");
        }
        assertThat(snapshot(path("index")).schema().payload()).hasSize(2);
        String made = "CREATE TABLE pomaidb.`" + path("made") + "` (id BIGINT, embedding ARRAY<FLOAT>, ";
        assertThatThrownBy(() -> sql(made + "price INT COMMENT 'in cents')"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("column price has a comment");
        assertThatThrownBy(() -> sql(made + "price INT) COMMENT 'prices'"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it has a comment");
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void aDroppedTableIsGoneAndNothingElse() throws IOException {
        Files.writeString(Path.of(path("index"), "note"), "not the index's");
        sql("DROP TABLE " + table);

        assertThat(files(path("index"))).containsExactly("note");
    }

    @Test
    void aDroppedTableCanBeMadeAnew() {
        sql("DROP TABLE " + table);
        assertThatThrownBy(() -> sql("SELECT * FROM " + table)).isInstanceOf(AnalysisException.class);
        assertThat(folder.resolve("index")).doesNotExist();
        sql("DROP TABLE IF EXISTS " + table);
        sql("CREATE TABLE " + table + " (id BIGINT, embedding ARRAY<FLOAT>)");
        assertThat(ids()).isEmpty();
    }

    @Test
    @Tag("every-version")
    void aWarehouseGivesTablesNames() {
        spark.conf().set("spark.sql.catalog.lake", PomaiCatalog.class.getName());
        spark.conf()
                .set("spark.sql.catalog.lake.warehouse", folder.resolve("lake").toString());
        sql("CREATE TABLE lake.words AS SELECT id, embedding, word FROM table_rows WHERE id < 7");
        sql("CREATE TABLE lake.en.words AS SELECT id, embedding, word FROM table_rows WHERE id < 3");

        assertThat(sql("SELECT * FROM lake.words")).hasSize(7);
        assertThat(sql("SELECT * FROM lake.en.words")).hasSize(3);
        assertThat(folder.resolve("lake/en/words/_pomai")).isDirectory();
        assertThat(sql("SHOW TABLES IN lake"))
                .extracting(row -> row.getString(1))
                .containsExactly("words");
        assertThat(sql("SHOW TABLES IN lake.en"))
                .extracting(row -> row.getString(0) + "." + row.getString(1))
                .containsExactly("en.words");
        assertThat(sql("SELECT word FROM lake.words ORDER BY lake.inner_product(embedding, array(1, 0)) DESC LIMIT 2"))
                .hasSize(2);
        assertThat(LongStream.of(sql("SELECT count(*) FROM lake.`" + path("index") + "`")
                        .get(0)
                        .getLong(0)))
                .containsExactly(10L);
    }
}
