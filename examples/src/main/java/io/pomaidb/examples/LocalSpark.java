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
                // Vectors hardly get smaller by it, and it costs a fifteenth of the time of a write.
                .config("spark.shuffle.compress", "false")
                // A map task otherwise writes its rows twice: to a file of each shard, and from these to one.
                .config("spark.shuffle.sort.bypassMergeThreshold", "1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
    }
}
