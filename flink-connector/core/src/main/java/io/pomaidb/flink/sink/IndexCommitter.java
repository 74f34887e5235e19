package io.pomaidb.flink.sink;

import io.pomaidb.error.DataException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.Transaction;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one snapshot of each checkpoint's committable. Of its subtasks only the first gets any, unless a restore gave the
 * state to another one. What was committed before is recognised, also by another job.
 */
final class IndexCommitter implements Committer<CheckpointCommittable> {
    private static final Logger LOG = LoggerFactory.getLogger(IndexCommitter.class);

    /** After so many tries the job restarts, which may move the committer to another machine. */
    private static final int MAX_RETRIES = 3;

    /** Flink tries again at once; twice as long after each further try. */
    private static final long PAUSE_MILLIS = 200;

    private final SinkSettings settings;
    private final Configuration configuration;
    private final OrphanCleaning orphans;

    /** Committables up to this checkpoint come from the state, and may be old. */
    private final long restoredCheckpointId;

    private volatile long lastVersion;

    IndexCommitter(SinkSettings settings, CommitterInitContext context) {
        this.settings = settings;
        this.configuration = settings.hadoop().load();
        this.orphans = new OrphanCleaning(settings.orphanAge(), settings.snapshotRetention());
        this.restoredCheckpointId = context.getRestoredCheckpointId().orElse(0);
        context.metricGroup().addGroup("pomaidb").gauge("lastCommittedVersion", () -> lastVersion);
    }

    /**
     * Commits in the order of the checkpoints. Behind one that failed none is committed: an index remembers of a run only
     * the last checkpoint that it has, and would seem to have those before it.
     */
    @Override
    public void commit(Collection<CommitRequest<CheckpointCommittable>> requests)
            throws IOException, InterruptedException {
        var ordered = requests.stream()
                .sorted(Comparator.comparingLong(
                        request -> request.getCommittable().checkpointId()))
                .toList();
        for (int i = 0; i < ordered.size(); i++) {
            CommitRequest<CheckpointCommittable> request = ordered.get(i);
            try {
                commit(request);
            } catch (IOException e) {
                if (request.getNumberOfRetries() >= MAX_RETRIES) {
                    throw e;
                }
                // Also where it cannot be told whether the commit happened: the next try finds out.
                LOG.warn(
                        "The commit of checkpoint {} is tried again",
                        request.getCommittable().checkpointId(),
                        e);
                ordered.subList(i, ordered.size()).forEach(CommitRequest::retryLater);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS << request.getNumberOfRetries());
                return;
            }
        }
    }

    private void commit(CommitRequest<CheckpointCommittable> request) throws IOException {
        CheckpointCommittable committable = request.getCommittable();
        String path = committable.parts().get(0).planned().path();
        PomaiIndex index = PomaiIndex.at(new Path(path), configuration);
        Transaction transaction = committable.run().transaction(committable.checkpointId());
        Optional<Snapshot> latest = index.latest();
        if (latest.isPresent() && latest.get().includes(transaction)) {
            LOG.info("Index {} has {} already", path, transaction);
            lastVersion = latest.get().version();
            request.signalAlreadyCommitted();
            return;
        }
        if (committable.checkpointId() <= restoredCheckpointId) {
            refuseIfFilesAreGone(index, committable);
        }
        MergedPlan merged = MergedPlan.of(index, settings.options(), committable.parts());
        Snapshot snapshot =
                merged.toWrite(settings.options()).commit(configuration, merged.segments(), Optional.of(transaction));
        lastVersion = snapshot.version();
        LOG.debug("Checkpoint {} is version {} of index {}", committable.checkpointId(), lastVersion, path);
        orphans.cleanNowAndThen(index);
    }

    /** An old savepoint may name segments that were committed, compacted and deleted long ago, or never committed. */
    private static void refuseIfFilesAreGone(PomaiIndex index, CheckpointCommittable committable) throws IOException {
        for (WrittenPart part : committable.parts()) {
            for (WrittenSegment written : part.segments()) {
                Segment segment = written.segment();
                if (!index.hasFiles(segment)) {
                    throw new DataException("Cannot commit checkpoint " + committable.checkpointId() + " to index "
                            + index.path() + ": files of segment " + segment.directory()
                            + " are gone (restore from a younger checkpoint, or start without state)");
                }
            }
        }
    }

    @Override
    public void close() {
        orphans.close();
    }
}
