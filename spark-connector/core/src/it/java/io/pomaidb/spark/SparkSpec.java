package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What all specifications share: a session, a folder, and short names for writing and reading. */
abstract class SparkSpec {
    private static final Path CACHE =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("target/segment-cache");

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    final SparkSession spark;

    @TempDir
    Path folder;

    SparkSpec(Master master) {
        spark = master.session();
    }

    /** Tasks that were killed end a little later than their job, and the folder is deleted after them. */
    @AfterEach
    void awaitTasks() {
        eventually(() -> Arrays.stream(spark.sparkContext().statusTracker().getExecutorInfos())
                .allMatch(executor -> executor.numRunningTasks() == 0));
    }

    String path(String name) {
        return folder.resolve(name).toString();
    }

    /** Rows of ids from {@code from} on and before {@code to}, with vectors that {@link TestVectors} makes of the ids. */
    Dataset<Row> rows(long from, long to, int dim) {
        return TestVectors.rows(spark, from, to, dim);
    }

    DataFrameWriter<Row> writer(Dataset<Row> rows) {
        return rows.write().format("pomaidb");
    }

    DataFrameReader reader() {
        return spark.read().format("pomaidb").option("cache_dir", cache());
    }

    PomaiSearch search(String path) {
        return PomaiSearch.on(spark, path).option("cache_dir", cache());
    }

    static String cache() {
        return CACHE.toString();
    }

    /** The rows of an index, by id. */
    Map<Long, List<Float>> read(String path) {
        var found = new TreeMap<Long, List<Float>>();
        for (Row row : reader().load(path).collectAsList()) {
            var other = found.put(((Number) row.get(0)).longValue(), row.getList(1));
            if (other != null) {
                throw new AssertionError("Row " + row.get(0) + " came twice");
            }
        }
        return found;
    }

    static List<Row> sorted(Dataset<Row> hits) {
        return hits.orderBy(col("query_id"), col("rank")).collectAsList();
    }

    static PomaiIndex index(String path) throws IOException {
        return PomaiIndex.at(new org.apache.hadoop.fs.Path(path), new Configuration(false));
    }

    static Snapshot snapshot(String path) throws IOException {
        return index(path).latestExisting();
    }

    /** Waits for tasks that were killed: they clean up after themselves, a little later than the job ends. */
    static void eventually(Callable<Boolean> condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        try {
            while (!condition.call() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        } catch (Exception e) {
            throw new AssertionError("The condition to wait for failed", e);
        }
    }

    /** Names of all files below an index, those of segments included that no snapshot lists. */
    static List<String> files(String path) throws IOException {
        var root = Path.of(path);
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
