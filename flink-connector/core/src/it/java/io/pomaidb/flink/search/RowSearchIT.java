package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Row n lies at (n, 0), and its columns tell n. */
@Tag("every-version")
class RowSearchIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int ROWS = PointQueries.ROWS;
    private static final String[] PAYLOAD = {
        "flag", "tiny", "small", "number", "large", "real", "exact", "price", "wide", "day", "at", "local", "name",
        "bytes", "tags", "counts", "place"
    };

    @TempDir
    private Path folder;

    private static StringData text(String text) {
        return StringData.fromString(text);
    }

    private static Instant at(long n) {
        return Instant.ofEpochSecond(-n, 1_000);
    }

    /** An index with a column of each type; all are null in row 7. */
    private SqlIndex everyType() throws IOException {
        SqlIndex index = SqlIndex.of(
                folder,
                DataTypes.FIELD("flag", DataTypes.BOOLEAN()),
                DataTypes.FIELD("tiny", DataTypes.TINYINT()),
                DataTypes.FIELD("small", DataTypes.SMALLINT()),
                DataTypes.FIELD("number", DataTypes.INT()),
                DataTypes.FIELD("large", DataTypes.BIGINT()),
                DataTypes.FIELD("real", DataTypes.FLOAT()),
                DataTypes.FIELD("exact", DataTypes.DOUBLE()),
                DataTypes.FIELD("price", DataTypes.DECIMAL(10, 2)),
                DataTypes.FIELD("wide", DataTypes.DECIMAL(30, 3)),
                DataTypes.FIELD("day", DataTypes.DATE()),
                DataTypes.FIELD("at", DataTypes.TIMESTAMP_LTZ(6)),
                DataTypes.FIELD("local", DataTypes.TIMESTAMP(6)),
                DataTypes.FIELD("name", DataTypes.STRING()),
                DataTypes.FIELD("bytes", DataTypes.BYTES()),
                DataTypes.FIELD("tags", DataTypes.ARRAY(DataTypes.STRING())),
                DataTypes.FIELD("counts", DataTypes.MAP(DataTypes.STRING().notNull(), DataTypes.INT())),
                DataTypes.FIELD(
                        "place",
                        DataTypes.ROW(
                                DataTypes.FIELD("x", DataTypes.INT()),
                                DataTypes.FIELD("lines", DataTypes.ARRAY(DataTypes.DOUBLE())))));
        var rows = new ArrayList<GenericRowData>();
        for (long n = 0; n < ROWS; n++) {
            var row = new GenericRowData(2 + PAYLOAD.length);
            Object[] values = n == 7 ? new Object[PAYLOAD.length] : written(n);
            row.setField(0, n);
            row.setField(1, new GenericArrayData(new float[] {n, 0}));
            for (int i = 0; i < values.length; i++) {
                row.setField(2 + i, values[i]);
            }
            rows.add(row);
        }
        index.write(WriteMode.CREATE, rows, "shards", "5", "metric", "l2");
        return index;
    }

    /** What is of the same class in a row that is written and in a hit, before other values. */
    private static Object[] withNumbers(long n, Object... others) {
        var numbers =
                Stream.<Object>of(n % 2 == 0, (byte) -n, (short) (n * 100), (int) n * 1_000, n << 40, n / 4f, n / 3.0);
        return Stream.concat(numbers, Arrays.stream(others)).toArray();
    }

    private static Object[] written(long n) {
        var counts = new HashMap<Object, Object>();
        counts.put(text("n"), (int) n);
        counts.put(text("none"), null);
        return withNumbers(
                n,
                DecimalData.fromBigDecimal(BigDecimal.valueOf(n, 2), 10, 2),
                DecimalData.fromBigDecimal(BigDecimal.valueOf(-n, 3), 30, 3),
                (int) n,
                TimestampData.fromInstant(at(n)),
                TimestampData.fromLocalDateTime(LocalDate.ofEpochDay(n).atTime(1, 2)),
                text("row " + n),
                new byte[] {(byte) n, 1},
                new GenericArrayData(new Object[] {text("tag " + n), null}),
                new GenericMapData(counts),
                GenericRowData.of((int) n, new GenericArrayData(new Object[] {n / 2.0, null})));
    }

    /** What a hit shows; a struct is told apart. */
    private static Object[] read(long n) {
        if (n == 7) {
            return new Object[PAYLOAD.length - 1];
        }
        var counts = new HashMap<String, Integer>();
        counts.put("n", (int) n);
        counts.put("none", null);
        return withNumbers(
                n,
                BigDecimal.valueOf(n, 2),
                BigDecimal.valueOf(-n, 3),
                LocalDate.ofEpochDay(n),
                at(n),
                LocalDate.ofEpochDay(n).atTime(1, 2),
                "row " + n,
                new byte[] {(byte) n, 1},
                new String[] {"tag " + n, null},
                counts);
    }

    private static DataStream<Long> queries() {
        // Whatever Flink could send only by guessing at its fields is refused.
        var configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        return PointQueries.in(environment);
    }

    private static List<Tuple3<Long, Row[], float[]>> hits(PomaiSearch search) throws Exception {
        List<Tuple3<Long, Row[], float[]>> hits =
                search.searchRows(queries(), PointQueries::vector).executeAndCollect(ROWS);
        assertThat(hits).hasSize(ROWS - 1);
        hits.forEach(found -> {
            assertThat(found.f1).hasSize(2);
            assertThat(found.f2).containsExactly(-0.0625f, -0.5625f);
        });
        return hits;
    }

    @Test
    void hitsHaveColumnsOfEveryTypeByName() throws Exception {
        hits(PointQueries.search(everyType()).columns(PAYLOAD)).forEach(found -> {
            for (int rank = 0; rank < 2; rank++) {
                long n = found.f0 + rank;
                Row row = found.f1[rank];
                Object[] values = read(n);
                assertThat(row.getArity()).isEqualTo(1 + PAYLOAD.length);
                assertThat(row.getField("id")).isEqualTo(n);
                for (int i = 0; i < values.length; i++) {
                    assertThat(row.getField(PAYLOAD[i]))
                            .as("%s of row %d", PAYLOAD[i], n)
                            .isEqualTo(values[i]);
                }
                Row place = row.getFieldAs("place");
                if (n == 7) {
                    assertThat(place).isNull();
                } else {
                    assertThat(place.getField("x")).isEqualTo((int) n);
                    assertThat(place.getField("lines")).isEqualTo(new Double[] {n / 2.0, null});
                }
            }
        });
    }

    @Test
    void columnsStandInTheOrderInWhichTheyWereAskedForBehindTheId() throws Exception {
        hits(PointQueries.search(everyType()).columns("name", "id", "embedding", "number"))
                .forEach(found -> {
                    Row row = found.f1[1];
                    long n = found.f0 + 1;
                    assertThat(row.getFieldNames(true)).containsExactly("id", "name", "embedding", "number");
                    assertThat(row.getField(0)).isEqualTo(n);
                    assertThat(row.getField(1)).isEqualTo(n == 7 ? null : "row " + n);
                    assertThat(row.getField(2)).isEqualTo(new float[] {n, 0});
                    assertThat(row.getField(3)).isEqualTo(n == 7 ? null : (int) n * 1_000);
                });
    }

    @Test
    void rowsHaveStringIds() throws Exception {
        var index = new SqlIndex(folder, (RowType) DataTypes.ROW(
                        DataTypes.FIELD("word", DataTypes.STRING()),
                        DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())),
                        DataTypes.FIELD("length", DataTypes.INT()))
                .getLogicalType());
        var rows = new ArrayList<GenericRowData>();
        for (int n = 0; n < ROWS; n++) {
            rows.add(GenericRowData.of(text("word " + n), new GenericArrayData(new float[] {n, 0}), n));
        }
        index.write(WriteMode.CREATE, rows, "shards", "4", "metric", "l2");

        hits(PointQueries.search(index)).forEach(found -> assertThat(found.f1)
                .allSatisfy(row -> assertThat(row.getFieldNames(true)).containsExactly("word")));
        hits(PointQueries.search(index).columns("length")).forEach(found -> {
            for (int rank = 0; rank < 2; rank++) {
                assertThat(found.f1[rank].getField("word")).isEqualTo("word " + (found.f0 + rank));
                assertThat(found.f1[rank].getField("length")).isEqualTo((int) (found.f0 + rank));
            }
        });
    }

    @Test
    void columnsThatCannotBeGivenAreRefusedWhenTheJobIsDefined() throws Exception {
        SqlIndex index = everyType();

        assertThatThrownBy(() -> PointQueries.search(index).columns("nome").searchRows(queries(), PointQueries::vector))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("Cannot search for column nome: the index has none of that name (it has: id,"
                        + " embedding, flag, tiny,");
        assertThatThrownBy(() -> PointQueries.search(index)
                        .columns("name", "day", "name")
                        .searchRows(queries(), PointQueries::vector))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("name is there twice");
        assertThatThrownBy(() -> PointQueries.search(index).columns("name").search(queries(), PointQueries::vector))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("columns [name] are asked for as well (use searchRows)");
        assertThatThrownBy(() -> PointQueries.search(index).columns("name").searchKeys(queries(), PointQueries::vector))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("for keys: columns [name]");
    }

    @Test
    void aVersionWhoseColumnHasAnotherTypeIsAnErrorThatNamesIt() throws Exception {
        DataStream<Tuple3<Long, Row[], float[]>> hits =
                PointQueries.search(everyType()).columns("name").searchRows(queries(), PointQueries::vector);
        SqlIndex.of(folder, DataTypes.FIELD("name", DataTypes.INT()))
                .write(
                        WriteMode.OVERWRITE,
                        List.of(GenericRowData.of(1L, new GenericArrayData(new float[] {1, 0}), 5)),
                        "metric",
                        "l2");

        assertThatThrownBy(() -> hits.executeAndCollect(1))
                .hasStackTraceContaining("Cannot read column name as STRING: the index has it as int");
    }
}
