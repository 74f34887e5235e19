package io.pomaidb.flink.table;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.flink.row.ShownColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * What {@code CREATE TABLE} says: the columns, which of them are id and vector, and how to reach the index. A table need not
 * declare all columns of its index. Immutable.
 */
public final class TableDefinition {
    private final IndexAccess access;
    private final ReadableConfig config;
    private final DataType physicalType;
    private final List<ShownColumn> columns;

    private TableDefinition(
            IndexAccess access, ReadableConfig config, DataType physicalType, List<ShownColumn> columns) {
        this.access = access;
        this.config = config;
        this.physicalType = physicalType;
        this.columns = List.copyOf(columns);
    }

    /**
     * Reads a definition.
     *
     * @param config the table's options, checked
     * @throws ConfigurationException if the columns or options do not fit together; it names them
     */
    static TableDefinition of(ResolvedCatalogTable table, ReadableConfig config) {
        Map<String, String> options = SharedOptions.of(table);
        var access = new IndexAccess(options, HadoopSettings.with(TableOptions.hadoop(table.getOptions())));
        DataType type = table.getResolvedSchema().toPhysicalRowDataType();
        return new TableDefinition(access, config, type, columns(access, (RowType) type.getLogicalType()));
    }

    private static List<ShownColumn> columns(IndexAccess access, RowType type) {
        var columns = new ArrayList<ShownColumn>();
        for (RowType.RowField field : type.getFields()) {
            LogicalType fieldType = field.getType();
            if (field.getName().equals(access.options().idColumn())) {
                ColumnTypes.checkId(field.getName(), fieldType);
                columns.add(new ShownColumn(ShownColumn.Kind.ID, field.getName(), fieldType));
            } else if (field.getName().equals(access.options().vectorColumn())) {
                ColumnTypes.checkVector(field.getName(), fieldType);
                columns.add(new ShownColumn(ShownColumn.Kind.VECTOR, field.getName(), fieldType));
            } else {
                ColumnTypes.checkPayload(field.getName(), fieldType);
                columns.add(new ShownColumn(ShownColumn.Kind.PAYLOAD, field.getName(), fieldType));
            }
        }
        return columns;
    }

    /** How to reach the index. */
    public IndexAccess access() {
        return access;
    }

    /** The other options. */
    public ReadableConfig config() {
        return config;
    }

    /** The type of rows with all columns that are stored. */
    public DataType physicalType() {
        return physicalType;
    }

    /** The columns that are stored, in the order of {@link #physicalType}. */
    public List<ShownColumn> columns() {
        return columns;
    }

    /** The column of a name, if it is stored. */
    Optional<ShownColumn> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    /**
     * Where the column of a kind stands.
     *
     * @param option names the column
     * @throws ConfigurationException if the table does not declare it
     */
    int required(ShownColumn.Kind kind, String option) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).kind() == kind) {
                return i;
            }
        }
        throw new ConfigurationException(
                "Cannot write to index " + access.options().path() + ": the table has no column that option " + option
                        + " names (declare it, or set the option)");
    }
}
