package io.pomaidb.write;

import io.pomaidb.error.DataException;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IndexParameters;
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

    WriteChange(
            String path,
            WriteMode mode,
            IndexParameters parameters,
            UUID plannedOn,
            IndexParameters plannedParameters,
            List<WrittenSegment> written,
            Optional<Transaction> transaction) {
        this.path = path;
        this.mode = mode;
        this.parameters = parameters.withDim(dimOf(path, parameters.dim(), written));
        this.plannedOn = plannedOn;
        this.plannedParameters = plannedParameters;
        this.segments = written.stream().map(WrittenSegment::segment).toList();
        this.transaction = transaction;
    }

    private static int dimOf(String path, int planned, List<WrittenSegment> written) {
        if (written.isEmpty()) {
            return planned;
        }
        WrittenSegment first = written.get(0);
        for (WrittenSegment other : written) {
            if (other.dim() != first.dim()) {
                throw new DataException("Cannot write index " + path + ": the vector of row " + first.exampleId()
                        + " has " + first.dim() + " components and that of row " + other.exampleId() + " has "
                        + other.dim() + " (all must have as many: set option dim to see which rows do not)");
            }
        }
        return first.dim();
    }

    @Override
    public Optional<Snapshot> apply(Optional<Snapshot> current) {
        if (current.isEmpty()) {
            if (plannedOn != null) {
                throw conflict("the index was deleted");
            }
            return Optional.of(Snapshot.first(parameters, segments, transaction));
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

    private Snapshot append(Snapshot snapshot) {
        IndexParameters has = snapshot.parameters();
        if (plannedOn != null && !plannedOn.equals(snapshot.indexId())) {
            throw conflict("the index was replaced by another one");
        }
        if (has.shards() != parameters.shards()
                || has.metric() != parameters.metric()
                || !has.schema().equals(parameters.schema())
                || (has.dim() != 0 && parameters.dim() != 0 && has.dim() != parameters.dim())) {
            throw conflict(
                    "another writer gave the index other parameters: " + has + ", and this write has " + parameters);
        }
        return snapshot.append(has.dim() == 0 ? has.withDim(parameters.dim()) : has, segments, transaction);
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
        return snapshot.overwrite(parameters, segments, transaction);
    }

    private CommitConflictException conflict(String what) {
        return new CommitConflictException("Cannot commit to index " + path + ": since this write was planned, " + what
                + " (nothing was committed; write again)");
    }
}
