package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.spark.write.IdAsLong;
import io.pomaidb.write.WriteMode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.StagingTableCatalog;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The catalog behind {@code format("pomaidb")}: a table's name is the path of its index. It keeps no list of tables; the
 * index at the path is all there is.
 *
 * <p>{@link PomaiSource} sets it up as {@code spark.sql.catalog.pomaidb} on first use. Where that setting is there from
 * the start, SQL reaches an index by {@code pomaidb.`/path`}.
 */
@SuppressWarnings("deprecation") // Spark 3.5 has no other abstract methods for schemas.
public final class PomaiCatalog implements StagingTableCatalog, FunctionCatalog {
    private static final Set<String> PROPERTIES_OF_SPARK =
            Set.of(PROP_PROVIDER, PROP_OWNER, PROP_COMMENT, PROP_EXTERNAL, PROP_IS_MANAGED_LOCATION);

    private String name = "";

    @Override
    public void initialize(String catalogName, CaseInsensitiveStringMap options) {
        name = catalogName;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Identifier[] listTables(String[] namespace) {
        return new Identifier[0];
    }

    @Override
    public boolean tableExists(Identifier identifier) {
        return identifier.namespace().length == 0
                && location(identifier).latest().isPresent();
    }

    /**
     * The index at a path. A read or write by options gets a table in any case, since an append may be what creates the
     * index; by SQL there must be one.
     */
    @Override
    public Table loadTable(Identifier identifier) throws NoSuchTableException {
        if (identifier.namespace().length > 0) {
            throw new NoSuchTableException(identifier);
        }
        if (identifier instanceof IndexIdentifier byOptions) {
            return IndexTable.load(PomaiOptions.parse(byOptions.options()));
        }
        if (!tableExists(identifier)) {
            throw new NoSuchTableException(identifier);
        }
        return IndexTable.load(PomaiOptions.parse(Map.of(PomaiOption.PATH.optionName(), identifier.name())));
    }

    @Override
    public StagedTable stageCreate(
            Identifier identifier, StructType schema, Transform[] partitions, Map<String, String> properties)
            throws TableAlreadyExistsException {
        if (tableExists(identifier)) {
            throw new TableAlreadyExistsException(identifier);
        }
        return staged(identifier, schema, partitions, properties, WriteMode.CREATE);
    }

    @Override
    public StagedTable stageReplace(
            Identifier identifier, StructType schema, Transform[] partitions, Map<String, String> properties)
            throws NoSuchTableException {
        if (!tableExists(identifier)) {
            throw new NoSuchTableException(identifier);
        }
        return staged(identifier, schema, partitions, properties, WriteMode.OVERWRITE);
    }

    @Override
    public StagedTable stageCreateOrReplace(
            Identifier identifier, StructType schema, Transform[] partitions, Map<String, String> properties) {
        return staged(identifier, schema, partitions, properties, WriteMode.OVERWRITE);
    }

    private static StagedTable staged(
            Identifier identifier,
            StructType schema,
            Transform[] partitions,
            Map<String, String> properties,
            WriteMode mode) {
        if (identifier.namespace().length > 0) {
            throw refused("create", identifier, "its name has several parts", "the path of the index, in back quotes");
        }
        if (properties.containsKey(PROP_LOCATION)) {
            throw refused("create", identifier, "a location is given too", "the path as the table's name alone");
        }
        if (partitions.length > 0) {
            throw refused(
                    "create",
                    identifier,
                    "it is to be partitioned by columns",
                    "no partitioning: rows are sharded by their ids, see option " + PomaiOption.SHARDS.optionName());
        }
        return new StagedIndexTable(location(identifier), schema, options(properties), mode);
    }

    /** The options among a table's properties: those of SQL's OPTIONS come with a prefix, and without it once more. */
    private static Map<String, String> options(Map<String, String> properties) {
        var options = new HashMap<>(properties);
        options.keySet().removeAll(PROPERTIES_OF_SPARK);
        properties.forEach((property, value) -> {
            if (property.startsWith(OPTION_PREFIX)) {
                options.remove(property);
                options.put(property.substring(OPTION_PREFIX.length()), value);
            }
        });
        return options;
    }

    @Override
    public Table createTable(
            Identifier identifier, StructType schema, Transform[] partitions, Map<String, String> properties) {
        throw refused("create", identifier, "no rows come with it", "a query whose rows are written");
    }

    @Override
    public Table alterTable(Identifier identifier, TableChange... changes) {
        throw refused("alter", identifier, "its columns and parameters are fixed", "a write with mode overwrite");
    }

    @Override
    public boolean dropTable(Identifier identifier) {
        throw refused("drop", identifier, "SQL does not delete indexes", "deleting the directory");
    }

    @Override
    public void renameTable(Identifier from, Identifier to) {
        throw refused("rename", from, "its name is its path", "moving the directory while nobody uses it");
    }

    private static ConfigurationException refused(String what, Identifier identifier, String why, String accepted) {
        return new ConfigurationException(
                "Cannot " + what + " index " + identifier.name() + ": " + why + " (accepted: " + accepted + ")");
    }

    @Override
    public Identifier[] listFunctions(String[] namespace) {
        return namespace.length == 0
                ? new Identifier[] {Identifier.of(new String[0], IdAsLong.NAME)}
                : new Identifier[0];
    }

    @Override
    public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
        if (identifier.namespace().length == 0
                && identifier.name().toLowerCase(Locale.ROOT).equals(IdAsLong.NAME)) {
            return new IdAsLong();
        }
        throw new NoSuchFunctionException(identifier);
    }

    /** A name is parsed as the option is, so that both routes lead to one index; without the option it is empty. */
    private static IndexLocation location(Identifier identifier) {
        var name = identifier.name();
        var options = name.isEmpty() ? Map.<String, String>of() : Map.of(PomaiOption.PATH.optionName(), name);
        return IndexLocation.of(
                SparkSession.active(), PomaiOptions.parse(options).path());
    }
}
