package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.index.SegmentFile;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Spark's web pages show: counts of tasks, and what jobs are for. */
abstract class MetricsSpec extends SparkSpec {
    private static final int DIM = 4;
    private static final int ROWS = 400;

    private final Counts counts = new Counts();
    private String path;

    MetricsSpec(Master master) {
        super(master);
    }

    /** Adds up what tasks report by the names under which it is shown. */
    private static final class Counts extends SparkListener {
        private final Map<String, Long> totals = new ConcurrentHashMap<>();
        private final Map<String, Boolean> descriptions = new ConcurrentHashMap<>();

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            var all = end.taskInfo().accumulables().iterator();
            while (all.hasNext()) {
                AccumulableInfo info = all.next();
                if (info.name().isDefined() && info.update().isDefined()) {
                    Object update = info.update().get();
                    totals.merge(info.name().get(), Long.parseLong(update.toString()), Long::sum);
                }
            }
        }

        @Override
        public void onJobStart(SparkListenerJobStart start) {
            Object description = start.properties().get("spark.job.description");
            descriptions.put(String.valueOf(description), true);
        }

        long total(String name) {
            return totals.getOrDefault(name, 0L);
        }
    }

    @BeforeEach
    void listen() {
        path = path("index");
        spark.sparkContext().addSparkListener(counts);
    }

    @AfterEach
    void stopListening() {
        spark.sparkContext().removeSparkListener(counts);
    }

    @Test
    void writesTellRowsBytesAndTimes() {
        writer(rows(0, ROWS, DIM)).option("shards", 2).save(path);

        eventually(() -> counts.total("pomaidb vectors written") == ROWS);
        assertThat(counts.total("pomaidb vectors written")).isEqualTo(ROWS);
        assertThat(counts.total("vectors written")).isEqualTo(ROWS);
        assertThat(counts.total("pomaidb bytes uploaded")).isGreaterThan(ROWS * DIM * Float.BYTES);
        assertThat(counts.total("pomaidb native memory bytes, tasks together")).isGreaterThan(ROWS * DIM * Float.BYTES);
        assertThat(counts.totals).containsKeys("pomaidb freeze milliseconds", "pomaidb upload milliseconds");
        assertThat(counts.total("pomaidb vectors per second, tasks together")).isPositive();
    }

    @Test
    void searchesTellShardsAndDistances() {
        writer(rows(0, ROWS, DIM)).option("shards", 2).save(path);
        search(path).query(TestVectors.of(1, DIM)).run().filter("rank > 0").collectAsList();

        eventually(() -> counts.total("pomaidb shards visited") == 2);
        assertThat(counts.total("pomaidb shards visited")).isEqualTo(2);
        assertThat(counts.total("pomaidb distance computations")).isGreaterThanOrEqualTo(ROWS);

        spark.sql("SELECT id FROM pomaidb.`" + path + "` ORDER BY pomaidb.inner_product(embedding, array(1, 0, 0, 0))"
                        + " DESC LIMIT 3")
                .collectAsList();
        eventually(() -> counts.total("shards visited") == 2);
        assertThat(counts.total("shards visited")).isEqualTo(2);
        assertThat(counts.total("distance computations")).isGreaterThanOrEqualTo(ROWS);
    }

    @Test
    void searchesAndScansTellWhatTheCacheHad() throws IOException {
        spark.conf().set("fs.flaky.impl", FlakyFileSystem.class.getName());
        writer(rows(0, ROWS, DIM)).option("shards", 2).save(path);
        long bytes = snapshot(path).segments().stream()
                .flatMap(segment -> segment.engineFiles().stream())
                .mapToLong(SegmentFile::size)
                .sum();
        // Segments that lie on this machine's own file system would be linked.
        String remote = FlakyFileSystem.ONCE + path;
        List<Long> nothingFetchedAgain = List.of(2L, 2L, bytes);

        search(remote).query(TestVectors.of(1, DIM)).run().filter("rank > 0").collectAsList();
        eventually(() -> cacheUse("pomaidb ").equals(List.of(0L, 2L, bytes)));
        assertThat(cacheUse("pomaidb ")).containsExactly(0L, 2L, bytes);
        search(remote).query(TestVectors.of(1, DIM)).run().filter("rank > 0").collectAsList();
        eventually(() -> cacheUse("pomaidb ").equals(nothingFetchedAgain));
        assertThat(cacheUse("pomaidb ")).isEqualTo(nothingFetchedAgain);

        String another = folder.resolve("cache").toString();
        assertThat(reader().option("cache_dir", another).load(remote).collectAsList())
                .hasSize(ROWS);
        eventually(() -> cacheUse("").equals(List.of(0L, 2L, bytes)));
        assertThat(cacheUse("")).containsExactly(0L, 2L, bytes);
        assertThat(reader().option("cache_dir", another).load(remote).collectAsList())
                .hasSize(ROWS);
        eventually(() -> cacheUse("").equals(nothingFetchedAgain));
        assertThat(cacheUse("")).isEqualTo(nothingFetchedAgain);
    }

    private List<Long> cacheUse(String prefix) {
        return Stream.of("cache hits", "cache misses", "bytes fetched")
                .map(name -> counts.total(prefix + name))
                .toList();
    }

    @Test
    void jobsOfActionsSayWhatTheyAreFor() {
        writer(rows(0, ROWS, DIM)).option("shards", 2).save(path);
        PomaiIndexActions.on(spark, path).compactToShards(3);

        eventually(() -> counts.descriptions.keySet().stream().anyMatch(text -> text.contains("compact index")));
        assertThat(counts.descriptions.keySet()).anyMatch(text -> text.startsWith("pomaidb: compact index"));
        assertThat(Arrays.asList(spark.sparkContext().getLocalProperty("spark.job.description")))
                .containsOnlyNulls();
    }
}
