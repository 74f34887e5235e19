package io.pomaidb.write;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.LayoutChangedException;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.SnapshotUpdate;
import io.pomaidb.index.Transaction;
import java.util.List;
import java.util.Optional;

/** What a write changes, decided on the snapshot that the commit meets, which may be another than the planned one. */
final class WriteChange implements SnapshotUpdate {
    private final PlannedWrite planned;
    private final IndexParameters parameters;
    private final List<Segment> segments;
    private final Optional<Transaction> transaction;
    private final boolean disjoint;

    /**
     * A change.
     *
     * @param layout of the segments, which may be another than the planned one
     * @param disjoint whether no segment deletes anything from another of the same write
     */
    WriteChange(
            PlannedWrite planned,
            IndexParameters layout,
            List<WrittenSegment> written,
            boolean disjoint,
            Optional<Transaction> transaction) {
        this.planned = planned;
        this.parameters = layout.withDim(dimOf(planned.path(), layout.dim(), written));
        this.segments = written.stream().map(WrittenSegment::segment).toList();
        this.disjoint = disjoint;
        this.transaction = transaction;
    }

    private static int dimOf(String path, int planned, List<WrittenSegment> written) {
        // A segment that only deletes has no vectors.
        List<WrittenSegment> withRows =
                written.stream().filter(segment -> segment.segment().rows() > 0).toList();
        if (withRows.isEmpty()) {
            return planned;
        }
        WrittenSegment first = withRows.get(0);
        for (WrittenSegment other : withRows) {
            if (other.dim() != first.dim()) {
                throw new DataException("Cannot write index " + path + ": the vector of row " + first.exampleId()
                        + " has " + first.dim() + " components and that of row " + other.exampleId() + " has "
                        + other.dim() + " (all must have as many: set option dim to see which rows do not)");
            }
        }
        return first.dim();
    }

    /** Components of the vectors; 0 while unknown. */
    int dim() {
        return parameters.dim();
    }

    @Override
    public Optional<Snapshot> apply(Optional<Snapshot> current) {
        if (current.isEmpty()) {
            if (planned.basis() != null) {
                throw conflict("the index was deleted");
            }
            return Optional.of(Snapshot.first(parameters, onlySegments(), transaction));
        }
        Snapshot snapshot = current.get();
        if (transaction.isPresent() && snapshot.includes(transaction.get())) {
            return Optional.empty();
        }
        if (planned.mode() == WriteMode.APPEND && segments.isEmpty() && transaction.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (planned.mode()) {
                    case CREATE -> throw conflict("another writer created the index");
                    case APPEND -> append(snapshot);
                    case OVERWRITE -> overwrite(snapshot);
                });
    }

    /** None while the index has no dim: it has no rows, and deletions alone say nothing. */
    private List<Segment> segmentsIn(IndexParameters after) {
        return after.dim() == 0 ? List.of() : segments;
    }

    /** The segments where there are no older ones to delete from. */
    private List<Segment> onlySegments() {
        List<Segment> all = segmentsIn(parameters);
        return disjoint
                ? all.stream()
                        .filter(segment -> segment.rows() > 0)
                        .map(Segment::withoutTombstones)
                        .toList()
                : all;
    }

    private Snapshot append(Snapshot snapshot) {
        IndexParameters has = snapshot.parameters();
        if (planned.basis() != null && !isOf(planned.basis(), snapshot)) {
            throw conflict("the index was replaced by another one");
        }
        if (has.metric() != parameters.metric()
                || !hasSameKeys(has.schema())
                || (has.dim() != 0 && parameters.dim() != 0 && has.dim() != parameters.dim())) {
            throw conflict(
                    "another writer gave the index other parameters: " + has + ", and this write has " + parameters);
        }
        if (!has.routesAs(parameters)) {
            throw new LayoutChangedException("Cannot commit to index " + planned.path()
                    + ": other commits change its shards all the time (nothing was committed; write again)");
        }
        IndexParameters after = (has.dim() == 0 ? has.withDim(parameters.dim()) : has).withSchema(joined(has.schema()));
        List<Segment> added = snapshot.segments().isEmpty() ? onlySegments() : segmentsIn(after);
        return snapshot.append(after, added, transaction);
    }

    private boolean hasSameKeys(IndexSchema schema) {
        return schema.withPayload(List.of()).equals(parameters.schema().withPayload(List.of()));
    }

    /** Others may have added columns since the plan, and so may this write. */
    private IndexSchema joined(IndexSchema has) {
        try {
            return has.plus(parameters.schema());
        } catch (ConfigurationException e) {
            throw (CommitConflictException) conflict("another writer added a payload column that this write has too, of"
                            + " another type: " + e.getMessage())
                    .initCause(e);
        }
    }

    private Snapshot overwrite(Snapshot snapshot) {
        PlannedWrite.Basis basis = planned.basis();
        if (basis == null || !isOf(basis, snapshot)) {
            throw conflict("another writer created or replaced the index");
        }
        IndexParameters has = snapshot.parameters();
        boolean dimLearned = basis.parameters().dim() == 0;
        if (!has.withDim(0).equals(basis.parameters().withDim(0))
                || (!dimLearned && has.dim() != basis.parameters().dim())) {
            throw conflict("another writer gave the index other parameters: " + has);
        }
        return snapshot.overwrite(parameters, onlySegments(), transaction);
    }

    private static boolean isOf(PlannedWrite.Basis basis, Snapshot snapshot) {
        return basis.indexId().equals(snapshot.indexId());
    }

    private CommitConflictException conflict(String what) {
        return new CommitConflictException("Cannot commit to index " + planned.path()
                + ": since this write was planned, " + what + " (nothing was committed; write again)");
    }
}
