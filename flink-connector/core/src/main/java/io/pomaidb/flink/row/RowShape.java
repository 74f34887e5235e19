package io.pomaidb.flink.row;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** The columns of the rows that are to be shown, in their order. Immutable. */
public final class RowShape implements Serializable {
    private static final long serialVersionUID = 1L;

    private final ArrayList<ShownColumn> columns;

    /** A shape of any columns, also none. */
    public RowShape(List<ShownColumn> columns) {
        this.columns = new ArrayList<>(columns);
    }

    /** Number of columns. */
    public int size() {
        return columns.size();
    }

    /** Column {@code i}. */
    public ShownColumn column(int i) {
        return columns.get(i);
    }

    /** Whether a column shows the vector. */
    public boolean hasVector() {
        return columns.stream().anyMatch(column -> column.kind() == ShownColumn.Kind.VECTOR);
    }

    /** Whether a column is read from payload files: string ids are. */
    public static boolean isStored(ShownColumn column) {
        return column.kind() == ShownColumn.Kind.PAYLOAD || isKey(column);
    }

    private static boolean isKey(ShownColumn column) {
        return column.kind() == ShownColumn.Kind.ID
                && column.type().isAnyOf(LogicalTypeRoot.CHAR, LogicalTypeRoot.VARCHAR);
    }

    /** Names of the columns to read from payload files, in the order in which {@link RowMaker} takes them. */
    public List<String> stored() {
        return columns.stream()
                .filter(RowShape::isStored)
                .map(ShownColumn::name)
                .distinct()
                .toList();
    }

    /**
     * Holds the columns against those of an index.
     *
     * @throws ConfigurationException if the index has a column not, or with another type; it names the column
     */
    public void check(Snapshot snapshot) {
        IndexSchema schema = snapshot.schema();
        for (ShownColumn column : columns) {
            switch (column.kind()) {
                case ID -> checkId(column, schema);
                case VECTOR -> {
                    if (!column.name().equals(schema.vectorColumn())) {
                        throw new ConfigurationException("Cannot read vectors as column " + column.name()
                                + ": the index has them as " + schema.vectorColumn() + " (set option vector_column)");
                    }
                }
                case PAYLOAD -> checkPayload(column, schema);
                default -> {
                    // Every row has these.
                }
            }
        }
    }

    private static void checkId(ShownColumn column, IndexSchema schema) {
        IdType type = ColumnTypes.id(column.name(), column.type());
        if (!column.name().equals(schema.idColumn()) || type != schema.idType()) {
            throw new ConfigurationException("Cannot read ids as column " + column.name() + " of type "
                    + column.type().asSummaryString() + ": the index has them as " + schema.idColumn() + " of type "
                    + ColumnTypes.of(schema.idType()).getLogicalType().asSummaryString()
                    + " (declare the column so, or set option id_column)");
        }
    }

    private static void checkPayload(ShownColumn column, IndexSchema schema) {
        PayloadType has = schema.payload().stream()
                .filter(payload -> payload.name().equals(column.name()))
                .map(PayloadColumn::type)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("Cannot read column " + column.name()
                        + ": the index has none of that name (it has: "
                        + String.join(
                                ", ",
                                schema.payload().stream()
                                        .map(PayloadColumn::name)
                                        .toList()) + ")"));
        LogicalType type = column.type();
        if (!has.equals(ColumnTypes.payload(column.name(), type))) {
            throw new ConfigurationException("Cannot read column " + column.name() + " as " + type.asSummaryString()
                    + ": the index has it as " + has + " (declare it as "
                    + ColumnTypes.of(has).getLogicalType().asSummaryString() + ")");
        }
    }
}
