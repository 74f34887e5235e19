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
        List<Segment> segments,
        Map<String, Long> transactions)
        implements Serializable {
    /** The version of the format that this code writes, and the highest that it reads. */
    public static final int FORMAT_VERSION = 1;

    static final String APPEND = "append";
    static final String OVERWRITE = "overwrite";

    public Snapshot {
        Objects.requireNonNull(indexId, "indexId");
        Objects.requireNonNull(commitId, "commitId");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(parameters, "parameters");
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
                sequenced(added, 1),
                merged(Map.of(), transaction));
    }

    /** The snapshot after this one, with segments added. */
    public Snapshot append(IndexParameters newParameters, List<Segment> added, Optional<Transaction> transaction) {
        var all = new ArrayList<>(segments);
        all.addAll(sequenced(added, version + 1));
        return successor(APPEND, newParameters, all, transaction);
    }

    /** The snapshot after this one, with all segments replaced. */
    public Snapshot overwrite(IndexParameters newParameters, List<Segment> added, Optional<Transaction> transaction) {
        return successor(OVERWRITE, newParameters, sequenced(added, version + 1), transaction);
    }

    private Snapshot successor(
            String newOperation,
            IndexParameters newParameters,
            List<Segment> newSegments,
            Optional<Transaction> transaction) {
        return new Snapshot(
                indexId,
                version + 1,
                UUID.randomUUID(),
                newOperation,
                Math.max(timestampMillis, System.currentTimeMillis()),
                newParameters,
                newSegments,
                merged(transactions, transaction));
    }

    private static List<Segment> sequenced(List<Segment> added, long sequence) {
        return added.stream().map(segment -> segment.withSequence(sequence)).toList();
    }

    private static Map<String, Long> merged(Map<String, Long> transactions, Optional<Transaction> added) {
        var merged = new TreeMap<>(transactions);
        added.ifPresent(transaction -> merged.merge(transaction.application(), transaction.version(), Math::max));
        return merged;
    }

    /** Whether this snapshot already holds what {@code transaction} would commit. */
    public boolean includes(Transaction transaction) {
        Long committed = transactions.get(transaction.application());
        return committed != null && committed >= transaction.version();
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

    /** Rows of all segments; an id that several segments hold counts once for each. */
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
