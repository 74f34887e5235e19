package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkStatusTracker;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Searches in the driver's own process, which is what hits alone get in one JVM. */
abstract class DriverSearchSpec extends SparkSpec {
    private static final int DIM = 8;
    private static final int ROWS = 20_000;
    private static final int SLOW_DIM = 64;
    private static final int SLOW_ROWS = 200_000;
    private static final long SECONDS = 600;

    /** As many as the driver searches for itself; in {@link #slow} it takes several seconds. */
    private static final int MANY = 1 << 14;

    DriverSearchSpec(Master master) {
        super(master);
    }

    private String indexed() {
        var path = path("index");
        writer(rows(0, ROWS, DIM))
                .option("metric", "l2")
                .option("shards", 2)
                .option("hnsw_m", 8)
                .option("hnsw_ef_construction", 32)
                .option("adaptive_threshold", 0)
                .save(path);
        return path;
    }

    /** An index whose rows are all compared with each query, a few tenths of a millisecond and more for one. */
    private String slow() {
        var path = path("slow");
        writer(rows(0, SLOW_ROWS, SLOW_DIM))
                .option("metric", "l2")
                .option("shards", 2)
                .option("adaptive_threshold", 2 * SLOW_ROWS)
                .save(path);
        return path;
    }

    /** Queries of that index which are on the driver, so that no job reads them. */
    private Dataset<Row> queries(int count) {
        var rows = new ArrayList<Row>(count);
        for (long id = 0; id < count; id++) {
            rows.add(RowFactory.create(id, TestVectors.of(1_000_000 + id, SLOW_DIM)));
        }
        return TestVectors.rows(spark, rows.toArray(Row[]::new));
    }

    private PomaiSearch search(String path, Dataset<Row> queries) {
        return search(path)
                .queries(queries)
                .queryId("id")
                .queryVector("embedding")
                .topK(3);
    }

    /** Runs something in a job group of its own, and gives the number of its jobs. */
    private int jobsOf(Callable<List<Row>> action, List<Row> found) throws Exception {
        var group = UUID.randomUUID().toString();
        spark.sparkContext().setJobGroup(group, "counted", false);
        try {
            found.addAll(action.call());
        } finally {
            spark.sparkContext().clearJobGroup();
        }
        return spark.sparkContext().statusTracker().getJobIdsForGroup(group).length;
    }

    @Test
    @Tag("every-version")
    void queriesOfALocalCheckpointAreReadWithoutAJob() throws Exception {
        var path = indexed();
        Dataset<Row> queries = rows(50_000, 50_100, DIM)
                .select(lit("more").as("more"), col("embedding"), col("id"))
                .localCheckpoint();
        var found = new ArrayList<Row>();

        int jobs = jobsOf(() -> search(path, queries).run().collectAsList(), found);

        assertThat(jobs).isZero();
        assertThat(found)
                .hasSize(300)
                .containsExactlyInAnyOrderElementsOf(
                        search(path, rows(50_000, 50_100, DIM)).run().collectAsList());
    }

    @Test
    @Tag("every-version")
    void aListHasTheHitsOfADataset() throws Exception {
        var path = indexed();
        Dataset<Row> queries = rows(50_000, 50_100, DIM);
        var timed = queries.selectExpr("timestamp_seconds(id) AS id", "embedding");
        for (PomaiSearch search : List.of(
                search(path, queries),
                search(path, timed),
                search(path, queries).columns("embedding"),
                search(path, queries).where("id % 2 = 0"),
                search(path).query(TestVectors.of(7, DIM)))) {
            Dataset<Row> dataset = search.run();
            List<Row> hits = search.collectAsList();

            assertThat(hits).isNotEmpty().containsExactlyInAnyOrderElementsOf(dataset.collectAsList());
            assertThat(hits.get(0).schema()).isEqualTo(dataset.schema());
        }
        SparkSession other = spark.newSession();
        other.conf().set("spark.sql.datetime.java8API.enabled", "true");
        PomaiSearch ofAnother = PomaiSearch.on(other, path)
                .option("cache_dir", cache())
                .queries(timed)
                .queryId("id")
                .queryVector("embedding");
        assertThat(ofAnother.collectAsList())
                .containsExactlyInAnyOrderElementsOf(ofAnother.run().collectAsList())
                .allSatisfy(hit -> assertThat(hit.get(0)).isInstanceOf(Instant.class));
        var found = new ArrayList<Row>();
        Dataset<Row> local = queries.localCheckpoint();
        assertThat(jobsOf(() -> search(path, local).collectAsList(), found)).isZero();
    }

    @Test
    @Tag("every-version")
    void whatTheDriverDoesNotFinishInASecondTasksDo() throws Exception {
        var path = slow();
        int jobs = 0;
        for (int count = 500; jobs == 0; count *= 2) {
            Dataset<Row> queries = queries(count);
            var found = new ArrayList<Row>();
            jobs = jobsOf(() -> search(path, queries).run().collectAsList(), found);
            if (jobs > 0) {
                // An operator above has all of it done by tasks.
                assertThat(found)
                        .hasSize(3 * count)
                        .containsExactlyInAnyOrderElementsOf(
                                search(path, queries).run().where("rank < 4").collectAsList());
            }
        }
    }

    @Test
    void aSearchEndsWhenItsJobGroupIsCancelled() throws Exception {
        var path = slow();
        var group = UUID.randomUUID().toString();
        var thread = new SearchThread(() -> {
            spark.sparkContext().setJobGroup(group, "to be cancelled", false);
            return search(path, queries(MANY)).run().collectAsList();
        });
        SparkStatusTracker jobs = spark.sparkContext().statusTracker();
        thread.await(() -> jobs.getJobIdsForGroup(group).length > 0);

        spark.sparkContext().cancelJobGroup(group);

        assertThat(thread.failure()).hasMessageContaining("cancelled");
    }

    @Test
    void aSearchEndsWhenItsThreadIsInterrupted() throws Exception {
        var path = slow();
        var thread = new SearchThread(() -> search(path, queries(MANY)).run().collectAsList());
        thread.await(() -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(other -> other.getName().equals("pomaidb-search")));

        thread.interrupt();

        assertThat(thread.failure()).isInstanceOf(InterruptedException.class);
        assertThat(thread.isStillInterrupted()).isFalse();
    }

    /** A search that somebody else ends. */
    private static final class SearchThread {
        private final CompletableFuture<List<Row>> found = new CompletableFuture<>();
        private final Thread thread;
        private volatile boolean interrupted;

        SearchThread(Callable<List<Row>> search) {
            thread = new Thread(() -> {
                try {
                    found.complete(search.call());
                } catch (Exception e) {
                    interrupted = Thread.currentThread().isInterrupted();
                    found.completeExceptionally(e);
                }
            });
            thread.start();
        }

        void await(Callable<Boolean> condition) throws Exception {
            long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (!condition.call()) {
                assertThat(found).isNotDone();
                assertThat(System.nanoTime()).isLessThan(deadline);
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
        }

        void interrupt() {
            thread.interrupt();
        }

        Throwable failure() throws Exception {
            return found.handle((rows, failure) -> failure).get(SECONDS, TimeUnit.SECONDS);
        }

        boolean isStillInterrupted() {
            return interrupted;
        }
    }
}
