package io.pomaidb.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Where Spark runs the tests. A JVM has one Spark context at a time, which the tests of one master share. */
enum Master {
    /** One JVM with two cores, where a task may fail three times. */
    LOCAL("local[2,4]", "org.apache.spark.serializer.JavaSerializer"),
    /** Two executor JVMs of one core each, which Kryo serves, as in many a cluster. */
    CLUSTER("local-cluster[2,1,1024]", "org.apache.spark.serializer.KryoSerializer");

    private static SparkSession running;
    private static Master runningOn;

    private final String url;
    private final String serializer;

    Master(String url, String serializer) {
        this.url = url;
        this.serializer = serializer;
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

    private SparkSession start() {
        makeSparkHome();
        return SparkSession.builder()
                .appName("PomaiDB tests")
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
    private static void makeSparkHome() {
        try {
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
