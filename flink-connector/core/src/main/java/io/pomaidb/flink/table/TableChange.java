package io.pomaidb.flink.table;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.PlannedWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** What statements do to an index besides writing rows. */
final class TableChange {
    private TableChange() {}

    /** An action on an index. */
    @FunctionalInterface
    private interface Action {
        void on(PomaiIndex index) throws IOException;
    }

    private static void run(String what, TableDefinition table, Action action) {
        try {
            action.on(table.access().index());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot " + what + " index " + table.access().options().path(), e);
        }
    }

    /**
     * Removes all rows by one commit. The index keeps its columns and parameters, whatever options the table has.
     *
     * @throws ConfigurationException if there is no index
     */
    static void truncate(TableDefinition table) {
        run("truncate", table, index -> {
            Snapshot latest = index.latestExisting();
            var basis = new PlannedWrite.Basis(latest.indexId(), latest.version(), latest.parameters());
            var planned = new PlannedWrite(
                    index.path().toString(),
                    WriteMode.OVERWRITE,
                    latest.parameters(),
                    basis,
                    latest.schema().payload());
            IndexWrite.of(planned, table.access().options())
                    .commit(table.access().hadoop().load(), List.of(), Optional.empty());
        });
    }

    /**
     * Checks that a row which is written anew loses nothing.
     *
     * @throws ConfigurationException if the index has a column that the table does not declare; it names the column
     */
    static void checkDeclaresAllColumns(TableDefinition table) {
        run("update", table, index -> {
            for (PayloadColumn column : index.latestExisting().schema().payload()) {
                if (table.column(column.name()).isEmpty()) {
                    throw new ConfigurationException("Cannot update index " + index.path()
                            + ": the table does not declare column " + column.name()
                            + ", which the rows would lose (declare all columns of the index)");
                }
            }
        });
    }
}
