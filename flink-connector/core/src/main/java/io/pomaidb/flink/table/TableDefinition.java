package io.pomaidb.flink.table;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.flink.row.ShownColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.UniqueConstraint;
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
        Map<String, String> given = table.getOptions();
        var options = new HashMap<String, String>();
        for (PomaiOption option : TableOptions.shared()) {
            String text = given.get(option.optionName());
            if (text != null) {
                options.put(option.optionName(), text);
            }
        }
        idColumn(table.getResolvedSchema(), given)
                .ifPresent(column -> options.put(PomaiOption.ID_COLUMN.optionName(), column));
        var hadoop = new HashMap<String, String>();
        given.forEach((name, text) -> {
            if (name.startsWith(TableOptions.HADOOP_PREFIX)) {
                hadoop.put(name.substring(TableOptions.HADOOP_PREFIX.length()), text);
            }
        });
        String id =
                new IndexAccess(options, HadoopSettings.ofMachine()).options().idColumn();
        table.getDistribution()
                .flatMap(distribution -> shards(distribution, id, given))
                .ifPresent(shards -> options.put(PomaiOption.SHARDS.optionName(), shards.toString()));
        var access = new IndexAccess(options, HadoopSettings.with(hadoop));
        DataType type = table.getResolvedSchema().toPhysicalRowDataType();
        return new TableDefinition(access, config, type, columns(access, (RowType) type.getLogicalType()));
    }

    /** The id column that the primary key names, where no option does. */
    private static Optional<String> idColumn(ResolvedSchema schema, Map<String, String> given) {
        Optional<UniqueConstraint> key = schema.getPrimaryKey();
        if (key.isEmpty()) {
            return Optional.empty();
        }
        List<String> columns = key.get().getColumns();
        if (columns.size() != 1) {
            throw new ConfigurationException("Cannot use PRIMARY KEY (" + String.join(", ", columns)
                    + "): an index has one id column (accepted: one column)");
        }
        String option = given.get(PomaiOption.ID_COLUMN.optionName());
        if (option != null && !option.equals(columns.get(0))) {
            throw new ConfigurationException("Cannot use PRIMARY KEY (" + columns.get(0) + "): option id_column is "
                    + option + " (declare the id as primary key, or leave the option out)");
        }
        return Optional.of(columns.get(0));
    }

    private static Optional<Integer> shards(TableDistribution distribution, String id, Map<String, String> given) {
        if (distribution.getKind() == TableDistribution.Kind.RANGE) {
            throw new ConfigurationException(
                    "Cannot distribute a table BY RANGE (accepted: DISTRIBUTED BY HASH(" + id + ") INTO n BUCKETS)");
        }
        List<String> keys = distribution.getBucketKeys();
        if (!keys.isEmpty() && !keys.equals(List.of(id))) {
            throw new ConfigurationException("Cannot distribute a table BY (" + String.join(", ", keys)
                    + "): rows find their shard by the id " + id + " (accepted: DISTRIBUTED BY HASH(" + id
                    + ") INTO n BUCKETS)");
        }
        String option = given.get(PomaiOption.SHARDS.optionName());
        Optional<Integer> buckets = distribution.getBucketCount();
        if (buckets.isPresent()
                && option != null
                && !option.trim().equals(buckets.get().toString())) {
            throw new ConfigurationException("Cannot distribute a table INTO " + buckets.get()
                    + " BUCKETS: option shards is " + option + " (give one of them, or both alike)");
        }
        return buckets;
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

    /** Where the column of a kind stands; -1 if the table does not declare it. */
    int place(ShownColumn.Kind kind) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).kind() == kind) {
                return i;
            }
        }
        return -1;
    }
}
