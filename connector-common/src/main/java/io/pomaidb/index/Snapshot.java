package io.pomaidb.index;

import io.pomaidb.config.IndexMetric;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One immutable state of an index: everything a reader needs to know, and every file it may touch.
 *
 * @param indexId identity of the index, kept by every later snapshot
 * @param version 1 for the first commit; the snapshot file's number
 * @param commitId unique to the attempt that wrote it, so that a writer recognises its own commit
 * @param operation what made it, in one word, for people
 * @param timestampMillis when it was made, by the writer's clock; never earlier than the snapshot before
 * @param parameters what all segments share
 * @param oldestVersion earlier versions have expired, except for those with a tag
 * @param tags names for versions, which keep them from expiring
 * @param lists the files that list the first of the segments; the snapshot's own file lists the rest
 * @param segments ordered by sequence, oldest first
 * @param transactions highest committed version of each application
 */
public record Snapshot(
        UUID indexId,
        long version,
        UUID commitId,
        String operation,
        long timestampMillis,
        IndexParameters parameters,
        long oldestVersion,
        Map<String, Long> tags,
        List<SegmentList> lists,
        List<Segment> segments,
        Map<String, Long> transactions)
        implements Serializable {
    /** The version of the format that this code writes, and the highest that it reads. */
    public static final int FORMAT_VERSION = 1;

    static final String APPEND = "append";
    static final String OVERWRITE = "overwrite";

    /** Operations of {@link #rewrite}. */
    public static final String COMPACT = "compact";

    public static final String RESHARD = "reshard";

    public Snapshot {
        Objects.requireNonNull(indexId, "indexId");
        Objects.requireNonNull(commitId, "commitId");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(parameters, "parameters");
        tags = Map.copyOf(tags);
        lists = List.copyOf(lists);
        segments = List.copyOf(segments);
        transactions = Map.copyOf(transactions);
    }

    /** The first snapshot of a new index. */
    public static Snapshot first(IndexParameters parameters, List<Segment> added, Optional<Transaction> transaction) {
        return new Snapshot(
                UUID.randomUUID(),
                1,
                UUID.randomUUID(),
                APPEND,
                System.currentTimeMillis(),
                parameters,
                1,
                Map.of(),
                List.of(),
                sequenced(added, 1),
                merged(Map.of(), transaction));
    }

    /** The snapshot after this one, with segments added. */
    public Snapshot append(IndexParameters newParameters, List<Segment> added, Optional<Transaction> transaction) {
        return append(APPEND, newParameters, added, transaction);
    }

    /** The snapshot after this one, with segments added by an operation of another name. */
    Snapshot append(
            String newOperation,
            IndexParameters newParameters,
            List<Segment> added,
            Optional<Transaction> transaction) {
        var all = new ArrayList<>(segments);
        all.addAll(sequenced(added, version + 1));
        return successor(newOperation, newParameters, lists, all, merged(transactions, transaction));
    }

    /** The snapshot after this one, with all segments replaced. */
    public Snapshot overwrite(IndexParameters newParameters, List<Segment> added, Optional<Transaction> transaction) {
        return successor(
                OVERWRITE, newParameters, List.of(), sequenced(added, version + 1), merged(transactions, transaction));
    }

    /**
     * The snapshot after this one with other segments that hold the same rows, each with the sequence that its rows have.
     *
     * @param operation {@link #COMPACT} or {@link #RESHARD}
     */
    public Snapshot rewrite(String operation, IndexParameters newParameters, List<Segment> rewritten) {
        return successor(operation, newParameters, unchangedLists(rewritten), rewritten, transactions);
    }

    /** Whether every row is in this snapshot what it was in the one before, though in other segments. */
    public boolean keepsRows() {
        return operation.equals(COMPACT) || operation.equals(RESHARD);
    }

    /** This snapshot with nothing but some of its segments, in their order; it is no index's. */
    public Snapshot withSegments(List<Segment> some) {
        return new Snapshot(
                indexId,
                version,
                commitId,
                operation,
                timestampMillis,
                parameters,
                oldestVersion,
                tags,
                List.of(),
                some,
                transactions);
    }

    /** The snapshot after this one, with rows and parameters of an earlier one; what is committed stays committed. */
    Snapshot rollback(Snapshot earlier) {
        return successor("rollback", earlier.parameters, earlier.lists, earlier.segments, transactions);
    }

    /** The snapshot after this one, with other tags or an older version expired. */
    Snapshot keep(String newOperation, long newOldestVersion, Map<String, Long> newTags) {
        Snapshot next = successor(newOperation, parameters, lists, segments, transactions);
        return next.with(newOldestVersion, newTags, next.lists);
    }

    private Snapshot successor(
            String newOperation,
            IndexParameters newParameters,
            List<SegmentList> newLists,
            List<Segment> newSegments,
            Map<String, Long> newTransactions) {
        return new Snapshot(
                indexId,
                version + 1,
                UUID.randomUUID(),
                newOperation,
                Math.max(timestampMillis, System.currentTimeMillis()),
                newParameters,
                oldestVersion,
                tags,
                newLists,
                newSegments,
                newTransactions);
    }

    /** This snapshot with its segments listed in other files. */
    Snapshot withLists(List<SegmentList> newLists) {
        return with(oldestVersion, tags, newLists);
    }

    private Snapshot with(long newOldestVersion, Map<String, Long> newTags, List<SegmentList> newLists) {
        return new Snapshot(
                indexId,
                version,
                commitId,
                operation,
                timestampMillis,
                parameters,
                newOldestVersion,
                newTags,
                newLists,
                segments,
                transactions);
    }

    /** The lists that list the first of {@code others} as they do the first of this snapshot's segments. */
    private List<SegmentList> unchangedLists(List<Segment> others) {
        int listed = 0;
        for (int i = 0; i < lists.size(); i++) {
            int end = listed + lists.get(i).segments();
            if (end > others.size() || !segments.subList(listed, end).equals(others.subList(listed, end))) {
                return lists.subList(0, i);
            }
            listed = end;
        }
        return lists;
    }

    /** The segments that no list of {@link #lists} has. */
    List<Segment> unlistedSegments() {
        int listed = lists.stream().mapToInt(SegmentList::segments).sum();
        return segments.subList(listed, segments.size());
    }

    private static List<Segment> sequenced(List<Segment> added, long sequence) {
        return added.stream().map(segment -> segment.withSequence(sequence)).toList();
    }

    private static Map<String, Long> merged(Map<String, Long> transactions, Optional<Transaction> added) {
        var merged = new TreeMap<>(transactions);
        added.ifPresent(transaction -> {
            merged.merge(transaction.application(), transaction.version(), Math::max);
            transaction.forgetOldRuns(merged);
        });
        return merged;
    }

    /** Whether this snapshot already holds what {@code transaction} would commit. */
    public boolean includes(Transaction transaction) {
        Long committed = transactions.get(transaction.application());
        return committed != null && committed >= transaction.version();
    }

    /** Whether a version of the index can be relied on, as of this snapshot: no vacuum may delete its files. */
    public boolean retains(long earlier) {
        return earlier >= oldestVersion ? earlier <= version : tags.containsValue(earlier);
    }

    /** Segments of one shard, newest first: the order in which an id's row is decided. */
    public List<Segment> segmentsOf(int shard) {
        var found = new ArrayList<Segment>();
        for (int i = segments.size() - 1; i >= 0; i--) {
            if (segments.get(i).shard() == shard) {
                found.add(segments.get(i));
            }
        }
        return found;
    }

    /** Rows of all segments; an id that several segments hold counts once for each, and a deleted one as well. */
    public long rows() {
        return segments.stream().mapToLong(Segment::rows).sum();
    }

    public IndexSchema schema() {
        return parameters.schema();
    }

    public IndexMetric metric() {
        return parameters.metric();
    }

    /** Components of every vector; 0 while unknown, which an index without rows may be. */
    public int dim() {
        return parameters.dim();
    }

    public int shards() {
        return parameters.shards();
    }
}
