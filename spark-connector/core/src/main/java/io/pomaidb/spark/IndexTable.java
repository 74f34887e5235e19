package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.config.ShardBy;
import io.pomaidb.spark.write.IndexWriteBuilder;
import io.pomaidb.spark.write.ReadRows;
import io.pomaidb.spark.write.TrainedCentroids;
import io.pomaidb.write.WriteMode;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A path that can be written to, whether an index is there or not. */
@SuppressWarnings("deprecation") // Spark 3.5 has no other abstract method for the columns.
class IndexTable implements SupportsWrite {
    private final IndexLocation location;
    private final StructType schema;
    private final Map<String, String> defaults;
    private final WriteMode mode;

    /**
     * Whether the write that was planned last has to find the centroids first that its rows are sharded by. Spark asks for
     * what the table can do when it has planned the write, and no sooner knows the write's options.
     */
    private volatile boolean trains;

    /**
     * A table.
     *
     * @param schema empty where there is no index to tell
     * @param defaults options that count where a read or write does not give them
     * @param mode what a write means that does not truncate
     */
    IndexTable(IndexLocation location, StructType schema, Map<String, String> defaults, WriteMode mode) {
        this.location = location;
        this.schema = schema;
        this.defaults = Map.copyOf(defaults);
        this.mode = mode;
    }

    /** The table at the path that options name: readable if an index is there now. */
    static IndexTable load(PomaiOptions options) {
        var location = IndexLocation.of(SparkSession.active(), options.path());
        var snapshot = location.readable(options);
        return snapshot.isPresent()
                ? ReadableIndexTable.of(location, snapshot.get(), options)
                : new IndexTable(location, new StructType(), Map.of(), WriteMode.APPEND);
    }

    final IndexLocation location() {
        return location;
    }

    /** Options with the path, which SQL tells by the table's name, and with others where they are not given. */
    final PomaiOptions parse(CaseInsensitiveStringMap options, Map<String, String> others) {
        return StreamOptions.parse(merged(options, others));
    }

    private Map<String, String> merged(CaseInsensitiveStringMap options, Map<String, String> others) {
        Map<String, String> all = new HashMap<>(others);
        all.putAll(defaults);
        all.putIfAbsent(PomaiOption.PATH.optionName(), name());
        all.keySet().removeIf(options::containsKey);
        all.putAll(options.asCaseSensitiveMap());
        return all;
    }

    /** Options that a write which replaces all rows takes from the index. */
    Map<String, String> keptByOverwrite() {
        return Map.of();
    }

    @Override
    public final String name() {
        return location.index().path().toString();
    }

    @Override
    public final StructType schema() {
        return schema;
    }

    /** Any schema is accepted by Spark, and then checked with messages of our own. */
    @Override
    public Set<TableCapability> capabilities() {
        return EnumSet.of(
                trains ? TableCapability.V1_BATCH_WRITE : TableCapability.BATCH_WRITE,
                TableCapability.STREAMING_WRITE,
                TableCapability.TRUNCATE,
                TableCapability.ACCEPT_ANY_SCHEMA);
    }

    @Override
    public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
        Map<String, String> given = merged(info.options(), Map.of());
        trains = trains(given);
        PomaiOptions parsed = parse(info.options(), Map.of());
        return new IndexWriteBuilder(
                location.spark(),
                location.index(),
                parsed,
                parse(info.options(), keptByOverwrite()),
                info,
                mode,
                trains ? Optional.of(given) : Optional.empty(),
                () -> readBy(parsed));
    }

    /** What an append is held against when it is committed, if its rows may have been made of those that were there. */
    Optional<ReadRows> readBy(PomaiOptions options) {
        return Optional.empty();
    }

    /** Whether a write with these options shards by nearness what is not sharded so yet. */
    private boolean trains(Map<String, String> given) {
        PomaiOptions options = StreamOptions.parse(given);
        return options.shardBy() == ShardBy.CLUSTER
                && TrainedCentroids.of(given).isEmpty()
                && location.latest()
                        .filter(snapshot ->
                                snapshot.parameters().routing().isByCluster() && snapshot.shards() == options.shards())
                        .isEmpty();
    }
}
