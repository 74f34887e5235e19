package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    void jobsOfActionsSayWhatTheyAreFor() {
        writer(rows(0, ROWS, DIM)).option("shards", 2).save(path);
        PomaiIndexActions.on(spark, path).compactToShards(3);

        eventually(() -> counts.descriptions.keySet().stream().anyMatch(text -> text.contains("compact index")));
        assertThat(counts.descriptions.keySet()).anyMatch(text -> text.startsWith("pomaidb: compact index"));
        assertThat(Arrays.asList(spark.sparkContext().getLocalProperty("spark.job.description")))
                .containsOnlyNulls();
    }
}
