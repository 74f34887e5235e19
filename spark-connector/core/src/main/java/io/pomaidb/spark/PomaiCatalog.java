package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.spark.function.CatalogFunctions;
import io.pomaidb.spark.procedure.ProcedureSource;
import io.pomaidb.spark.write.EmptyWrite;
import io.pomaidb.spark.write.IsolationLevel;
import io.pomaidb.write.WriteMode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.ProcedureCatalog;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.StagingTableCatalog;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A catalog whose tables are indexes. The name of a table is the path of its index, in back quotes; with the setting
 * {@code spark.sql.catalog.<name>.warehouse}, a name without a slash is a folder there. The catalog keeps no list of tables:
 * the index at the path is all there is.
 *
 * <p>On Spark 4 and later it has procedures too, in the namespace {@code system}.
 *
 * <p>{@link PomaiSource} sets one up as {@code spark.sql.catalog.pomaidb} on first use. Where that setting is there from
 * the start, SQL reaches an index by {@code pomaidb.`/path`}.
 */
@SuppressWarnings("deprecation") // Spark 3.5 has no other abstract methods for schemas.
public final class PomaiCatalog implements StagingTableCatalog, FunctionCatalog, ProcedureCatalog {
    static final String WAREHOUSE = "warehouse";
    private static final String PROCEDURES = "system";
    private static final long MICROS = 1_000_000;
    private static final long NANOS_OF_MICRO = 1_000;

    private String name = "";
    private CatalogPaths paths = new CatalogPaths(null);
    private IsolationLevel isolation = IsolationLevel.SNAPSHOT;

    @Override
    public void initialize(String catalogName, CaseInsensitiveStringMap options) {
        name = catalogName;
        paths = new CatalogPaths(options.get(WAREHOUSE));
        isolation = IsolationLevel.parse(options.get(IsolationLevel.SETTING));
    }

    @Override
    public String name() {
        return name;
    }

    /** Those of the warehouse. */
    @Override
    public Identifier[] listTables(String[] namespace) {
        return paths.list(namespace);
    }

    @Override
    public boolean tableExists(Identifier identifier) {
        return paths.location(identifier).flatMap(IndexLocation::latest).isPresent();
    }

    /**
     * The index at a path. A read or write by options gets a table in any case, since an append may be what creates the
     * index; by SQL there must be one.
     */
    @Override
    public Table loadTable(Identifier identifier) throws NoSuchTableException {
        if (identifier instanceof IndexIdentifier byOptions) {
            return IndexTable.load(StreamOptions.parse(byOptions.options()));
        }
        return load(identifier, Map.of());
    }

    /** The table as of a version, by its number or tag. */
    @Override
    public Table loadTable(Identifier identifier, String version) throws NoSuchTableException {
        return load(identifier, Map.of(PomaiOption.VERSION.optionName(), version));
    }

    /** The table as of a time, in microseconds since 1970. */
    @Override
    public Table loadTable(Identifier identifier, long timestamp) throws NoSuchTableException {
        return load(identifier, Map.of(PomaiOption.TIMESTAMP.optionName(), time(timestamp)));
    }

    /** Spark's time, in microseconds since 1970, as an option has it. */
    static String time(long timestamp) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(timestamp, MICROS), Math.floorMod(timestamp, MICROS) * NANOS_OF_MICRO)
                .toString();
    }

    private Table load(Identifier identifier, Map<String, String> given) throws NoSuchTableException {
        Optional<IndexLocation> location = paths.location(identifier);
        if (location.isEmpty() || location.get().latest().isEmpty()) {
            throw new NoSuchTableException(identifier);
        }
        var options = PomaiOptions.parse(given);
        return new SqlIndexTable(location.get(), location.get().snapshot(options), options, given, isolation);
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

    private StagedTable staged(
            Identifier identifier,
            StructType schema,
            Transform[] partitions,
            Map<String, String> properties,
            WriteMode mode) {
        var location = created(identifier, partitions, properties);
        return new StagedIndexTable(location, schema, TableProperties.options(properties), mode);
    }

    private IndexLocation created(Identifier identifier, Transform[] partitions, Map<String, String> properties) {
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
        if (properties.containsKey(PROP_COMMENT)) {
            throw refused("create", identifier, "it has a comment", "no COMMENT: an index keeps none");
        }
        return existing("create", identifier);
    }

    private IndexLocation existing(String what, Identifier identifier) {
        return paths.location(identifier).orElseThrow(() -> severalParts(what, name, identifier));
    }

    static ConfigurationException severalParts(String what, String catalog, Identifier identifier) {
        return refused(
                what,
                identifier,
                "its name has several parts and catalog " + catalog + " has no warehouse",
                "the path of the index, in back quotes; or set spark.sql.catalog." + catalog + "." + WAREHOUSE);
    }

    @Override
    public Table createTable(
            Identifier identifier, StructType schema, Transform[] partitions, Map<String, String> properties)
            throws TableAlreadyExistsException {
        var location = created(identifier, partitions, properties);
        TableProperties.refuseComments(identifier.name(), schema);
        if (location.latest().isPresent()) {
            throw new TableAlreadyExistsException(identifier);
        }
        var options = PomaiOptions.parse(TableProperties.options(properties));
        EmptyWrite.commit(location.spark(), location.index(), options, schema, WriteMode.CREATE);
        return new SqlIndexTable(
                location, location.snapshot(PomaiOptions.parse(Map.of())), options, Map.of(), isolation);
    }

    @Override
    public Table alterTable(Identifier identifier, TableChange... changes) throws NoSuchTableException {
        if (!tableExists(identifier)) {
            throw new NoSuchTableException(identifier);
        }
        new SchemaChange(existing("alter", identifier).index(), changes).commit();
        return loadTable(identifier);
    }

    /** Deletes the index with all its versions, at once. */
    @Override
    public boolean dropTable(Identifier identifier) {
        return paths.location(identifier).map(IndexRemoval::remove).orElse(false);
    }

    /** As {@link #dropTable}: nothing goes to a trash. */
    @Override
    public boolean purgeTable(Identifier identifier) {
        return dropTable(identifier);
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
        return namespace.length == 0 ? CatalogFunctions.list() : new Identifier[0];
    }

    @Override
    public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
        if (identifier.namespace().length > 0) {
            throw new NoSuchFunctionException(identifier);
        }
        return CatalogFunctions.find(identifier.name()).orElseThrow(() -> new NoSuchFunctionException(identifier));
    }

    /** Those in the namespace {@code system}. Called by Spark 4 and later. */
    @Override
    public UnboundProcedure loadProcedure(Identifier identifier) {
        String[] namespace = identifier.namespace();
        var source = ProcedureSource.find();
        if (namespace.length == 1 && namespace[0].equalsIgnoreCase(PROCEDURES)) {
            var found = source.procedure(identifier.name(), this::path);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new ConfigurationException("Cannot call " + identifier + " of catalog " + name
                + ": there is no such procedure (accepted: " + PROCEDURES + "."
                + String.join(", " + PROCEDURES + ".", source.names()) + ")");
    }

    @Override
    public Identifier[] listProcedures(String[] namespace) {
        return namespace.length == 1 && namespace[0].equalsIgnoreCase(PROCEDURES)
                ? ProcedureSource.find().names().stream()
                        .map(procedure -> Identifier.of(namespace, procedure))
                        .toArray(Identifier[]::new)
                : new Identifier[0];
    }

    /** The path of a table by its name in SQL, with this catalog's name before it or not. */
    private String path(String table) {
        var identifier = CatalogPaths.parse(name, table);
        return existing("find", identifier).index().path().toString();
    }
}
