package io.pomaidb.config;

import io.pomaidb.engine.FsyncPolicy;
import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;

/**
 * Every option of the connectors: its name, what it accepts, its default, where it has an effect, and what it does.
 * Names match without regard to letter case, because Spark lower-cases them on some of its routes.
 */
public enum PomaiOption {
    PATH(OptionUse.BOTH, OptionType.path(), "", "Directory of the index, on any Hadoop file system."),
    ID_COLUMN(OptionUse.BOTH, OptionType.text("a column name"), "id", "Column that holds the row's id."),
    VECTOR_COLUMN(OptionUse.BOTH, OptionType.text("a column name"), "embedding", "Column that holds the vector."),
    DIM(
            OptionUse.WRITE,
            OptionType.wholeNumber(1, PomaiOption.MAX_DIM),
            "",
            "Components of a vector; where it is not set, the existing index or the first row tells."),
    METRIC(
            OptionUse.WRITE,
            OptionType.oneOf(IndexMetric.class),
            "ip",
            "How vectors compare: inner product, squared Euclidean distance, or cosine. Fixed when the index is made."),
    SHARDS(
            OptionUse.WRITE,
            OptionType.wholeNumber(1, PomaiOption.MAX_SHARDS),
            "4",
            "Parts of the index; each is built and searched by itself. Fixed when the index is made, until it is compacted to"
                    + " another number."),
    SHARD_BY(
            OptionUse.WRITE,
            OptionType.oneOf(ShardBy.class),
            "hash",
            "How rows find their shard: by the id's hash, or by the nearest of as many trained centroids."),
    SEGMENTS_PER_SHARD(
            OptionUse.WRITE,
            OptionType.wholeNumber(1, 1024),
            "1",
            "Tasks that build one shard at the same time, each writing a segment of its own."),
    HNSW_M(
            OptionUse.WRITE,
            OptionType.wholeNumber(2, PomaiOption.MAX_M),
            "32",
            "Links a node has in the proximity graph; twice as many at its base."),
    HNSW_EF_CONSTRUCTION(
            OptionUse.WRITE,
            OptionType.wholeNumber(1, PomaiOption.MAX_EF),
            "200",
            "Candidates kept while the graph is built: more make a better graph, slower."),
    HNSW_EF_SEARCH(
            OptionUse.BOTH,
            OptionType.wholeNumber(1, PomaiOption.MAX_EF),
            "64",
            "Candidates kept while the graph is searched: more find more of the true neighbours, slower."),
    ADAPTIVE_THRESHOLD(
            OptionUse.WRITE,
            OptionType.wholeNumber(0, Integer.MAX_VALUE),
            "5000",
            "Segments of fewer rows are scanned exactly instead of getting a graph."),
    FSYNC(
            OptionUse.WRITE,
            OptionType.oneOf(FsyncPolicy.class),
            "never",
            "Whether every native batch is made durable in the task's scratch directory; the job itself needs `never`."),
    MEMORY_BUDGET_BYTES(
            OptionUse.WRITE,
            OptionType.bytes(0),
            "0",
            "Memory one native database may hold rows in before it must freeze; 0: no bound."),
    SEARCH_THREADS(
            OptionUse.BOTH,
            OptionType.wholeNumber(0, 1024),
            "0",
            "Native threads of one task, for building and for searching; 0: the cores that the task was given."),
    TOP_K(OptionUse.SEARCH, OptionType.wholeNumber(1, Integer.MAX_VALUE), "10", "Hits returned for each query."),
    PROBES(
            OptionUse.SEARCH,
            OptionType.wholeNumber(0, PomaiOption.MAX_SHARDS),
            "0",
            "Shards that a query visits, the nearest first, where rows are sharded by `cluster`; 0: all of them."),
    QUERY(OptionUse.SEARCH, OptionType.vector(), "", "One query vector; its hits are returned instead of the rows."),
    QUERIES(
            OptionUse.SEARCH,
            OptionType.text("a view or table name"),
            "",
            "View or table of query vectors; their hits are returned instead of the rows."),
    COLUMNS(
            OptionUse.SEARCH,
            OptionType.text("column names, separated by commas, or *"),
            "",
            "Payload columns that hits bring along; * for all of them."),
    FILTER(
            OptionUse.SEARCH,
            OptionType.text("a condition in SQL"),
            "",
            "Condition on payload columns, as in SQL after WHERE, that hits satisfy."),
    VERSION(
            OptionUse.SEARCH,
            OptionType.text("a version's number, or a tag"),
            "",
            "Version of the index that is read; by default the newest."),
    TIMESTAMP(
            OptionUse.SEARCH,
            OptionType.time(),
            "",
            "Time as of which the index is read, in UTC where no zone is given."),
    QUERY_ID(OptionUse.SEARCH, OptionType.text("a column name"), "query_id", "Column of `queries` that names a query."),
    QUERY_VECTOR(
            OptionUse.SEARCH,
            OptionType.text("a column name"),
            "query_vector",
            "Column of `queries` that holds the vector."),
    QUERY_BATCH_BYTES(
            OptionUse.SEARCH,
            OptionType.bytes(1),
            "256m",
            "Query vectors broadcast at once; more queries are searched in several rounds."),
    CACHE_DIR(
            OptionUse.SEARCH,
            OptionType.text("a local directory"),
            "",
            "Where an executor keeps fetched segments; by default a directory below `java.io.tmpdir`."),
    CACHE_MAX_BYTES(
            OptionUse.SEARCH,
            OptionType.bytes(1),
            "32g",
            "Disk space that the cached segments of a node may take; the least recently used go first.");

    /** The largest {@code hnsw_m}. */
    public static final int MAX_M = 512;

    /** The largest {@code hnsw_ef_construction} and {@code hnsw_ef_search}. */
    public static final int MAX_EF = 100_000;

    /** Components that a vector may have. */
    public static final int MAX_DIM = 65_536;

    /** Shards that an index may have; the five digits of a shard's directory name could number some more. */
    public static final int MAX_SHARDS = 65_536;

    private final OptionUse use;

    // A record of a text and a function without state.
    @SuppressWarnings("ImmutableEnumChecker")
    private final OptionType type;

    private final String defaultText;
    private final String help;

    PomaiOption(OptionUse use, OptionType type, String defaultText, String help) {
        this.use = use;
        this.type = type;
        this.defaultText = defaultText;
        this.help = help;
    }

    /** The name that users write, in lower case with underscores. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Where the option has an effect. */
    public OptionUse use() {
        return use;
    }

    /** The accepted values, in words. */
    public String accepted() {
        return type.accepted();
    }

    /** The default as a user would write it; empty where there is none. */
    public Optional<String> defaultText() {
        return defaultText.isEmpty() ? Optional.empty() : Optional.of(defaultText);
    }

    /** What the option does, in Markdown of one line. */
    public String help() {
        return help;
    }

    /** All options as a Markdown table, in the order of their declaration; ends with a line break. */
    public static String markdownTable() {
        var table = new StringBuilder(
                "| option | default | accepted | used by | meaning |\n| --- | --- | --- | --- | --- |\n");
        for (var option : values()) {
            var defaultCell = option.defaultText().map(text -> "`" + text + "`").orElse("");
            table.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(option.optionName(), defaultCell, option.accepted(), option.use.label(), option.help));
        }
        return table.toString();
    }

    /** The default's value; null where there is none. */
    Serializable defaultValue() {
        return defaultText.isEmpty() ? null : parse(defaultText);
    }

    /** The value of {@code text}; a {@link ConfigurationException} if it is not accepted. */
    Serializable parse(String text) {
        Optional<? extends Serializable> value;
        try {
            value = type.parse().apply(text);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException notOfThisType) {
            throw notAccepted(text, notOfThisType);
        }
        return value.orElseThrow(() -> notAccepted(text, null));
    }

    private ConfigurationException notAccepted(String text, RuntimeException cause) {
        return new ConfigurationException(
                "Cannot use option " + optionName() + ": '" + PathSecrets.masked(text) + "' (accepted: " + accepted()
                        + ")",
                cause);
    }
}
