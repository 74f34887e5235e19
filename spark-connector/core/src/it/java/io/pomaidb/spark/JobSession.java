package io.pomaidb.spark;

import org.apache.spark.sql.SparkSession;

/** The session of a test's job that has a JVM of its own. */
final class JobSession {
    private JobSession() {}

    static SparkSession start() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }
}
