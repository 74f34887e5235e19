package io.pomaidb.spark.session;

import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Hadoop configurations on their way to the tasks. They have more than a thousand entries, so that sending one costs as much
 * as a small search; what a Spark context has sent last is therefore sent again only if it has changed. Thread-safe.
 */
public final class SentConfiguration {
    private static final Map<SparkContext, SentConfiguration> LAST = new WeakHashMap<>();

    private final Map<String, String> entries;
    private final Broadcast<SerializableConfiguration> broadcast;

    private SentConfiguration(Map<String, String> entries, Broadcast<SerializableConfiguration> broadcast) {
        this.entries = entries;
        this.broadcast = broadcast;
    }

    /** The configuration as tasks can have it. It may hold secrets, so it is never logged. */
    public static Broadcast<SerializableConfiguration> of(SparkContext context, Configuration configuration) {
        Map<String, String> entries = new HashMap<>();
        configuration.forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        synchronized (LAST) {
            SentConfiguration last = LAST.get(context);
            if (last == null || !last.entries.equals(entries)) {
                var sent = JavaSparkContext.fromSparkContext(context)
                        .broadcast(new SerializableConfiguration(new Configuration(configuration)));
                last = new SentConfiguration(entries, sent);
                LAST.put(context, last);
            }
            return last.broadcast;
        }
    }
}
