package io.pomaidb.spark;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.spark.column.ColumnTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.connector.catalog.TableChange;

/** ALTER TABLE: adds payload columns, in which the rows that are there are null. */
final class SchemaChange {
    private final PomaiIndex index;
    private final List<PayloadColumn> added = new ArrayList<>();

    /**
     * A change.
     *
     * @throws ConfigurationException if it is another one than adding columns that may be null
     */
    SchemaChange(PomaiIndex index, TableChange... changes) {
        this.index = index;
        for (TableChange change : changes) {
            if (!(change instanceof TableChange.AddColumn column)) {
                throw refused(change.getClass().getSimpleName() + " is not possible", "ADD COLUMN");
            }
            added.add(column(column));
        }
    }

    private PayloadColumn column(TableChange.AddColumn column) {
        String name = String.join(".", column.fieldNames());
        if (column.fieldNames().length > 1 || !column.isNullable()) {
            throw refused(
                    "column " + name + " is in another one, or must not be null", "columns of rows, that may be null");
        }
        if (column.position() != null) {
            throw refused(
                    "column " + name + " is to stand " + column.position(),
                    "no FIRST and no AFTER: columns are added at the end");
        }
        if (column.comment() != null || column.defaultValue() != null) {
            throw refused(
                    "column " + name + " has a " + (column.comment() != null ? "comment" : "default value"),
                    "no COMMENT and no DEFAULT: an index keeps none");
        }
        return ColumnTypes.payload(column.dataType())
                .map(type -> new PayloadColumn(name, type))
                .orElseThrow(() -> refused(
                        "column " + name + " has the type " + column.dataType().catalogString(),
                        ColumnTypes.ACCEPTED_PAYLOAD));
    }

    private ConfigurationException refused(String why, String accepted) {
        return new ConfigurationException(
                "Cannot alter index " + index.path() + ": " + why + " (accepted: " + accepted + ")");
    }

    /** Commits it. */
    void commit() {
        try {
            index.commit(current -> Optional.of(altered(current.orElseThrow(
                    () -> new ConfigurationException("Cannot alter index " + index.path() + ": there is none")))));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot alter index " + index.path(), e);
        }
    }

    private Snapshot altered(Snapshot current) {
        IndexSchema schema = current.schema();
        var columns = new ArrayList<>(schema.payload());
        columns.addAll(added);
        return current.append(
                current.parameters().withSchema(schema.withPayload(columns)), List.of(), Optional.empty());
    }
}
