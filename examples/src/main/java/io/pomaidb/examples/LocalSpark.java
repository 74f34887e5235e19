package io.pomaidb.examples;

import org.apache.spark.sql.SparkSession;

/** Spark sessions of the examples: local mode, no web page, loopback only. */
final class LocalSpark {

    private LocalSpark() {}

    static SparkSession start(String name, String master) {
        return SparkSession.builder()
                .appName(name)
                .master(master)
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
    }
}
