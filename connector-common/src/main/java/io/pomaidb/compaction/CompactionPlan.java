package io.pomaidb.compaction;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.config.ShardBy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Routing;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.WriteId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan of one compaction, made and committed by the driver; its tasks run anywhere. Rows, deletions and versions stay
 * as readers see them. Immutable. Nothing is visible to a reader before {@link #commit}, and then all of it.
 */
public final class CompactionPlan {
    private static final Logger LOG = LoggerFactory.getLogger(CompactionPlan.class);

    private final PomaiIndex index;
    private final PomaiOptions options;
    private final Snapshot base;

    /** The layout of the new segments; null if it stays as it is. */
    private final IndexParameters target;

    private final WriteId id;
    private final List<CompactionTask> tasks;

    private CompactionPlan(
            PomaiIndex index,
            PomaiOptions options,
            Snapshot base,
            CompactionPolicy policy,
            IndexParameters target,
            WriteId id) {
        this.index = index;
        this.options = options;
        this.base = base;
        this.target = target;
        this.id = id;
        this.tasks = tasks(policy);
    }

    /**
     * Plans a compaction that leaves rows in their shards.
     *
     * @param options of which {@code cache_dir}, {@code cache_max_bytes}, {@code search_threads} and
     *     {@code memory_budget_bytes} count
     * @throws ConfigurationException if there is no index
     */
    public static CompactionPlan of(PomaiIndex index, PomaiOptions options, CompactionPolicy policy)
            throws IOException {
        return new CompactionPlan(index, options, index.latestExisting(), policy, null, WriteId.random());
    }

    /**
     * Plans a compaction that spreads all rows over another number of shards, by the hash of their ids.
     *
     * @throws ConfigurationException if there is no index, or no such number of shards
     */
    public static CompactionPlan toShards(PomaiIndex index, PomaiOptions options, int shards) throws IOException {
        Snapshot base = index.latestExisting();
        return toLayout(index, options, base, base.parameters().withShards(checked(index, shards), Routing.HASH));
    }

    /**
     * Plans a compaction that spreads all rows over shards by nearness. The centroids are trained here, on rows of every
     * shard, which are read for it.
     *
     * @throws ConfigurationException if there is no index, or no such number of shards
     * @throws io.pomaidb.error.DataException if the index has fewer rows than {@code shards}
     */
    public static CompactionPlan toClusters(PomaiIndex index, PomaiOptions options, int shards) throws IOException {
        Snapshot base = index.latestExisting();
        IndexParameters parameters = base.parameters().withShards(checked(index, shards), Routing.HASH);
        Routing routing = index.publish(new IndexSample(index, base, options).train(parameters));
        return toLayout(index, options, base, parameters.withShards(shards, routing));
    }

    private static CompactionPlan toLayout(
            PomaiIndex index, PomaiOptions options, Snapshot base, IndexParameters target) {
        return new CompactionPlan(index, options, base, CompactionPolicy.FULL, target, WriteId.random());
    }

    private static int checked(PomaiIndex index, int shards) {
        if (shards < 1 || shards > IndexParameters.MAX_SHARDS) {
            throw new ConfigurationException("Cannot compact index " + index.path() + " to " + shards
                    + " shards (accepted: 1 to " + IndexParameters.MAX_SHARDS + ")");
        }
        return shards;
    }

    private List<CompactionTask> tasks(CompactionPolicy policy) {
        var choice = new ShardChoice(base, policy);
        var chosen = new ArrayList<CompactionTask>();
        for (int shard = 0; shard < base.shards(); shard++) {
            List<Segment> segments = base.segmentsOf(shard);
            long bytes = segments.stream().mapToLong(Segment::bytes).sum();
            boolean hasRows = segments.stream().anyMatch(segment -> segment.rows() > 0);
            if (hasRows && (target != null || choice.isWorthALook(segments))) {
                chosen.add(new CompactionTask(
                        index.path().toString(), base.version(), shard, bytes, options, policy, target, id));
            }
        }
        return List.copyOf(chosen);
    }

    /** What has to be run before {@link #commit}, in any order and at the same time; may be empty. */
    public List<CompactionTask> tasks() {
        return tasks;
    }

    /** The version that the compaction reads. */
    public long version() {
        return base.version();
    }

    /** How the index is sharded when this is committed. */
    public ShardBy shardBy() {
        IndexParameters after = target == null ? base.parameters() : target;
        return after.routing().isByCluster() ? ShardBy.CLUSTER : ShardBy.HASH;
    }

    /**
     * Makes the new segments visible in the place of the old ones. Rows that were written and deleted since the plan stay
     * so, also where the number of shards changed. Then deletes what other attempts at tasks uploaded, as far as possible.
     *
     * @param shards the answers of all tasks, one each
     * @return the snapshot with the new segments; the latest one if there was nothing to do
     * @throws io.pomaidb.index.CommitConflictException if another compaction, an overwrite or a rollback took the place of
     *     segments that this one rewrote; nothing became visible, and {@link #abort} may follow
     * @throws io.pomaidb.index.CommitStateUnknownException if it cannot be told whether the commit happened;
     *     {@link #abort} must not follow then
     */
    public Snapshot commit(List<CompactedShard> shards) throws IOException {
        Snapshot snapshot;
        if (target == null) {
            var replacement = SegmentReplacement.of(index, base, id, shards);
            snapshot = index.commit(new ReplacementChange(index, base, replacement));
        } else {
            snapshot = new LayoutChange(index, options, base, target, id, shards).commit();
        }
        deleteLosers(snapshot);
        return snapshot;
    }

    /** After the commit nothing may fail any more: a caller would take it for the commit's failure and abort. */
    private void deleteLosers(Snapshot snapshot) {
        try {
            new SegmentPublisher(index, id).deleteBut(snapshot.segments());
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot look for files that the compaction of index {} does not need", index.path(), e);
        }
    }

    /**
     * Deletes everything that tasks have uploaded, as far as possible. Must not follow a commit that succeeded or threw
     * {@link io.pomaidb.index.CommitStateUnknownException}.
     */
    public void abort() throws IOException {
        new SegmentPublisher(index, id).deleteAll();
    }

    /**
     * Runs all tasks one after the other, and commits.
     *
     * @param scratch as {@link CompactionTask#run} has it
     * @param progress is told of each task that ended
     */
    public Snapshot run(Configuration configuration, Path scratch, int cores, Progress progress) throws IOException {
        var shards = new ArrayList<CompactedShard>();
        try {
            for (CompactionTask task : tasks) {
                shards.add(task.run(configuration, scratch, cores));
                progress.done(task, shards.size(), tasks.size());
            }
        } catch (IOException | RuntimeException e) {
            abort();
            throw e;
        }
        return commit(shards);
    }

    /** Watches the tasks of a compaction end. */
    @FunctionalInterface
    public interface Progress {
        /** Watches nothing. */
        Progress NONE = (task, done, all) -> {};

        /** A task ended, as the {@code done}-th of {@code all}. */
        void done(CompactionTask task, int done, int all);
    }
}
