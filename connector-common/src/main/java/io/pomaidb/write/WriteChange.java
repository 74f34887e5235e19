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
import java.util.UUID;

/** What a write changes, decided on the snapshot that the commit meets, which may be another than the planned one. */
final class WriteChange implements SnapshotUpdate {
    private final String path;
    private final WriteMode mode;
    private final IndexParameters parameters;
    private final UUID plannedOn;
    private final IndexParameters plannedParameters;
    private final List<Segment> segments;
    private final Optional<Transaction> transaction;
    private final boolean disjoint;

    /**
     * A change.
     *
     * @param disjoint whether no segment deletes anything from another of the same write
     */
    WriteChange(
            String path,
            WriteMode mode,
            IndexParameters parameters,
            UUID plannedOn,
            IndexParameters plannedParameters,
            List<WrittenSegment> written,
            boolean disjoint,
            Optional<Transaction> transaction) {
        this.path = path;
        this.disjoint = disjoint;
        this.mode = mode;
        this.parameters = parameters.withDim(dimOf(path, parameters.dim(), written));
        this.plannedOn = plannedOn;
        this.plannedParameters = plannedParameters;
        this.segments = written.stream().map(WrittenSegment::segment).toList();
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
            if (plannedOn != null) {
                throw conflict("the index was deleted");
            }
            return Optional.of(Snapshot.first(parameters, onlySegments(), transaction));
        }
        Snapshot snapshot = current.get();
        if (transaction.isPresent() && snapshot.includes(transaction.get())) {
            return Optional.empty();
        }
        if (mode == WriteMode.APPEND && segments.isEmpty() && transaction.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (mode) {
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
        if (plannedOn != null && !plannedOn.equals(snapshot.indexId())) {
            throw conflict("the index was replaced by another one");
        }
        if (has.metric() != parameters.metric()
                || !hasSameKeys(has.schema())
                || (has.dim() != 0 && parameters.dim() != 0 && has.dim() != parameters.dim())) {
            throw conflict(
                    "another writer gave the index other parameters: " + has + ", and this write has " + parameters);
        }
        if (!has.routesAs(parameters)) {
            throw new LayoutChangedException("Cannot commit to index " + path
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
        if (!snapshot.indexId().equals(plannedOn)) {
            throw conflict("another writer created or replaced the index");
        }
        IndexParameters has = snapshot.parameters();
        boolean dimLearned = plannedParameters.dim() == 0;
        if (!has.withDim(0).equals(plannedParameters.withDim(0))
                || (!dimLearned && has.dim() != plannedParameters.dim())) {
            throw conflict("another writer gave the index other parameters: " + has);
        }
        return snapshot.overwrite(parameters, onlySegments(), transaction);
    }

    private CommitConflictException conflict(String what) {
        return new CommitConflictException("Cannot commit to index " + path + ": since this write was planned, " + what
                + " (nothing was committed; write again)");
    }
}
