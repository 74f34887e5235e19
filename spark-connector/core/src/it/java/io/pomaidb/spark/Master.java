package io.pomaidb.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Where Spark runs the tests. A JVM has one Spark context at a time, which the tests of one master share. */
enum Master {
    /** One JVM with two cores, where a task may fail three times. */
    LOCAL("local[2,4]", "org.apache.spark.serializer.JavaSerializer", Map.of()),
    /** Two executor JVMs of one core each, which Kryo serves, as in many a cluster. */
    CLUSTER("local-cluster[2,1,1024]", "org.apache.spark.serializer.KryoSerializer", Map.of()),
    /** One JVM, where Spark has memory off Java's heap, but little. */
    OFF_HEAP(
            "local[2]",
            "org.apache.spark.serializer.JavaSerializer",
            Map.of("spark.memory.offHeap.enabled", "true", "spark.memory.offHeap.size", "48m")),
    /** One executor JVM of one core that may take little memory besides Java's heap. */
    SMALL_OVERHEAD(
            "local-cluster[1,1,1024]",
            "org.apache.spark.serializer.JavaSerializer",
            Map.of("spark.executor.memoryOverhead", "64m", "spark.executor.cores", "1"));

    private static SparkSession running;
    private static Master runningOn;

    private final String url;
    private final String serializer;

    // Map.of makes maps that do not change, which the compiler cannot see.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Map<String, String> settings;

    Master(String url, String serializer, Map<String, String> settings) {
        this.url = url;
        this.serializer = serializer;
        this.settings = settings;
    }

    /** The session of this master, which replaces that of another master. */
    SparkSession session() {
        synchronized (Master.class) {
            if (runningOn != this) {
                if (running != null) {
                    running.stop();
                }
                running = start();
                runningOn = this;
            }
            return running;
        }
    }

    /** Stops what runs, to make room for a context that is made otherwise. */
    static void stop() {
        synchronized (Master.class) {
            if (running != null) {
                running.stop();
            }
            running = null;
            runningOn = null;
        }
    }

    private SparkSession start() {
        makeSparkHome();
        var builder = SparkSession.builder();
        settings.forEach(builder::config);
        return builder.appName("PomaiDB tests")
                .master(url)
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.default.parallelism", "2")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.memory", "1g")
                .config("spark.serializer", serializer)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }

    /** A folder of jars is all that a worker looks for before it starts an executor, whose class path comes from here. */
    static void makeSparkHome() {
        try {
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
