package io.pomaidb.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.index.Sharding;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("every-version")
class TableScanIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int ROWS = 100;

    @TempDir
    private Path folder;

    private SqlIndex index;
    private Sql sql;

    @BeforeEach
    void write() throws Exception {
        index = SqlIndex.of(
                folder,
                DataTypes.FIELD("name", DataTypes.STRING()),
                DataTypes.FIELD("size", DataTypes.INT()),
                DataTypes.FIELD("price", DataTypes.DOUBLE()));
        var rows = new ArrayList<GenericRowData>();
        for (long id = 0; id < ROWS; id++) {
            rows.add(row(id));
        }
        index.write(WriteMode.CREATE, rows, "shards", "3");
        sql = Sql.batch();
        sql.run(
                """
                CREATE TABLE v (
                  id BIGINT,
                  embedding ARRAY<FLOAT>,
                  name STRING,
                  size INT,
                  price DOUBLE,
                  PRIMARY KEY (id) NOT ENFORCED
                ) DISTRIBUTED BY HASH(id) INTO 3 BUCKETS
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                """,
                index.path(), index.cache());
    }

    /** Every tenth row has no name, every seventh a price that is no number. */
    private static GenericRowData row(long id) {
        return GenericRowData.of(
                id,
                new GenericArrayData(new float[] {id, 1}),
                id % 10 == 0 ? null : StringData.fromString((id % 2 == 0 ? "even" : "odd") + id),
                (int) id * 10,
                id % 7 == 0 ? Double.NaN : id / 4.0);
    }

    @Test
    void allColumnsOfAllShardsAreRead() throws Exception {
        List<Row> rows = sql.rows("SELECT * FROM v");

        assertThat(rows).hasSize(ROWS);
        assertThat(rows)
                .contains(
                        Row.of(5L, new Float[] {5f, 1f}, "odd5", 50, 1.25),
                        Row.of(20L, new Float[] {20f, 1f}, null, 200, 5.0));
    }

    @Test
    void onlyTheColumnsThatAreNeededAreRead() throws Exception {
        String query = "SELECT size, id FROM v";

        assertThat(sql.plan(query)).contains("project=[size, id]");
        assertThat(sql.rows(query)).hasSize(ROWS).contains(Row.of(50, 5L));
        assertThat(sql.rows("SELECT count(*) FROM v")).containsExactly(Row.of((long) ROWS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "size = 70 | 7",
                "70 = size | 7",
                "size IN (70, 80, 81) | 7 8",
                "size > 960 | 97 98 99",
                "size BETWEEN 20 AND 40 | 2 3 4",
                "size < 50 AND name IS NULL | 0",
                "size = 10 OR name = 'odd3' | 1 3",
                "name LIKE 'odd9%' | 9 91 93 95 97 99",
                "NOT (name LIKE 'odd%') AND size < 60 | 2 4",
                "name <> 'odd1' AND size < 40 | 2 3",
                "price > 24.3 | 0 7 14 21 28 35 42 49 56 63 70 77 84 91 98 99",
                "price > CAST(24.3 AS DOUBLE) | 99",
                "price > 24 AND size < 980 | 97",
                "price >= CAST(24.25 AS DOUBLE) AND size <> 990 | 97",
                "NOT (price < CAST(24.25 AS DOUBLE)) | 97 99",
                "CAST(size AS BIGINT) = 70 | 7"
            })
    void conditionsOnPayloadAreLeftToTheScan(String condition, String ids) throws Exception {
        String query = "SELECT id FROM v WHERE " + condition;

        assertThat(sql.values(query)).isEqualTo(idsIn(ids));
        assertThat(sql.plan(query)).contains("filter=[").doesNotContain("where=[");
    }

    private static List<Object> idsIn(String text) {
        return Arrays.stream(text.trim().split(" "))
                .map(id -> (Object) Long.valueOf(id))
                .toList();
    }

    @Test
    void aConditionThatOnlyFlinkKnowsStaysWithFlink() throws Exception {
        String query = "SELECT id FROM v WHERE size > 900 AND CHAR_LENGTH(name) = 6";

        assertThat(sql.plan(query)).contains("filter=[>(size, 900)]").contains("where=[");
        assertThat(sql.values(query)).containsExactly(92L, 94L, 96L, 98L);
    }

    @Test
    void rowsAreFoundByTheirIds() throws Exception {
        assertThat(sql.values("SELECT name FROM v WHERE id = 5")).containsExactly("odd5");
        assertThat(sql.values("SELECT size FROM v WHERE id IN (5, 6, 1000)")).containsExactly(50, 60);
        assertThat(sql.values("SELECT size FROM v WHERE id = 5 AND id = 6")).isEmpty();
        assertThat(sql.values("SELECT id FROM v WHERE id IN (5, 6, 7) AND size > 50"))
                .containsExactly(6L, 7L);
        assertThat(sql.plan("SELECT size FROM v WHERE id IN (5, 6)"))
                .contains("filter=[")
                .doesNotContain("where=[");
    }

    @Test
    void aLimitIsLeftToTheScan() throws Exception {
        assertThat(sql.plan("SELECT id FROM v LIMIT 7")).contains("limit=[7]");
        assertThat(sql.rows("SELECT id FROM v LIMIT 7")).hasSize(7);
        assertThat(sql.rows("SELECT id FROM v WHERE size > 950 LIMIT 7")).hasSize(4);
    }

    @Test
    void newerRowsReplaceOlderAndDeletedOnesAreGone() throws Exception {
        GenericRowData newer = row(5);
        newer.setField(2, StringData.fromString("new"));
        index.write(WriteMode.APPEND, List.of(newer));
        index.index().delete(6);

        assertThat(sql.values("SELECT name FROM v WHERE size IN (50, 60)")).containsExactly("new");
        assertThat(sql.values("SELECT name FROM v WHERE id IN (5, 6)")).containsExactly("new");
        assertThat(sql.values("SELECT id FROM v WHERE name = 'odd5'")).isEmpty();
        assertThat(sql.rows("SELECT id FROM v")).hasSize(ROWS - 1);
    }

    @Test
    void anOlderVersionIsReadByNumberOrTag() throws Exception {
        index.index().tag("first", 1);
        index.index().delete(6);

        assertThat(sql.rows("SELECT id FROM v")).hasSize(ROWS - 1);
        assertThat(sql.rows("SELECT id FROM v /*+ OPTIONS('scan.version'='1') */"))
                .hasSize(ROWS);
        assertThat(sql.rows("SELECT id FROM v /*+ OPTIONS('scan.tag'='first') */"))
                .hasSize(ROWS);
    }

    @Test
    void metadataSaysWhereARowIs() throws Exception {
        sql.run(
                """
                CREATE TABLE m (
                  id BIGINT, shard INT METADATA FROM '_shard' VIRTUAL, _segment STRING METADATA VIRTUAL,
                  _version BIGINT METADATA VIRTUAL
                ) WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                """,
                index.path(), index.cache());
        index.write(WriteMode.APPEND, List.of(row(5)));

        List<Row> rows = sql.rows("SELECT id, shard, _version, _segment FROM m WHERE id IN (5, 6)");

        assertThat(rows)
                .extracting(row -> row.getField(0), row -> row.getField(1), row -> row.getField(2))
                .containsExactlyInAnyOrder(
                        tuple(5L, Sharding.shardOf(5, 3), 2L), tuple(6L, Sharding.shardOf(6, 3), 1L));
        assertThat(rows).extracting(row -> row.getField(3).toString().length()).containsOnly(36);
        assertThat(sql.rows("SELECT DISTINCT shard FROM m")).hasSize(3);
    }

    @Test
    void anIndexThatIsNotThereIsAnErrorThatNamesIt() throws Exception {
        sql.run(
                "CREATE TABLE nothing (id BIGINT) WITH ('connector' = 'pomaidb', 'path' = '%s')",
                folder.resolve("nothing").toUri());

        assertThatThrownBy(() -> sql.rows("SELECT * FROM nothing"))
                .hasStackTraceContaining("there is none")
                .hasStackTraceContaining("/nothing");
    }

    @Test
    void aColumnThatTheIndexDoesNotHaveSoIsAnErrorThatNamesIt() throws Exception {
        sql.run(
                "CREATE TABLE other (id BIGINT, size BIGINT) WITH ('connector' = 'pomaidb', 'path' = '%s')",
                index.path());

        assertThatThrownBy(() -> sql.rows("SELECT size FROM other"))
                .hasStackTraceContaining("Cannot read column size as BIGINT: the index has it as int");
        assertThat(sql.values("SELECT id FROM other")).hasSize(ROWS);
    }
}
