package io.pomaidb.flink.read;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.util.FlinkRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives splits to the readers that ask. Where the scan follows the index, the splits of a commit are made when every reader
 * is done with those of the commit before, and those of one of its {@link Lanes} go to one reader, so that changes of a row
 * come in their order wherever rows of one id meet again.
 */
final class IndexEnumerator implements SplitEnumerator<IndexSplit, ScanState> {
    private static final Logger LOG = LoggerFactory.getLogger(IndexEnumerator.class);

    private final SplitEnumeratorContext<IndexSplit> context;
    private final Scan scan;

    /** Null where the scan ends with the snapshot that it began with. */
    private final Duration poll;

    private final List<IndexSplit> pending;
    private final Lanes lanes = new Lanes();

    /** How many there are; 0 before the first snapshot. */
    private int laneCount;

    /** Whether readers may hold splits that this enumerator has not given them. */
    private final boolean restored;

    private final Set<Integer> waiting = new TreeSet<>();

    /** The snapshot whose splits were made last; 0 if there was none. */
    private long version;

    private long latest;
    private boolean planning;

    /** Opened by the thread of {@link SplitEnumeratorContext#callAsync}, which alone uses it. */
    private PomaiIndex index;

    private Snapshot planned;

    IndexEnumerator(SplitEnumeratorContext<IndexSplit> context, Scan scan, Duration poll, ScanState state) {
        this.context = context;
        this.scan = scan;
        this.poll = poll;
        this.version = state.version();
        this.latest = version;
        this.laneCount = state.lanes();
        this.restored = version != 0;
        this.pending = new ArrayList<>(state.pending());
    }

    /** Splits, and the snapshot that they are of; 0 where there is none yet. */
    private record Plan(long version, int lanes, List<IndexSplit> splits) {}

    @Override
    public void start() {
        if (poll != null) {
            context.callAsync(this::latestVersion, this::polled, 0, poll.toMillis());
        } else if (version == 0) {
            plan();
        }
    }

    private PomaiIndex index() throws IOException {
        if (index == null) {
            index = scan.access().index();
        }
        return index;
    }

    private long latestVersion() throws IOException {
        return index().latest().map(Snapshot::version).orElse(0L);
    }

    private void polled(Long found, Throwable failure) {
        if (failure instanceof IOException) {
            LOG.warn("Cannot look for a new version of {}; the next look is in {}", scan.access(), poll, failure);
            return;
        }
        fail(failure);
        if (found < version) {
            throw new FlinkRuntimeException("Cannot follow the index: its latest version is " + found
                    + ", and the scan has seen version " + version
                    + " (it was deleted and made anew: start the job without its state)");
        }
        latest = found;
        advance();
    }

    private static void fail(Throwable failure) {
        if (failure != null) {
            throw new FlinkRuntimeException("Cannot plan a scan", failure);
        }
    }

    /** Makes the splits of the next commit, if there is one and all is done before it. */
    private void advance() {
        boolean idle = pending.isEmpty() && waiting.size() == context.currentParallelism();
        if (poll != null && idle && latest > version && !planning) {
            plan();
        }
    }

    private void plan() {
        planning = true;
        long before = version;
        int count = laneCount;
        context.callAsync(() -> before == 0 ? first() : next(before, count), this::planned);
    }

    private Plan first() throws IOException {
        Optional<Snapshot> found = poll == null || !scan.at().equals(SnapshotChoice.LATEST)
                ? Optional.of(scan.at().of(index()))
                : index().latest();
        if (found.isEmpty()) {
            return new Plan(0, 0, List.of());
        }
        planned = found.get();
        scan.shape().check(planned);
        int count = Lanes.count(planned);
        var splits = new ArrayList<IndexSplit>();
        for (int shard : shards(planned)) {
            splits.add(IndexSplit.rows(planned.version(), shard, count));
        }
        return new Plan(planned.version(), count, splits);
    }

    /** The shards that have rows to be shown, as far as the ids tell. */
    private Set<Integer> shards(Snapshot snapshot) {
        Set<Integer> shards = snapshot.segments().stream()
                .filter(segment -> segment.rows() > 0)
                .map(Segment::shard)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!snapshot.parameters().routing().isByCluster()) {
            scan.knownIds()
                    .ifPresent(ids -> shards.retainAll(Arrays.stream(ids)
                            .mapToObj(id -> Sharding.shardOf(id, snapshot.shards()))
                            .collect(Collectors.toSet())));
        }
        return shards;
    }

    private Plan next(long before, int count) throws IOException {
        Snapshot from = planned != null && planned.version() == before ? planned : index().snapshot(before);
        planned = index().snapshot(before + 1);
        scan.shape().check(planned);
        return new Plan(planned.version(), count, new Step(from, planned).splits(count));
    }

    private void planned(Plan plan, Throwable failure) {
        planning = false;
        if (poll != null && failure instanceof IOException) {
            LOG.warn("Cannot read a version of {}; the next try is in {}", scan.access(), poll, failure);
            return;
        }
        fail(failure);
        version = plan.version();
        laneCount = plan.lanes();
        pending.addAll(plan.splits());
        assign();
        advance();
    }

    private void assign() {
        if (poll != null && restored && !lanes.areKnown(context.currentParallelism())) {
            return;
        }
        var asking = new ArrayList<>(waiting);
        for (int reader : asking) {
            if (!context.registeredReaders().containsKey(reader)) {
                waiting.remove(reader);
                continue;
            }
            Optional<IndexSplit> next =
                    pending.stream().filter(split -> isFor(reader, split)).findFirst();
            if (next.isPresent()) {
                waiting.remove(reader);
                pending.remove(next.get());
                context.assignSplit(next.get(), reader);
            } else if (poll == null && version != 0) {
                waiting.remove(reader);
                context.signalNoMoreSplits(reader);
            }
        }
    }

    private boolean isFor(int reader, IndexSplit split) {
        return poll == null || lanes.reader(split.lane(), context.currentParallelism()) == reader;
    }

    @Override
    public void handleSourceEvent(int subtaskId, SourceEvent event) {
        if (event instanceof HeldLanes held) {
            lanes.hold(subtaskId, held.lanes());
            assign();
        }
    }

    @Override
    public void handleSplitRequest(int subtaskId, String requesterHostname) {
        waiting.add(subtaskId);
        assign();
        advance();
    }

    @Override
    public void addSplitsBack(List<IndexSplit> splits, int subtaskId) {
        waiting.remove(subtaskId);
        pending.addAll(splits);
        pending.sort(Comparator.comparingLong(IndexSplit::version));
        assign();
    }

    @Override
    public void addReader(int subtaskId) {
        // A reader asks when it has nothing to do.
    }

    @Override
    public ScanState snapshotState(long checkpointId) {
        return new ScanState(version, laneCount, new ArrayList<>(pending));
    }

    @Override
    public void close() {
        // Nothing is open: an index is read and left.
    }
}
