package io.pomaidb.spark;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.spark.write.TrainedCentroids;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Options that are no index's: those of a stream, which Spark hands to the sink together with the sink's own. */
final class StreamOptions {
    private static final Set<String> OF_SPARK = Set.of("checkpointlocation", "queryname", TrainedCentroids.OPTION);

    private StreamOptions() {}

    /** The options that are not Spark's, parsed. */
    static PomaiOptions parse(Map<String, String> options) {
        Map<String, String> own = new HashMap<>(options);
        own.keySet().removeIf(name -> OF_SPARK.contains(name.toLowerCase(Locale.ROOT)));
        return PomaiOptions.parse(own);
    }
}
