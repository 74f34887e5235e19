package io.pomaidb.config;

import io.pomaidb.engine.FsyncPolicy;
import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * The options of one write or search, parsed and checked. Immutable, so it may be shared by threads, and serializable,
 * so it travels to the tasks. An option that was not given answers with its default; {@link #isSet} tells the two
 * apart.
 */
public final class PomaiOptions implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Only what was given. */
    private final EnumMap<PomaiOption, Serializable> values;

    private PomaiOptions(EnumMap<PomaiOption, Serializable> values) {
        this.values = values;
    }

    /**
     * Parses options whose names may be in any letter case.
     *
     * @throws ConfigurationException if a name is unknown, a value is not accepted, a name stands there twice with
     *     different values, or two options exclude each other; the message names option, value and what is accepted
     */
    public static PomaiOptions parse(Map<String, String> options) {
        var values = new EnumMap<PomaiOption, Serializable>(PomaiOption.class);
        var texts = new EnumMap<PomaiOption, String>(PomaiOption.class);
        options.forEach((name, text) -> {
            var option = find(name);
            if (text == null) {
                throw new ConfigurationException("Cannot use option " + option.optionName() + ": its value is null"
                        + " (accepted: " + option.accepted() + ")");
            }
            var other = texts.put(option, text);
            if (other != null && !other.equals(text)) {
                throw new ConfigurationException("Cannot use option " + option.optionName() + ": both '" + other
                        + "' and '" + PathSecrets.masked(text)
                        + "' are given, under names that differ in letter case only (give one)");
            }
            values.put(option, option.parse(text));
        });
        if (values.containsKey(PomaiOption.QUERY) && values.containsKey(PomaiOption.QUERIES)) {
            throw new ConfigurationException("Cannot search: both query and queries are given (give one: query is one"
                    + " vector, queries names a view or table of them)");
        }
        if (values.containsKey(PomaiOption.VERSION) && values.containsKey(PomaiOption.TIMESTAMP)) {
            throw new ConfigurationException("Cannot read an index: both version and timestamp are given (give one)");
        }
        return new PomaiOptions(values);
    }

    /** Whether the option was given, as opposed to being at its default. */
    public boolean isSet(PomaiOption option) {
        return values.containsKey(option);
    }

    /** The index's directory; a {@link ConfigurationException} if it was not given. */
    public String path() {
        return find(PomaiOption.PATH, String.class)
                .orElseThrow(
                        () -> new ConfigurationException("Cannot find the index: option path is not set (accepted: "
                                + PomaiOption.PATH.accepted() + ")"));
    }

    public String idColumn() {
        return text(PomaiOption.ID_COLUMN);
    }

    public String vectorColumn() {
        return text(PomaiOption.VECTOR_COLUMN);
    }

    public OptionalInt dim() {
        return find(PomaiOption.DIM, Integer.class).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    public IndexMetric metric() {
        return get(PomaiOption.METRIC, IndexMetric.class);
    }

    public int shards() {
        return number(PomaiOption.SHARDS);
    }

    public ShardBy shardBy() {
        return get(PomaiOption.SHARD_BY, ShardBy.class);
    }

    public int segmentsPerShard() {
        return number(PomaiOption.SEGMENTS_PER_SHARD);
    }

    public int hnswM() {
        return number(PomaiOption.HNSW_M);
    }

    public int hnswEfConstruction() {
        return number(PomaiOption.HNSW_EF_CONSTRUCTION);
    }

    public int hnswEfSearch() {
        return number(PomaiOption.HNSW_EF_SEARCH);
    }

    public int adaptiveThreshold() {
        return number(PomaiOption.ADAPTIVE_THRESHOLD);
    }

    public FsyncPolicy fsync() {
        return get(PomaiOption.FSYNC, FsyncPolicy.class);
    }

    public long memoryBudgetBytes() {
        return get(PomaiOption.MEMORY_BUDGET_BYTES, Long.class);
    }

    /** Native threads of one task; 0 stands for the cores that the task was given. */
    public int searchThreads() {
        return number(PomaiOption.SEARCH_THREADS);
    }

    public int topK() {
        return number(PomaiOption.TOP_K);
    }

    /** Shards that a query visits in an index that is sharded by cluster; 0 for all. */
    public int probes() {
        return number(PomaiOption.PROBES);
    }

    /** A copy of the one query vector. */
    public Optional<float[]> query() {
        return find(PomaiOption.QUERY, float[].class).map(float[]::clone);
    }

    /** The view or table of query vectors. */
    public Optional<String> queries() {
        return find(PomaiOption.QUERIES, String.class);
    }

    /** The version or tag to read; the newest version where there is none. */
    public Optional<String> version() {
        return find(PomaiOption.VERSION, String.class).map(String::trim);
    }

    /** The time as of which to read. */
    public Optional<Instant> timestamp() {
        return find(PomaiOption.TIMESTAMP, Instant.class);
    }

    /** The payload columns that hits bring along, or {@code *}. */
    public Optional<String> columns() {
        return find(PomaiOption.COLUMNS, String.class);
    }

    /** The condition on payload columns that hits satisfy, as SQL. */
    public Optional<String> filter() {
        return find(PomaiOption.FILTER, String.class);
    }

    public String queryIdColumn() {
        return text(PomaiOption.QUERY_ID);
    }

    public String queryVectorColumn() {
        return text(PomaiOption.QUERY_VECTOR);
    }

    public long queryBatchBytes() {
        return get(PomaiOption.QUERY_BATCH_BYTES, Long.class);
    }

    public Optional<String> cacheDir() {
        return find(PomaiOption.CACHE_DIR, String.class);
    }

    public long cacheMaxBytes() {
        return get(PomaiOption.CACHE_MAX_BYTES, Long.class);
    }

    /** The options that were given. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey().optionName() + "=" + show(entry.getValue()))
                .collect(Collectors.joining(", ", "PomaiOptions[", "]"));
    }

    private static String show(Serializable value) {
        return value instanceof float[] vector ? Arrays.toString(vector) : value.toString();
    }

    private static PomaiOption find(String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        for (var option : PomaiOption.values()) {
            if (option.optionName().equals(wanted)) {
                return option;
            }
        }
        throw new ConfigurationException(UnknownOption.message(name));
    }

    private <T extends Serializable> Optional<T> find(PomaiOption option, Class<T> type) {
        var given = values.get(option);
        return Optional.ofNullable(type.cast(given != null ? given : option.defaultValue()));
    }

    private <T extends Serializable> T get(PomaiOption option, Class<T> type) {
        return find(option, type).orElseThrow();
    }

    private int number(PomaiOption option) {
        return get(option, Integer.class);
    }

    private String text(PomaiOption option) {
        return get(option, String.class);
    }
}
