package io.pomaidb.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.config.ShardBy;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.CommitStateUnknownException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.LayoutChangedException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.SnapshotUpdate;
import io.pomaidb.index.Transaction;
import io.pomaidb.index.WriteId;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadSchema;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.roaringbitmap.longlong.Roaring64Bitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan of one write, made by the driver from the options and the index as it finds it, and sent to the tasks.
 * Immutable. Nothing is visible to a reader before {@link #commit}, and then all of it.
 */
public final class IndexWrite implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int MAX_LAYOUTS = 10;
    private static final long MAX_COMPARED_IDS = 1 << 26;
    private static final Logger LOG = LoggerFactory.getLogger(IndexWrite.class);

    private final PlannedWrite planned;
    private final PomaiOptions options;
    private final WriteId id = WriteId.random();

    private IndexWrite(PlannedWrite planned, PomaiOptions options) {
        this.planned = planned;
        this.options = options;
    }

    /**
     * A write that was planned before, maybe by another process. Nothing is held against the index anew before the commit.
     *
     * @param options what the user set
     */
    public static IndexWrite of(PlannedWrite planned, PomaiOptions options) {
        return new IndexWrite(planned, options);
    }

    /**
     * Plans a write.
     *
     * @param options what the user set; of an append, options that are not set take the index's values
     * @param idType type of the rows' ids
     * @throws io.pomaidb.error.ConfigurationException if the path holds something else, the index exists and must not, or
     *     an append has another metric, dim, shard count or column than the index; it names option and both values
     */
    public static IndexWrite plan(PomaiIndex index, PomaiOptions options, WriteMode mode, IdType idType)
            throws IOException {
        return plan(index, options, mode, idType, Optional.empty());
    }

    /**
     * As {@link #plan(PomaiIndex, PomaiOptions, WriteMode, IdType)}, for an index whose rows may go to the shard of the
     * nearest centroid.
     *
     * @param centroids one a shard, of {@link CentroidTraining}; an index that is made or overwritten with option
     *     {@code shard_by} at {@code cluster} needs them, an append uses those that the index has
     */
    public static IndexWrite plan(
            PomaiIndex index, PomaiOptions options, WriteMode mode, IdType idType, Optional<Centroids> centroids)
            throws IOException {
        return plan(index, options, mode, idType, List.of(), centroids);
    }

    /**
     * As {@link #plan(PomaiIndex, PomaiOptions, WriteMode, IdType, Optional)}, for rows with payload. An append may lack
     * columns of the index, which are then null, and may bring new ones, which are null in the rows before; the commit adds
     * them.
     *
     * @param columns the payload columns of the rows, in their order
     * @throws io.pomaidb.error.ConfigurationException also if a column has another type than in the index, or a name that
     *     another column has
     */
    public static IndexWrite plan(
            PomaiIndex index,
            PomaiOptions options,
            WriteMode mode,
            IdType idType,
            List<PayloadColumn> columns,
            Optional<Centroids> centroids)
            throws IOException {
        Optional<Snapshot> existing = index.latest();
        String path = index.path().toString();
        boolean makesParameters = existing.isEmpty() || mode == WriteMode.OVERWRITE;
        IndexParameters wanted = ParameterCheck.wanted(options, idType, makesParameters ? columns : List.of());
        if (makesParameters && options.shardBy() == ShardBy.CLUSTER) {
            wanted = ParameterCheck.clustered(path, wanted, options, centroids, index);
        }
        if (existing.isEmpty()) {
            return new IndexWrite(new PlannedWrite(path, mode, wanted, null, columns), options);
        }
        Snapshot snapshot = existing.get();
        IndexParameters parameters =
                switch (mode) {
                    case CREATE -> throw ParameterCheck.exists(path);
                    case APPEND -> ParameterCheck.toAppend(path, snapshot, options, idType, columns);
                    case OVERWRITE -> wanted;
                };
        return new IndexWrite(
                new PlannedWrite(path, mode, parameters, PlannedWrite.Basis.of(snapshot), columns), options);
    }

    /** The same plan for one more commit: {@link #commit} and {@link #abort} of either leave the other's files alone. */
    public IndexWrite again() {
        return new IndexWrite(planned, options);
    }

    /** What the plan decided, for {@link #of}. */
    public PlannedWrite planned() {
        return planned;
    }

    /** What the written segments have in common; its dim is 0 while neither option nor index tells. */
    public IndexParameters parameters() {
        return planned.parameters();
    }

    /** The number of shards of the index. */
    public int shards() {
        return parameters().shards();
    }

    /**
     * The number of partitions to hash the rows' ids into, by {@link io.pomaidb.index.Sharding} or Spark's own hash: each
     * then holds rows of one shard only, and an id is in one partition only.
     */
    public int partitions() {
        return shards() * options.segmentsPerShard();
    }

    /**
     * A writer for one attempt of one task.
     *
     * @param scratch local folder in which the writer makes one of its own for its databases; it is deleted when the
     *     writer is closed
     * @param cores native threads that the attempt may use where option {@code search_threads} does not say it
     */
    public ShardWriter newWriter(Configuration configuration, Path scratch, int cores) throws IOException {
        int threads = options.searchThreads() == 0 ? cores : options.searchThreads();
        PomaiIndex index = index(configuration);
        IndexParameters parameters = parameters();
        RowRouter router =
                RowRouter.ofRows(parameters, index.centroids(parameters).orElse(null));
        var payload = new PayloadSchema(parameters.schema().payloadSchema().keyColumn(), planned.columns());
        return new ShardWriter(
                new SegmentPublisher(index, id), parameters, options, threads, scratch, router, payload, keys(index));
    }

    private KeyCheck keys(PomaiIndex index) throws IOException {
        return meetsKeys() && planned.basis() != null
                ? KeyCheck.against(index, index.snapshot(planned.basis().version()))
                : KeyCheck.none();
    }

    private boolean meetsKeys() {
        return planned.mode() == WriteMode.APPEND && parameters().schema().idType() == IdType.STRING;
    }

    /** Empty also if it has expired since: a streaming job may come back to a plan after a long time. */
    private Optional<Snapshot> plannedOn(PomaiIndex index) throws IOException {
        Optional<Snapshot> latest = planned.basis() == null ? Optional.empty() : index.latest();
        return latest.isPresent() && latest.get().retains(planned.basis().version())
                ? Optional.of(index.snapshot(planned.basis().version()))
                : Optional.empty();
    }

    private static SnapshotUpdate checked(CommitCheck check, SnapshotUpdate change) {
        return current -> {
            try {
                if (current.isPresent()) {
                    check.check(current.get());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return change.apply(current);
        };
    }

    /** As {@code change} says, after a check of the keys against what others committed since the plan. */
    private SnapshotUpdate withKeys(PomaiIndex index, WriteChange change, List<WrittenSegment> segments)
            throws IOException {
        if (!meetsKeys()) {
            return change;
        }
        KeyCheck check = KeyCheck.since(index, plannedOn(index));
        List<Segment> written = segments.stream().map(WrittenSegment::segment).toList();
        return checked(current -> check.check(current, written), change);
    }

    /**
     * Makes what the tasks wrote visible as one snapshot. An append meets any number of other appends; an overwrite
     * replaces all that the index holds at the commit, also what was appended since the plan. Then deletes what other
     * attempts at the same rows uploaded, as far as possible; a plan is therefore for one commit, see {@link #again}.
     *
     * @param written the segments of the successful attempts, one attempt a task
     * @param transaction makes the commit idempotent: if the index holds it already, nothing is committed. The segments
     *     stay, because a repeated commit may bring the very segments that the first one listed.
     * @return the snapshot that holds the rows
     * @throws io.pomaidb.error.DataException if tasks wrote vectors of different dimensions
     * @throws CommitConflictException if another writer created, replaced or overwrote the index since the plan, such
     *     that this write would mean something else
     * @throws CommitStateUnknownException if it cannot be told whether the commit happened; {@link #abort} must not
     *     follow then. After any other exception it did not happen.
     */
    public Snapshot commit(Configuration configuration, List<WrittenSegment> written, Optional<Transaction> transaction)
            throws IOException {
        return commit(configuration, written, transaction, CommitCheck.NONE);
    }

    /**
     * As {@link #commit(Configuration, List, Optional)}, of what was decided on an earlier snapshot.
     *
     * @param check looks at each snapshot that the commit would follow, if there is one
     */
    public Snapshot commit(
            Configuration configuration,
            List<WrittenSegment> written,
            Optional<Transaction> transaction,
            CommitCheck check)
            throws IOException {
        PomaiIndex index = index(configuration);
        IndexParameters layout = parameters();
        List<WrittenSegment> segments = written;
        for (int attempt = 1; ; attempt++) {
            boolean disjoint = layout.routing().isByCluster() && areDisjoint(index, segments);
            var change = new WriteChange(planned, layout, segments, disjoint, transaction);
            try {
                Snapshot snapshot = index.commit(checked(check, withKeys(index, change, segments)));
                deleteLosers(index, snapshot, written);
                return snapshot;
            } catch (UncheckedIOException e) {
                throw e.getCause();
            } catch (LayoutChangedException e) {
                if (attempt == MAX_LAYOUTS) {
                    throw e;
                }
                Snapshot current = index.latestExisting();
                LOG.info("Another writer gave index {} other shards; this write's rows move to them", index.path());
                LOG.debug("The commit that did not fit", e);
                var rerouting = new Rerouting(index, current.indexId(), id, options);
                segments = rerouting.reroute(layout.withDim(change.dim()), current.parameters(), segments);
                IndexSchema schema = current.schema().plus(layout.schema());
                layout = current.parameters().withSchema(schema);
            }
        }
    }

    /**
     * Whether no segment deletes what another one deletes, as far as that is cheap to find out. In an index with centroids
     * each also deletes the ids of its own rows, so then none deletes another's rows, and what is the first in its index
     * needs no tombstones, which every search would have to read.
     */
    private static boolean areDisjoint(PomaiIndex index, List<WrittenSegment> written) throws IOException {
        long count = 0;
        for (WrittenSegment segment : written) {
            count += segment.segment().tombstones().count();
        }
        if (count > MAX_COMPARED_IDS) {
            return false;
        }
        var all = new Roaring64Bitmap();
        for (WrittenSegment segment : written) {
            all.or(index.tombstones(segment.segment()));
        }
        return all.getLongCardinality() == count;
    }

    /** After the commit nothing may fail any more: a caller would take it for the commit's failure and abort. */
    private void deleteLosers(PomaiIndex index, Snapshot snapshot, List<WrittenSegment> written) {
        var kept = new ArrayList<>(snapshot.segments());
        if (snapshot.parameters().routesAs(parameters())) {
            written.forEach(segment -> kept.add(segment.segment()));
        }
        try {
            new SegmentPublisher(index, id).deleteBut(kept);
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot look for files that this write to index {} does not need", index.path(), e);
        }
    }

    /**
     * Deletes everything that tasks have uploaded for this write, whether they told the driver or not, as far as possible.
     * Touches no other write's files. What a task uploads later is its own to delete, or left for vacuum. Must not follow
     * a commit that succeeded or threw {@link CommitStateUnknownException}.
     */
    public void abort(Configuration configuration) throws IOException {
        new SegmentPublisher(index(configuration), id).deleteAll();
    }

    private PomaiIndex index(Configuration configuration) throws IOException {
        return PomaiIndex.at(new org.apache.hadoop.fs.Path(planned.path()), configuration);
    }
}
