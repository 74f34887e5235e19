package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.ReportedMetrics;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row n lies at (n, 0), so that the nearest of a query are known. */
@Tag("every-version")
class PomaiSearchIT {
    private static final ReportedMetrics METRICS = new ReportedMetrics();

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(2, 2, METRICS);

    private static final int ROWS = 200;
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private SqlIndex index;

    @BeforeEach
    void write() throws Exception {
        index = SqlIndex.of(folder);
        write(WriteMode.CREATE, 0);
    }

    /** Rows with ids from {@code first} on. */
    private void write(WriteMode mode, long first) throws IOException {
        var rows = new ArrayList<GenericRowData>();
        for (long n = 0; n < ROWS; n++) {
            rows.add(GenericRowData.of(first + n, new GenericArrayData(new float[] {n, 0})));
        }
        index.write(mode, rows, "shards", "5", "metric", "l2");
    }

    private static StreamExecutionEnvironment environment(RuntimeExecutionMode mode) {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.setRuntimeMode(mode);
        if (mode == RuntimeExecutionMode.STREAMING) {
            environment.enableCheckpointing(50);
        }
        return environment;
    }

    private PomaiSearch search() {
        return PomaiSearch.on(index.path()).option("cache_dir", index.cache());
    }

    @SuppressWarnings("try") // Of what Flink declares of close().
    private static Map<Long, Tuple3<Long, long[], float[]>> collected(DataStream<Tuple3<Long, long[], float[]>> hits)
            throws Exception {
        var collected = new HashMap<Long, Tuple3<Long, long[], float[]>>();
        try (CloseableIterator<Tuple3<Long, long[], float[]>> found = hits.executeAndCollect()) {
            while (found.hasNext()) {
                Tuple3<Long, long[], float[]> next = found.next();
                assertThat(collected.put(next.f0, next)).as("query %s", next.f0).isNull();
            }
        }
        return collected;
    }

    @ParameterizedTest
    @CsvSource({"STREAMING, 1", "STREAMING, 2", "STREAMING, 4", "BATCH, 3"})
    void everyQueryGetsItsNearestOfAllShardsOnce(RuntimeExecutionMode mode, int searchers) throws Exception {
        DataStream<Long> queries = environment(mode).fromSequence(0, ROWS - 2);

        var hits = collected(
                search().topK(2).searchers(searchers).search(queries, query -> new float[] {query + 0.25f, 0}));

        assertThat(hits).hasSize(ROWS - 1);
        hits.forEach((query, found) -> {
            assertThat(found.f1).containsExactly(query, query + 1);
            assertThat(found.f2).containsExactly(-0.0625f, -0.5625f);
        });
    }

    @Test
    void moreHitsThanThereAreRowsAreAllRows() throws Exception {
        DataStream<Long> queries = environment(RuntimeExecutionMode.BATCH).fromSequence(7, 7);

        var hits = collected(search().topK(1000).search(queries, query -> new float[] {query, 0}));

        assertThat(hits.get(7L).f1).hasSize(ROWS).startsWith(7, 6, 8);
    }

    /** Reads on, so that the stream does not wait. */
    private static void readUntil(Iterator<Tuple3<Long, long[], float[]>> hits, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(hits.next().f1[0]).isIn(7L, 1007L);
            assertThat(System.nanoTime() - start).isLessThan(DEADLINE.toNanos());
        }
    }

    /** Both versions take room in the cache for a while, and then only the new one. */
    @Test
    @SuppressWarnings("try") // Of what Flink declares of close().
    void laterQueriesSeeANewVersionAndTheOldOneIsClosed() throws Exception {
        StreamExecutionEnvironment environment = environment(RuntimeExecutionMode.STREAMING);
        DataStream<Long> queries = environment.fromSequence(0, Long.MAX_VALUE);
        try (CloseableIterator<Tuple3<Long, long[], float[]>> hits = search().topK(1)
                .refresh(Duration.ofMillis(200))
                .search(queries, query -> new float[] {7, 0})
                .collectAsync()) {
            JobID job = environment.executeAsync().getJobID();
            assertThat(hits.next().f1).containsExactly(7);
            write(WriteMode.OVERWRITE, 1000);

            readUntil(hits, () -> hits.next().f1[0] == 1007);
            readUntil(hits, () -> METRICS.values(job, "pomaidb.openVersions").equals(List.of(1L, 1L)));
            readUntil(hits, () -> hits.next().f1[0] == 1007);
        }
        Awaiting.until("no thread is left", DEADLINE, () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("pomaidb-search")));
    }

    @Test
    void aQueryThatCannotBeSearchedForIsAnErrorThatSaysWhy() {
        DataStream<Long> queries = environment(RuntimeExecutionMode.BATCH).fromSequence(7, 7);

        assertThatThrownBy(() -> collected(search().search(queries, query -> new float[3])))
                .hasStackTraceContaining("has 3 components (the index has dim 2)");
        assertThatThrownBy(() -> collected(search().search(queries, query -> null)))
                .hasStackTraceContaining("Cannot search for query 7: its vector is null");
        assertThatThrownBy(() -> search().inFlight(0).search(queries, query -> new float[2]))
                .hasMessageContaining("0 queries in flight");
    }
}
