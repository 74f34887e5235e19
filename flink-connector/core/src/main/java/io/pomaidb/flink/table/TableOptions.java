package io.pomaidb.flink.table;

import io.pomaidb.config.PomaiOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.source.lookup.LookupOptions;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * The options of a table. Those that every connector of PomaiDB has keep their names and meaning
 * ({@link PomaiOption}); the others are named as Flink's own connectors name them.
 */
public final class TableOptions {
    /** Name of the connector. */
    public static final String CONNECTOR = "pomaidb";

    /** What Hadoop's settings begin with. */
    public static final String HADOOP_PREFIX = "hadoop.";

    /** Whether a scan follows the index. */
    public static final ConfigOption<ScanMode> SCAN_MODE = ConfigOptions.key("scan.mode")
            .enumType(ScanMode.class)
            .defaultValue(ScanMode.SNAPSHOT)
            .withDescription("Whether a scan reads one snapshot and ends, or then follows the commits.");

    /** How often a scan that follows the index looks for commits. */
    public static final ConfigOption<Duration> SCAN_POLL_INTERVAL = ConfigOptions.key("scan.poll-interval")
            .durationType()
            .defaultValue(Duration.ofSeconds(10))
            .withDescription("How often a continuous scan looks for new commits.");

    /** The version to read. */
    public static final ConfigOption<Long> SCAN_VERSION = ConfigOptions.key("scan.version")
            .longType()
            .noDefaultValue()
            .withDescription("The version to scan, or to begin with; by default the latest.");

    /** The tag to read. */
    public static final ConfigOption<String> SCAN_TAG = ConfigOptions.key("scan.tag")
            .stringType()
            .noDefaultValue()
            .withDescription("The tag whose version to scan, or to begin with.");

    /** The time to read the index of. */
    public static final ConfigOption<Long> SCAN_TIMESTAMP_MILLIS = ConfigOptions.key("scan.timestamp-millis")
            .longType()
            .noDefaultValue()
            .withDescription("The time, in milliseconds since 1970, whose version to scan, or to begin with.");

    /** How often searches and lookups look for commits. */
    public static final ConfigOption<Duration> SEARCH_REFRESH_INTERVAL = ConfigOptions.key("search.refresh-interval")
            .durationType()
            .defaultValue(Duration.ofMinutes(1))
            .withDescription("How often VECTOR_SEARCH and lookups look for new commits; 0: never.");

    /** How often a search that failed is tried again. */
    public static final ConfigOption<Integer> SEARCH_MAX_RETRIES = ConfigOptions.key("search.max-retries")
            .intType()
            .defaultValue(3)
            .withDescription("How often a search or lookup is tried again, on the index opened anew, before it fails.");

    /** Queries in one native call. */
    public static final ConfigOption<Integer> SEARCH_BATCH_SIZE = ConfigOptions.key("search.batch-size")
            .intType()
            .defaultValue(256)
            .withDescription("Queries or ids that asynchronous calls answer at most together.");

    /** Whether lookups are asynchronous. */
    public static final ConfigOption<Boolean> LOOKUP_ASYNC = ConfigOptions.key("lookup.async")
            .booleanType()
            .defaultValue(false)
            .withDescription("Whether lookup joins ask asynchronously, many ids together.");

    /** Name of the sink in the index. */
    public static final ConfigOption<String> SINK_ID = ConfigOptions.key("sink.id")
            .stringType()
            .noDefaultValue()
            .withDescription("Names the writer in the index, across jobs; flink where it is not set.");

    /** Where databases are built. */
    public static final ConfigOption<String> SINK_SCRATCH_DIRECTORY = ConfigOptions.key("sink.scratch-directory")
            .stringType()
            .noDefaultValue()
            .withDescription("Local folder of each task manager for databases that are being built.");

    /** How old files are that failed attempts left. */
    public static final ConfigOption<Duration> SINK_ORPHAN_AGE = ConfigOptions.key("sink.orphan-age")
            .durationType()
            .noDefaultValue()
            .withDescription("Age from which on files that no version lists are deleted; 3 days where it is not set.");

    /** How long versions are kept. */
    public static final ConfigOption<Duration> SINK_SNAPSHOT_RETENTION = ConfigOptions.key("sink.snapshot-retention")
            .durationType()
            .noDefaultValue()
            .withDescription(
                    "Time for which versions are kept after readers saw them as the latest; without it all stay.");

    /** Whether small segments are merged. */
    public static final ConfigOption<Boolean> SINK_COMPACTION = ConfigOptions.key("sink.compaction")
            .booleanType()
            .defaultValue(false)
            .withDescription("Whether small segments are compacted after commits, in a task of its own.");

    private static final Set<PomaiOption> NOT_OF_TABLES = EnumSet.of(
            PomaiOption.TOP_K,
            PomaiOption.QUERY,
            PomaiOption.QUERIES,
            PomaiOption.QUERY_ID,
            PomaiOption.QUERY_VECTOR,
            PomaiOption.QUERY_BATCH_BYTES);

    /** What a scan reads. */
    public enum ScanMode {
        /** One snapshot. */
        SNAPSHOT,
        /** One snapshot, and then what every commit changes. */
        CONTINUOUS
    }

    private TableOptions() {}

    /** The option that says where the index is. */
    public static ConfigOption<String> path() {
        return of(PomaiOption.PATH);
    }

    /** Those of {@link PomaiOption} that a table takes. */
    public static List<PomaiOption> shared() {
        return List.copyOf(EnumSet.complementOf(EnumSet.copyOf(NOT_OF_TABLES)));
    }

    /** An option as Flink has it: {@link io.pomaidb.config.PomaiOptions} reads its text. */
    static ConfigOption<String> of(PomaiOption option) {
        return ConfigOptions.key(option.optionName())
                .stringType()
                .noDefaultValue()
                .withDescription(option.help());
    }

    /** Those that say how tasks read and search, and nothing of an index. */
    public static List<ConfigOption<?>> ofReaders() {
        return List.of(
                of(PomaiOption.CACHE_DIR),
                of(PomaiOption.CACHE_MAX_BYTES),
                of(PomaiOption.SEARCH_THREADS),
                SCAN_POLL_INTERVAL,
                SEARCH_REFRESH_INTERVAL,
                SEARCH_MAX_RETRIES,
                SEARCH_BATCH_SIZE,
                LOOKUP_ASYNC);
    }

    /** The settings of Hadoop among options, by their own names. */
    public static Map<String, String> hadoop(Map<String, String> options) {
        var hadoop = new HashMap<String, String>();
        options.forEach((name, text) -> {
            if (name.startsWith(HADOOP_PREFIX)) {
                hadoop.put(name.substring(HADOOP_PREFIX.length()), text);
            }
        });
        return hadoop;
    }

    /** All but the one that is required. */
    static Set<ConfigOption<?>> optional() {
        var all = new HashSet<ConfigOption<?>>();
        shared().stream().filter(option -> option != PomaiOption.PATH).forEach(option -> all.add(of(option)));
        all.addAll(List.of(SCAN_MODE, SCAN_POLL_INTERVAL, SCAN_VERSION, SCAN_TAG, SCAN_TIMESTAMP_MILLIS));
        all.addAll(List.of(SEARCH_REFRESH_INTERVAL, SEARCH_MAX_RETRIES, SEARCH_BATCH_SIZE, LOOKUP_ASYNC));
        all.addAll(List.of(
                LookupOptions.CACHE_TYPE,
                LookupOptions.PARTIAL_CACHE_MAX_ROWS,
                LookupOptions.PARTIAL_CACHE_EXPIRE_AFTER_WRITE,
                LookupOptions.PARTIAL_CACHE_EXPIRE_AFTER_ACCESS,
                LookupOptions.PARTIAL_CACHE_CACHE_MISSING_KEY));
        all.addAll(List.of(
                LookupOptions.FULL_CACHE_RELOAD_STRATEGY,
                LookupOptions.FULL_CACHE_PERIODIC_RELOAD_INTERVAL,
                LookupOptions.FULL_CACHE_PERIODIC_RELOAD_SCHEDULE_MODE,
                LookupOptions.FULL_CACHE_TIMED_RELOAD_ISO_TIME,
                LookupOptions.FULL_CACHE_TIMED_RELOAD_INTERVAL_IN_DAYS));
        all.addAll(List.of(SINK_ID, SINK_SCRATCH_DIRECTORY, SINK_ORPHAN_AGE, SINK_SNAPSHOT_RETENTION, SINK_COMPACTION));
        all.addAll(List.of(FactoryUtil.SOURCE_PARALLELISM, FactoryUtil.SINK_PARALLELISM));
        return all;
    }
}
