package io.pomaidb.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.index.ParallelReads;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadPredicate;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A snapshot as a task reads it: through which cache, with which options and native threads, and which of its rows may be
 * shown. Its shards are opened here, each for one thread. Immutable; for any number of threads.
 */
public final class SnapshotView {
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final SegmentCache cache;
    private final int cores;
    private final SegmentFilter filter;
    private final boolean exact;

    private SnapshotView(
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            SegmentCache cache,
            int cores,
            SegmentFilter filter,
            boolean exact) {
        this.index = Objects.requireNonNull(index, "index");
        this.snapshot = Objects.requireNonNull(snapshot, "snapshot");
        this.options = options;
        this.cache = cache;
        this.cores = cores;
        this.filter = filter;
        this.exact = exact;
    }

    /**
     * A view that shows every row, over the JVM's cache in option {@code cache_dir}.
     *
     * @param options of which {@code hnsw_ef_search}, {@code search_threads} and those of the cache count
     * @param cores native threads to use where {@code search_threads} does not say it
     * @throws io.pomaidb.error.ConfigurationException if the cache's folder cannot be used
     */
    public static SnapshotView of(PomaiIndex index, Snapshot snapshot, PomaiOptions options, int cores)
            throws IOException {
        return new SnapshotView(
                index, snapshot, options, SegmentCache.shared(options), cores, SegmentFilter.ALL, false);
    }

    /** The view that shows only the rows that {@code further} lets through as well. */
    public SnapshotView where(SegmentFilter further) {
        SegmentFilter both = filter == SegmentFilter.ALL ? further : filter.and(further);
        return new SnapshotView(index, snapshot, options, cache, cores, both, exact);
    }

    /**
     * The view that shows only the rows that satisfy {@code predicate} as well.
     *
     * @throws io.pomaidb.error.ConfigurationException if the predicate does not fit the snapshot's columns; it names the
     *     column
     */
    public SnapshotView where(PayloadPredicate predicate) {
        return where(new PredicateFilter(this, predicate));
    }

    /** The view whose searches compare every row, and so find exactly the best, at the cost of a scan. */
    public SnapshotView exactly() {
        return new SnapshotView(index, snapshot, options, cache, cores, filter, true);
    }

    boolean isExact() {
        return exact;
    }

    public PomaiIndex index() {
        return index;
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Opens the segments of a shard for searches, fetching those that the cache does not hold. The filter's ids are used
     * until the searcher is closed.
     *
     * @throws io.pomaidb.error.DataException if a segment file is missing or damaged; it names the file
     */
    public ShardSearcher searcher(int shard) throws IOException {
        return new ShardSearcher(this, OpenShard.openMerged(this, shard));
    }

    /** As {@link #scan(int, List)}, of ids and vectors alone. */
    public ShardScan scan(int shard) throws IOException {
        return scan(shard, List.of());
    }

    /**
     * Opens the segments of a shard as {@link #searcher} does, for a scan of its rows.
     *
     * @param columns names of the columns of {@link ShardScan#payload}; the id column is one where ids are strings
     * @throws io.pomaidb.error.ConfigurationException if the index has no column of a name
     * @throws io.pomaidb.error.DataException if a segment file is missing or damaged; it names the file
     */
    public ShardScan scan(int shard, List<String> columns) throws IOException {
        List<PayloadColumn> wanted = columns(columns);
        OpenShard opened = OpenShard.open(this, shard);
        return new ShardScan(opened, new PayloadRows(this, opened, wanted), snapshot.dim());
    }

    List<PayloadColumn> columns(List<String> names) {
        return snapshot.schema().payloadSchema().project(names);
    }

    /** Reads something of each of many segments, by as many threads as are worth it. */
    <T, R> List<R> read(List<T> segments, ParallelReads.Read<T, R> read, Consumer<R> undo) throws IOException {
        return ParallelReads.map(segments, ParallelReads.threads(index, threads()), read, undo);
    }

    private int threads() {
        return options.searchThreads() == 0 ? cores : options.searchThreads();
    }

    SegmentCache cache() {
        return cache;
    }

    SegmentFilter filter() {
        return filter;
    }

    /** How segments are opened; an index without rows may have no dim, and then none. */
    DatabaseOptions databaseOptions() {
        DatabaseOptions.Builder database = snapshot.parameters().databaseOptions();
        if (options.isSet(PomaiOption.HNSW_EF_SEARCH)) {
            database.hnswEfSearch(options.hnswEfSearch());
        }
        return database.searchThreads(threads()).build();
    }
}
