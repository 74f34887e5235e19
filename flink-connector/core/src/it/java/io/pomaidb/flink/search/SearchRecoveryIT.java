package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.read.IndexSource;
import io.pomaidb.flink.read.Scan;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Row n lies at (n, 0). The queries come from another index, which they follow without an end. */
@Tag("every-version")
@Timeout(300)
class SearchRecoveryIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int ROWS = 200;
    private static final int K = 3;
    private static final int FAIL_EVERY = 150;
    private static final int FAILURES = 4;

    @TempDir
    private Path folder;

    /** Fails now and then, some times, wherever it is put. */
    private static final class Failing<T> implements MapFunction<T, T> {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger CALLS = new AtomicInteger();
        private static final AtomicInteger FAILED = new AtomicInteger();

        @Override
        public T map(T value) {
            if (CALLS.incrementAndGet() % FAIL_EVERY == 0 && FAILED.get() < FAILURES) {
                FAILED.incrementAndGet();
                throw new IllegalStateException("as it was told");
            }
            return value;
        }
    }

    private SqlIndex index(String name) {
        return new SqlIndex(folder.resolve(name), (RowType) DataTypes.ROW(
                        DataTypes.FIELD("id", DataTypes.BIGINT()),
                        DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())))
                .getLogicalType());
    }

    private static List<GenericRowData> rows(long from, long to, float second) {
        return LongStream.range(from, to)
                .mapToObj(id -> GenericRowData.of(id, new GenericArrayData(new float[] {id, second})))
                .toList();
    }

    private static StreamExecutionEnvironment environment() {
        var configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(2);
        environment.enableCheckpointing(50);
        return environment;
    }

    private static DataStream<Long> followed(StreamExecutionEnvironment environment, SqlIndex queries) {
        var access = new IndexAccess(
                Map.of("path", queries.path(), "cache_dir", queries.cache()), HadoopSettings.ofMachine());
        var id = new ShownColumn(ShownColumn.Kind.ID, "id", new BigIntType());
        return environment
                .fromSource(
                        IndexSource.continuous(new Scan(access, new RowShape(List.of(id))), Duration.ofMillis(20)),
                        WatermarkStrategy.noWatermarks(),
                        "queries",
                        InternalTypeInfo.ofFields(new BigIntType()))
                .map(row -> row.getLong(0))
                .returns(Types.LONG);
    }

    private static Map<Long, Tuple3<Long, long[], float[]>> next(
            CloseableIterator<Tuple3<Long, long[], float[]>> hits, int count) {
        var next = new HashMap<Long, Tuple3<Long, long[], float[]>>();
        for (int i = 0; i < count; i++) {
            Tuple3<Long, long[], float[]> found = hits.next();
            assertThat(next.put(found.f0, found)).as("query %s", found.f0).isNull();
        }
        return next;
    }

    /** One that was lost would leave the test waiting; one that was given twice comes in the place of another. */
    @Test
    @SuppressWarnings("try") // Of what Flink declares of close().
    void everyQueryIsAnsweredOnceWhateverFails() throws Exception {
        SqlIndex index = index("searched");
        index.write(WriteMode.CREATE, rows(0, ROWS, 0), "shards", "5", "metric", "l2");
        SqlIndex queries = index("queries");
        StreamExecutionEnvironment environment = environment();
        TypeInformation<Tuple3<Long, long[], float[]>> type =
                new TypeHint<Tuple3<Long, long[], float[]>>() {}.getTypeInfo();
        DataStream<Tuple3<Long, long[], float[]>> found = PomaiSearch.on(index.path())
                .option("cache_dir", index.cache())
                .topK(K)
                .searchers(3)
                .search(followed(environment, queries).map(new Failing<Long>()).returns(Types.LONG), query ->
                        new float[] {query + 0.25f, 0})
                .map(new Failing<Tuple3<Long, long[], float[]>>())
                .returns(type);

        try (CloseableIterator<Tuple3<Long, long[], float[]>> hits = found.executeAndCollect()) {
            for (int commit = 0; commit < 5; commit++) {
                long first = 100L * commit;
                queries.write(commit == 0 ? WriteMode.CREATE : WriteMode.APPEND, rows(first, first + 100, 0));
                next(hits, 100).forEach((query, answer) -> {
                    assertThat(query).isBetween(first, first + 99);
                    long[] nearest = query >= ROWS - 1
                            ? new long[] {ROWS - 1, ROWS - 2, ROWS - 3}
                            : query == 0 ? new long[] {0, 1, 2} : new long[] {query, query + 1, query - 1};
                    assertThat(answer.f1).as("query %s", query).containsExactly(nearest);
                    assertThat(answer.f2).hasSize(K);
                });
            }
        }
        assertThat(Failing.FAILED).hasValue(FAILURES);
    }

    @Test
    @SuppressWarnings("try") // Of what Flink declares of close().
    void laterQueriesSeeLaterVersionsAndNoneAMixture() throws Exception {
        SqlIndex index = index("searched");
        index.write(WriteMode.CREATE, rows(0, 20, 0), "shards", "5", "metric", "l2");
        SqlIndex queries = index("queries");
        StreamExecutionEnvironment environment = environment();
        DataStream<Tuple3<Long, long[], float[]>> found = PomaiSearch.on(index.path())
                .option("cache_dir", index.cache())
                .topK(20)
                .searchers(2)
                .refresh(Duration.ofMillis(20))
                .search(followed(environment, queries), query -> new float[] {0, 0});

        try (CloseableIterator<Tuple3<Long, long[], float[]>> hits = found.executeAndCollect()) {
            long asked = 0;
            for (int version = 1; version <= 6; version++) {
                if (version > 1) {
                    // All rows move up, and what the version before listed is deleted.
                    index.write(WriteMode.OVERWRITE, rows(0, 20, version), "shards", "5", "metric", "l2");
                    index.index().vacuum(VacuumOptions.DEFAULT.withRetention(Duration.ZERO));
                }
                float height = version == 1 ? 0 : version;
                boolean seen = false;
                while (!seen) {
                    queries.write(asked == 0 ? WriteMode.CREATE : WriteMode.APPEND, rows(asked, asked + 10, 0));
                    asked += 10;
                    for (Tuple3<Long, long[], float[]> answer : next(hits, 10).values()) {
                        assertThat(answer.f1).hasSize(20).doesNotHaveDuplicates();
                        // The nearest is row 0, right above the query, and the farthest row 19 at the same height.
                        float above = -answer.f2[0];
                        assertThat(-answer.f2[19]).isEqualTo(above + 19 * 19);
                        seen |= above == height * height;
                    }
                }
            }
        }
    }
}
