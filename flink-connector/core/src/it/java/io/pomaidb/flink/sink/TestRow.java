package io.pomaidb.flink.sink;

import java.util.Random;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A row of the tests' streams, as Flink likes it: with public fields. */
public final class TestRow {
    static final int DIM = 8;

    public long id;
    public float[] vector;
    public boolean deleted;

    /** Flink's own. */
    public TestRow() {}

    TestRow(long id, float[] vector, boolean deleted) {
        this.id = id;
        this.vector = vector;
        this.deleted = deleted;
    }

    /** A row with the vector that belongs to its id. */
    static TestRow of(long id) {
        return new TestRow(id, vector(id), false);
    }

    static TestRow deletion(long id) {
        return new TestRow(id, null, true);
    }

    static float[] vector(long id) {
        var random = new Random(id);
        var vector = new float[DIM];
        for (int i = 0; i < DIM; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    long id() {
        return id;
    }

    float[] vector() {
        return vector;
    }

    RowOperation operation() {
        return deleted ? RowOperation.DELETE : RowOperation.UPSERT;
    }

    /** A source whose only row the tests filter out. */
    static DataGeneratorSource<TestRow> noRows() {
        GeneratorFunction<Long, TestRow> row = number -> TestRow.of(-1);
        return new DataGeneratorSource<>(row, 1, TypeInformation.of(TestRow.class));
    }

    /** A source of rows with the ids from 0 to {@code count - 1}. */
    static DataGeneratorSource<TestRow> source(long count, double rowsPerSecond) {
        return source(TestRow::of, count, rowsPerSecond);
    }

    private static DataGeneratorSource<TestRow> source(
            GeneratorFunction<Long, TestRow> rows, long count, double rowsPerSecond) {
        return new DataGeneratorSource<>(
                rows, count, RateLimiterStrategy.perSecond(rowsPerSecond), TypeInformation.of(TestRow.class));
    }

    /** A stream of {@link #source}. */
    static DataStreamSource<TestRow> stream(StreamExecutionEnvironment environment, long count, double rowsPerSecond) {
        return stream(environment, TestRow::of, count, rowsPerSecond);
    }

    /** A stream of the rows that a function makes of the numbers from 0 to {@code count - 1}. */
    static DataStreamSource<TestRow> stream(
            StreamExecutionEnvironment environment,
            GeneratorFunction<Long, TestRow> rows,
            long count,
            double rowsPerSecond) {
        return environment.fromSource(
                source(rows, count, rowsPerSecond),
                WatermarkStrategy.noWatermarks(),
                "rows",
                TypeInformation.of(TestRow.class));
    }

    /** A sink into an index of {@code shards} shards at {@code path}. */
    static PomaiSinkBuilder<TestRow> sink(String path, int shards) {
        return PomaiSink.<TestRow>builder()
                .path(path)
                .option("shards", Integer.toString(shards))
                .option("metric", "l2")
                .id(TestRow::id)
                .vector(TestRow::vector)
                .operation(TestRow::operation);
    }
}
