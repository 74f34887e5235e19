package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.index.Segment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two hosts, each a worker with an address and a cache of its own: tasks come to where their shards are. */
class HostsIT {
    private static final int DIM = 4;
    private static final int ROWS = 800;

    /** So many that no host goes without. */
    private static final int SHARDS = 20;

    private static final List<String> HOSTS = List.of("127.0.0.2", "127.0.0.3");
    private static final Duration START = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    private final List<Jvm> processes = new ArrayList<>();
    private final Tasks tasks = new Tasks();
    private SparkSession spark;

    /** Where the tasks of scans ran, and what they found in the cache there. */
    private static final class Tasks extends SparkListener {
        private final Map<Integer, String> hosts = new ConcurrentHashMap<>();
        private final Map<String, Long> counts = new ConcurrentHashMap<>();

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            boolean scans = false;
            var all = end.taskInfo().accumulables().iterator();
            while (all.hasNext()) {
                AccumulableInfo info = all.next();
                String name = info.name().isDefined() ? info.name().get().replace("pomaidb ", "") : "";
                // Counts of nothing are not told.
                scans |= name.equals("cache misses") || name.equals("cache hits");
                if (info.update().isDefined()) {
                    counts.merge(name, Long.parseLong(info.update().get().toString()), Long::sum);
                }
            }
            if (scans) {
                hosts.merge(
                        end.taskInfo().index(),
                        end.taskInfo().host(),
                        (one, other) -> one.equals(other) ? one : one + " and " + other);
            }
        }

        /** The hosts of all shards, as of one scan or search. */
        Map<Integer, String> take() {
            await(hosts, () -> hosts.size() == SHARDS);
            var taken = new TreeMap<>(hosts);
            hosts.clear();
            return taken;
        }

        long count(String name) {
            return counts.getOrDefault(name, 0L);
        }
    }

    private static void await(Object what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + START.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("time until the deadline, %s", what)
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @BeforeEach
    void startCluster() throws IOException {
        Master.stop();
        Master.makeSparkHome();
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String master = "spark://127.0.0.1:" + port;
        var masterClass = org.apache.spark.deploy.master.Master.class;
        processes.add(
                Jvm.startAsThis("256m", masterClass, "--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0"));
        for (String host : HOSTS) {
            String work = Files.createDirectory(folder.resolve(host)).toString();
            processes.add(Jvm.startAsThis(
                    "256m",
                    Worker.class,
                    "--host",
                    host,
                    "--cores",
                    "1",
                    "--memory",
                    "512m",
                    "--webui-port",
                    "0",
                    "--work-dir",
                    work,
                    master));
        }
        // Each executor has the cache below its folder for temporary files; one that is started again is another.
        for (int executor = 0; executor < 10; executor++) {
            Files.createDirectory(folder.resolve("" + executor));
        }
        spark = SparkSession.builder()
                .appName("PomaiDB tests")
                .master(master)
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", "-Djava.io.tmpdir=" + folder + "/{{EXECUTOR_ID}}")
                .config("spark.executor.memory", "512m")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                // On a busy machine, a host that is worth waiting for may be slow to become free.
                .config("spark.locality.wait", "300s")
                .config("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName())
                .getOrCreate();
        spark.conf().set("fs.flaky.impl", FlakyFileSystem.class.getName());
        await(HOSTS, () -> Arrays.stream(spark.sparkContext().statusTracker().getExecutorInfos())
                .map(executor -> executor.host())
                .toList()
                .containsAll(HOSTS));
        spark.sparkContext().addSparkListener(tasks);
    }

    @AfterEach
    void stopCluster() throws IOException {
        if (spark != null) {
            spark.stop();
        }
        for (Jvm process : processes) {
            process.close();
        }
    }

    private List<Long> nearest(String path) {
        return spark
                .sql("SELECT id FROM pomaidb.`" + path + "` ORDER BY pomaidb.l2_distance(embedding, array(1, 2, 3, 4))"
                        + " LIMIT 3")
                .collectAsList()
                .stream()
                .map(row -> row.getLong(0))
                .toList();
    }

    /** The segments that the executors have cached, by executor. */
    private List<String> cached() throws IOException {
        List<String> segments =
                segments().stream().map(segment -> segment.uuid().toString()).toList();
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> Files.isDirectory(path) && !path.startsWith(folder.resolve("index")))
                    .map(path -> path.getFileName().toString())
                    .filter(segments::contains)
                    .toList();
        }
    }

    private List<Segment> segments() throws IOException {
        return SparkSpec.snapshot(folder.resolve("index").toString()).segments();
    }

    @Test
    void aShardIsFetchedByOneHostAndSearchedThereAgain() throws IOException {
        String local = folder.resolve("index").toString();
        TestVectors.rows(spark, 0, ROWS, DIM)
                .write()
                .format("pomaidb")
                .option("metric", "l2")
                .option("shards", SHARDS)
                .save(local);
        // Segments that lie on this machine's own file system would be linked.
        String path = FlakyFileSystem.ONCE + local;

        List<Long> found = nearest(path);
        Map<Integer, String> first = tasks.take();
        assertThat(first.values()).containsOnly(HOSTS.toArray(new String[0]));
        assertThat(tasks.count("cache misses")).isEqualTo(SHARDS);

        assertThat(nearest(path)).isEqualTo(found);
        assertThat(tasks.take()).isEqualTo(first);
        assertThat(spark.read()
                        .format("pomaidb")
                        .load(path)
                        .selectExpr("sum(id)")
                        .first()
                        .getLong(0))
                .isEqualTo((ROWS - 1L) * ROWS / 2);
        assertThat(tasks.take()).isEqualTo(first);

        assertThat(tasks.count("cache misses")).isEqualTo(SHARDS);
        assertThat(tasks.count("cache hits")).isEqualTo(2L * SHARDS);
        assertThat(cached()).hasSize(SHARDS).doesNotHaveDuplicates();

        long bytes = segments().stream().mapToLong(Segment::bytes).sum();
        PomaiSearch byShards = PomaiSearch.on(spark, path)
                .queries(TestVectors.rows(spark, 0, 3, DIM).toDF("qid", "qvec"))
                .queryId("qid")
                .queryVector("qvec")
                .topK(ROWS)
                // No executor may have so much of it as to search all for some queries.
                .option("cache_max_bytes", Long.toString(bytes));
        assertThat(byShards.run().count()).isEqualTo(3L * ROWS);
        awaitHits(3L * SHARDS);
        assertThat(tasks.take()).isEqualTo(first);

        assertThat(byShards.columns("_shard").run().count()).isEqualTo(3L * ROWS);
        // The search, and where it has found rows, what fetches them.
        awaitHits(5L * SHARDS);
        assertThat(tasks.take()).isEqualTo(first);
        assertThat(tasks.count("cache misses")).isEqualTo(SHARDS);
        assertThat(cached()).hasSize(SHARDS).doesNotHaveDuplicates();
    }

    private void awaitHits(long hits) {
        await(tasks.counts, () -> tasks.count("cache hits") >= hits);
        assertThat(tasks.count("cache hits"))
                .as("cache hits, of %s", tasks.counts)
                .isEqualTo(hits);
    }
}
