package io.pomaidb.spark.session;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Settings of a session. They are read through its public configuration, because the session state that Spark keeps them
 * in moved to another class in Spark 4.
 */
public final class SessionSettings {
    private SessionSettings() {}

    /**
     * The Hadoop configuration of the session: that of the Spark context with the session's settings on top, as Spark's
     * own file sources see it. It may hold secrets, so it is never logged.
     */
    public static Configuration hadoopConfiguration(SparkSession spark) {
        var configuration = new Configuration(spark.sparkContext().hadoopConfiguration());
        var settings = spark.conf().getAll().iterator();
        while (settings.hasNext()) {
            var setting = settings.next();
            if (setting._2() != null) {
                configuration.set(setting._1(), setting._2());
            }
        }
        return configuration;
    }

    /** Whether column names that differ only in letter case are different columns. */
    public static boolean caseSensitive(SparkSession spark) {
        return Boolean.parseBoolean(spark.conf().get("spark.sql.caseSensitive", "false"));
    }
}
