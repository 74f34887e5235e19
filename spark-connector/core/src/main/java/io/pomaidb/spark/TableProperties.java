package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.ShardBy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.Snapshot;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A table's properties in SQL: the options that an index was made with. */
final class TableProperties {
    private static final Set<String> OF_SPARK = Set.of(
            TableCatalog.PROP_PROVIDER,
            TableCatalog.PROP_OWNER,
            TableCatalog.PROP_EXTERNAL,
            TableCatalog.PROP_IS_MANAGED_LOCATION);

    private TableProperties() {}

    /** Refuses comments of columns, which an index would lose. */
    static void refuseComments(String index, StructType schema) {
        for (StructField column : schema.fields()) {
            if (column.getComment().isDefined()) {
                throw new ConfigurationException("Cannot create index " + index + ": column " + column.name()
                        + " has a comment (accepted: no COMMENT: an index keeps none)");
            }
        }
    }

    /** The options among properties: those of SQL's OPTIONS come with a prefix, and without it once more. */
    static Map<String, String> options(Map<String, String> properties) {
        var options = new HashMap<>(properties);
        options.keySet().removeAll(OF_SPARK);
        properties.forEach((property, value) -> {
            if (property.startsWith(TableCatalog.OPTION_PREFIX)) {
                options.remove(property);
                options.put(property.substring(TableCatalog.OPTION_PREFIX.length()), value);
            }
        });
        return options;
    }

    /** Options with which an index like this one is made. */
    static Map<String, String> of(Snapshot snapshot) {
        IndexParameters parameters = snapshot.parameters();
        EngineParameters engine = parameters.engine();
        Map<String, String> properties = new LinkedHashMap<>();
        put(properties, PomaiOption.ID_COLUMN, parameters.schema().idColumn());
        put(properties, PomaiOption.VECTOR_COLUMN, parameters.schema().vectorColumn());
        put(properties, PomaiOption.METRIC, parameters.metric().optionName());
        if (parameters.dim() > 0) {
            put(properties, PomaiOption.DIM, Integer.toString(parameters.dim()));
        }
        put(properties, PomaiOption.SHARDS, Integer.toString(parameters.shards()));
        if (parameters.routing().isByCluster()) {
            put(properties, PomaiOption.SHARD_BY, ShardBy.CLUSTER.name().toLowerCase(Locale.ROOT));
        }
        put(properties, PomaiOption.HNSW_M, Integer.toString(engine.hnswM()));
        put(properties, PomaiOption.HNSW_EF_CONSTRUCTION, Integer.toString(engine.hnswEfConstruction()));
        put(properties, PomaiOption.HNSW_EF_SEARCH, Integer.toString(engine.hnswEfSearch()));
        put(properties, PomaiOption.ADAPTIVE_THRESHOLD, Integer.toString(engine.adaptiveThreshold()));
        return properties;
    }

    private static void put(Map<String, String> properties, PomaiOption option, String value) {
        properties.put(option.optionName(), value);
    }
}
