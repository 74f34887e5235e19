package io.pomaidb.flink.catalog;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.flink.table.SharedOptions;
import io.pomaidb.flink.table.TableOptions;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.hadoop.conf.Configuration;

/** Indexes as the tables of a catalog, and the other way round. */
final class CatalogTables {
    /** What an index remembers; others would be lost with the statement. */
    private static final Set<PomaiOption> KEPT = EnumSet.of(
            PomaiOption.ID_COLUMN,
            PomaiOption.VECTOR_COLUMN,
            PomaiOption.DIM,
            PomaiOption.METRIC,
            PomaiOption.SHARDS,
            PomaiOption.HNSW_M,
            PomaiOption.HNSW_EF_CONSTRUCTION,
            PomaiOption.HNSW_EF_SEARCH,
            PomaiOption.ADAPTIVE_THRESHOLD);

    private CatalogTables() {}

    /**
     * The table that an index is.
     *
     * @param defaults options of all tables of the catalog
     */
    static CatalogTable of(PomaiIndex index, Snapshot snapshot, Map<String, String> defaults) {
        IndexSchema schema = snapshot.schema();
        Schema.Builder columns = Schema.newBuilder()
                .column(schema.idColumn(), ColumnTypes.of(schema.idType()).notNull())
                .column(schema.vectorColumn(), DataTypes.ARRAY(DataTypes.FLOAT()));
        for (PayloadColumn column : schema.payload()) {
            columns.column(column.name(), ColumnTypes.of(column.type()));
        }
        columns.primaryKey(schema.idColumn());
        var options = new HashMap<>(defaults);
        options.put(FactoryUtil.CONNECTOR.key(), TableOptions.CONNECTOR);
        options.put(PomaiOption.PATH.optionName(), index.path().toString());
        options.put(PomaiOption.VECTOR_COLUMN.optionName(), schema.vectorColumn());
        options.put(PomaiOption.METRIC.optionName(), snapshot.metric().optionName());
        EngineParameters engine = snapshot.parameters().engine();
        options.put(PomaiOption.HNSW_M.optionName(), Integer.toString(engine.hnswM()));
        options.put(PomaiOption.HNSW_EF_CONSTRUCTION.optionName(), Integer.toString(engine.hnswEfConstruction()));
        options.put(PomaiOption.HNSW_EF_SEARCH.optionName(), Integer.toString(engine.hnswEfSearch()));
        options.put(PomaiOption.ADAPTIVE_THRESHOLD.optionName(), Integer.toString(engine.adaptiveThreshold()));
        CatalogTable.Builder table =
                CatalogTable.newBuilder().schema(columns.build()).options(options);
        if (!snapshot.parameters().routing().isByCluster()) {
            table.distribution(TableDistribution.ofHash(List.of(schema.idColumn()), snapshot.shards()));
        }
        return table.build();
    }

    /**
     * Makes an index for a table, without rows.
     *
     * @throws ConfigurationException if the table cannot be one
     */
    static void create(PomaiIndex index, ResolvedCatalogTable table, Configuration configuration) throws IOException {
        PomaiOptions options = options(index, table);
        IdType idType = null;
        boolean hasVector = false;
        var payload = new ArrayList<PayloadColumn>();
        for (Column column : table.getResolvedSchema().getColumns()) {
            if (!column.isPhysical()) {
                throw new ConfigurationException("Cannot create table " + index.path() + ": column " + column.getName()
                        + " is computed or metadata, which an index does not remember (declare such a column in a"
                        + " temporary table or view)");
            }
            LogicalType type = column.getDataType().getLogicalType();
            if (column.getName().equals(options.idColumn())) {
                idType = ColumnTypes.id(column.getName(), type);
            } else if (column.getName().equals(options.vectorColumn())) {
                ColumnTypes.checkVector(column.getName(), type);
                hasVector = true;
            } else {
                payload.add(new PayloadColumn(column.getName(), ColumnTypes.payload(column.getName(), type)));
            }
        }
        if (idType == null || !hasVector) {
            throw new ConfigurationException("Cannot create table " + index.path() + ": it has no column "
                    + (idType == null ? options.idColumn() : options.vectorColumn()) + " (declare it, or set option "
                    + (idType == null ? "id_column, or a primary key" : "vector_column") + ")");
        }
        IndexWrite write = IndexWrite.plan(index, options, WriteMode.CREATE, idType, payload, Optional.empty());
        write.commit(configuration, List.of(), Optional.empty());
    }

    private static PomaiOptions options(PomaiIndex index, ResolvedCatalogTable table) {
        for (Map.Entry<String, String> option : table.getOptions().entrySet()) {
            String name = option.getKey();
            boolean isKept = KEPT.stream().anyMatch(kept -> kept.optionName().equals(name));
            boolean isConnector = name.equals(FactoryUtil.CONNECTOR.key())
                    && option.getValue().equals(TableOptions.CONNECTOR);
            if (!isKept && !isConnector) {
                throw new ConfigurationException("Cannot create table " + index.path() + " with option " + name
                        + ": an index does not remember it (accepted: "
                        + String.join(
                                ", ", KEPT.stream().map(PomaiOption::optionName).toList())
                        + "; give others to the catalog, or to a query by OPTIONS)");
            }
        }
        return PomaiOptions.parse(SharedOptions.of(table));
    }
}
