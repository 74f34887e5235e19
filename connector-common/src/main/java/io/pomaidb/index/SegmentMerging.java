package io.pomaidb.index;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.PomaiLibrary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which segments of a shard a cache opens by themselves, and which merged into one database: those that merging
 * has been worth the while for, here or in another process. First they become one database without a graph, which takes
 * little more than to copy them; where the shard is so large that a compaction would build a graph, and is searched a
 * lot, one with a graph. Thread-safe.
 */
final class SegmentMerging {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentMerging.class);
    private static final int MAX_TALLIES = 4096;

    /** Fewer rows are scanned faster than a graph is walked. */
    private static final int LEAST_GRAPH_ROWS = 500;

    private final SegmentCache cache;
    private final Map<CacheKey, MergeTally> tallies = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<CacheKey, MergeTally> eldest) {
            return size() > MAX_TALLIES;
        }
    };

    SegmentMerging(SegmentCache cache) {
        this.cache = cache;
    }

    /** Opens segments, some of them merged; see {@link SegmentCache#leaseShard}. */
    List<SegmentLease> lease(
            PomaiIndex index, Snapshot snapshot, List<Segment> newestFirst, int needed, DatabaseOptions options)
            throws IOException {
        long rows = newestFirst.stream().mapToLong(Segment::rows).sum();
        var shard = new Shard(index, snapshot, options, rows >= options.adaptiveThreshold());
        try {
            var planned = new ArrayList<PlannedLease>();
            int begin = 0;
            for (SegmentGroup group : SegmentGroup.plan(newestFirst)) {
                if (begin < needed) {
                    shard.plan(group, planned);
                }
                begin += group.segments().size();
            }
            return shard.open(planned);
        } catch (IOException | RuntimeException e) {
            shard.justMerged.forEach(SegmentLease::close);
            throw e;
        }
    }

    /** Whether there is room in the cache for a merged database beside its segments, and much besides. */
    private boolean fits(SegmentGroup group) {
        return group.bytes() <= cache.maxBytes() / 8;
    }

    /** How segments are merged, in the order in which it is worth more and costs more. */
    private enum Way {
        FLAT,
        GRAPH;

        DatabaseOptions options(DatabaseOptions options) {
            return options.toBuilder()
                    .adaptiveThreshold(this == FLAT ? Integer.MAX_VALUE : 0)
                    .build();
        }

        /** About the nanoseconds of a thread that it takes to merge so many rows; measured at 128 dimensions. */
        long price(long rows, int dim) {
            return rows * (this == FLAT ? 2_000L + 8L * dim : 10_000L + 240L * dim);
        }
    }

    /** One call's shard. */
    private final class Shard {
        private final PomaiIndex index;
        private final Snapshot snapshot;
        private final DatabaseOptions options;
        private final String library = PomaiLibrary.load().version();
        private final boolean merges;

        /** Whether the shard would have a graph if all of it were one segment. */
        private final boolean graphs;

        private final Map<SegmentGroup, Optional<Way>> made = new ConcurrentHashMap<>();
        private final List<SegmentLease> justMerged = new ArrayList<>();

        Shard(PomaiIndex index, Snapshot snapshot, DatabaseOptions options, boolean graphs) {
            // The graphs of other libraries take longer to build than they save, and find less.
            this.merges = PomaiLibrary.load().filtersIds();
            this.graphs = graphs;
            this.index = index;
            this.snapshot = snapshot;
            this.options = options;
        }

        private boolean mayHaveGraph(SegmentGroup group) {
            return graphs && group.rows() >= LEAST_GRAPH_ROWS;
        }

        /** Opens what was planned, in that order. */
        List<SegmentLease> open(List<PlannedLease> planned) throws IOException {
            int threads = ParallelReads.threads(index, options.searchThreads());
            return ParallelReads.map(planned, threads, PlannedLease::open, SegmentLease::close);
        }

        /** Plans to open a group, merged if that is due. */
        void plan(SegmentGroup group, List<PlannedLease> planned) {
            if (!merges || group.isSingle() || !fits(group)) {
                group.segments().forEach(segment -> planned.add(single(segment)));
                return;
            }
            if (!mayHaveGraph(group) || made(group) == Way.GRAPH) {
                cover(group, planned, List.of());
                return;
            }
            MergeTally tally = tally(group, Way.GRAPH);
            if (tally.isDue() && merge(group, Way.GRAPH, tally, planned)) {
                return;
            }
            int first = planned.size();
            cover(group, planned, List.of(tally));
            planned.subList(first, planned.size()).stream()
                    .filter(PlannedLease::hasGraph)
                    .max(Comparator.comparingLong(PlannedLease::rows))
                    // A merged database would cost as much to search as the largest part does already.
                    .ifPresent(part -> part.spare(tally));
        }

        private PlannedLease single(Segment segment) {
            boolean graph = segment.rows() >= options.adaptiveThreshold();
            return new PlannedLease(List.of(segment), graph, () -> cache.lease(index, snapshot, segment, options));
        }

        /** Plans a group in as few parts as it has been merged into; those that have no graph become one if that is due. */
        private void cover(SegmentGroup group, List<PlannedLease> planned, List<MergeTally> tallies) {
            if (group.isSingle() || made(group) != null) {
                existing(group, planned, tallies);
            } else if (hasGraph(group)) {
                cover(group.newer(), planned, tallies);
                cover(group.older(), planned, tallies);
            } else {
                MergeTally flat = tally(group, Way.FLAT);
                if (flat.isDue() && merge(group, Way.FLAT, flat, planned)) {
                    planned.get(planned.size() - 1).charge(tallies);
                } else {
                    var both = new ArrayList<>(tallies);
                    both.add(flat);
                    existing(group, planned, both);
                }
            }
        }

        /** Plans a group in as few parts as it has been merged into. */
        private void existing(SegmentGroup group, List<PlannedLease> planned, List<MergeTally> tallies) {
            Way way = made(group);
            if (group.isSingle()) {
                planned.add(single(group.segments().get(0)).charge(tallies));
            } else if (way != null) {
                planned.add(
                        new PlannedLease(group.segments(), way == Way.GRAPH, () -> merged(group, way)).charge(tallies));
            } else {
                existing(group.newer(), planned, tallies);
                existing(group.older(), planned, tallies);
            }
        }

        /** Merges a group and opens it; false if that failed. */
        private boolean merge(SegmentGroup group, Way way, MergeTally tally, List<PlannedLease> planned) {
            try {
                SegmentLease lease = merged(group, way);
                justMerged.add(lease);
                planned.add(new PlannedLease(group.segments(), way == Way.GRAPH, () -> lease));
                return true;
            } catch (IOException | PomaiException e) {
                LOG.warn(
                        "Cannot merge {} segments of index {} in the cache; they are searched one by one",
                        group.segments().size(),
                        index.path(),
                        e);
                tally.startOver();
                return false;
            }
        }

        private SegmentLease merged(SegmentGroup group, Way way) throws IOException {
            CacheKey key = key(group, way);
            var source = new MergedDatabase(key, way.options(options), 2 * group.bytes(), () -> parts(group, way));
            return cache.lease(key, source, group.segments(), options);
        }

        /** What a group is merged from. */
        private List<SegmentLease> parts(SegmentGroup group, Way way) throws IOException {
            if (way == Way.GRAPH && cache.has(key(group, Way.FLAT))) {
                return List.of(merged(group, Way.FLAT));
            }
            var planned = new ArrayList<PlannedLease>();
            existing(group.newer(), planned, List.of());
            existing(group.older(), planned, List.of());
            return open(planned);
        }

        /** How the group has been merged; null if it has not. */
        private Way made(SegmentGroup group) {
            return made.computeIfAbsent(group, unknown -> look(group)).orElse(null);
        }

        private Optional<Way> look(SegmentGroup group) {
            if (group.isSingle()) {
                return Optional.empty();
            }
            if (mayHaveGraph(group) && cache.has(key(group, Way.GRAPH))) {
                return Optional.of(Way.GRAPH);
            }
            return cache.has(key(group, Way.FLAT)) ? Optional.of(Way.FLAT) : Optional.empty();
        }

        /** Whether a part of a group has a graph, which would be lost in a database without one. */
        private boolean hasGraph(SegmentGroup group) {
            if (group.isSingle()) {
                return group.rows() >= options.adaptiveThreshold();
            }
            return made(group) == Way.GRAPH || hasGraph(group.newer()) || hasGraph(group.older());
        }

        private MergeTally tally(SegmentGroup group, Way way) {
            synchronized (tallies) {
                return tallies.computeIfAbsent(
                        key(group, way), unknown -> new MergeTally(way.price(group.rows(), options.dim())));
            }
        }

        private CacheKey key(SegmentGroup group, Way way) {
            DatabaseOptions built = way.options(options);
            String name = String.join(
                    " ",
                    "merged 1",
                    library,
                    Integer.toString(built.dim()),
                    built.metric().name(),
                    built.indexType().name(),
                    Integer.toString(built.hnswM()),
                    Integer.toString(built.hnswEfConstruction()),
                    Integer.toString(built.adaptiveThreshold()));
            return new CacheKey(snapshot.indexId(), group.mergedAs(name));
        }
    }
}
