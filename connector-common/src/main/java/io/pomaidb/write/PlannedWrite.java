package io.pomaidb.write;

import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * What was decided when a write was planned, and all that its commit has to know: for who keeps it longer than a process
 * lives, such as in a checkpoint. Immutable.
 *
 * @param path the index
 * @param mode what the write does with what the index holds
 * @param parameters what the written segments have in common
 * @param basis the index as it was; null if there was none
 * @param columns the payload columns that the rows come with
 */
public record PlannedWrite(
        String path, WriteMode mode, IndexParameters parameters, Basis basis, List<PayloadColumn> columns)
        implements Serializable {
    public PlannedWrite {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(parameters, "parameters");
        columns = List.copyOf(columns);
    }

    /**
     * An index at the time of a plan.
     *
     * @param indexId which index
     * @param version its latest snapshot
     * @param parameters those of the snapshot
     */
    public record Basis(UUID indexId, long version, IndexParameters parameters) implements Serializable {
        public Basis {
            Objects.requireNonNull(indexId, "indexId");
            Objects.requireNonNull(parameters, "parameters");
        }

        static Basis of(Snapshot snapshot) {
            return new Basis(snapshot.indexId(), snapshot.version(), snapshot.parameters());
        }
    }
}
