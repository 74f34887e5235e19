package io.pomaidb.spark.write;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.Centroids;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Centroids on their way from the write that trained them to the write within it that uses them, which Spark tells nothing
 * but options. Thread-safe.
 */
public final class TrainedCentroids {
    /** The option that names them; no user sets it. */
    public static final String OPTION = "pomaidb.trained_centroids";

    private static final Map<String, Centroids> KEPT = new ConcurrentHashMap<>();

    private TrainedCentroids() {}

    static String keep(Centroids centroids) {
        var name = UUID.randomUUID().toString();
        KEPT.put(name, centroids);
        return name;
    }

    static void forget(String name) {
        KEPT.remove(name);
    }

    /** Those that options name. */
    public static Optional<Centroids> of(Map<String, String> options) {
        return Optional.ofNullable(options.get(OPTION)).map(name -> Optional.ofNullable(KEPT.get(name))
                .orElseThrow(() -> new ConfigurationException(
                        "Cannot use option " + OPTION + ": '" + name + "' (accepted: nothing, it is not for users)")));
    }
}
