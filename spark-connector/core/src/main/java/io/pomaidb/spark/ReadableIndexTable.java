package io.pomaidb.spark;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.read.RowsScanBuilder;
import io.pomaidb.spark.row.MetadataField;
import io.pomaidb.spark.row.RowShape;
import io.pomaidb.spark.search.HitColumns;
import io.pomaidb.spark.search.HitsRelation;
import io.pomaidb.spark.search.HitsScan;
import io.pomaidb.spark.search.NearestRows;
import io.pomaidb.spark.search.NearestTable;
import io.pomaidb.spark.search.Queries;
import io.pomaidb.spark.session.SessionSettings;
import io.pomaidb.write.WriteMode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * An index, as its rows or, where the options bring queries, as their hits. Each run of a query reads the snapshot that
 * is the newest at that time, unless options name another.
 */
class ReadableIndexTable extends IndexTable implements SupportsRead, SupportsMetadataColumns, NearestTable {
    private final Optional<Queries> queries;
    private final IndexSchema indexSchema;

    ReadableIndexTable(
            IndexLocation location,
            Snapshot snapshot,
            Optional<Queries> queries,
            PomaiOptions options,
            Map<String, String> given) {
        super(location, schema(location, snapshot, queries, options), given, WriteMode.APPEND);
        this.queries = queries;
        this.indexSchema = snapshot.schema();
    }

    /** What the index calls its columns. */
    final IndexSchema indexSchema() {
        return indexSchema;
    }

    /** The table that options ask for, at a path where there is an index. */
    static ReadableIndexTable of(IndexLocation location, Snapshot snapshot, PomaiOptions options) {
        return new ReadableIndexTable(location, snapshot, location.queries(options), options, Map.of());
    }

    private static StructType schema(
            IndexLocation location, Snapshot snapshot, Optional<Queries> queries, PomaiOptions options) {
        return queries.map(some ->
                        HitColumns.of(location.index(), snapshot, some, options).schema())
                .orElseGet(() -> RowShape.schema(snapshot.schema()));
    }

    @Override
    public Set<TableCapability> capabilities() {
        var capabilities = EnumSet.copyOf(super.capabilities());
        capabilities.add(TableCapability.BATCH_READ);
        return capabilities;
    }

    /** Of rows; hits have none. */
    @Override
    public final MetadataColumn[] metadataColumns() {
        return queries.isPresent() ? new MetadataColumn[0] : MetadataField.columns();
    }

    @Override
    public final ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
        var parsed = parse(options, Map.of());
        if (queries.isEmpty()) {
            RowsScanBuilder rows = rows(parsed);
            noteRead(rows);
            return rows;
        }
        var snapshot = readable(parsed);
        var hits = new HitsRelation(location().spark(), location().index(), snapshot, parsed, queries.get());
        return () -> new HitsScan(hits);
    }

    /** Called for each read of the rows that Spark plans. */
    void noteRead(RowsScanBuilder rows) {
        // Nothing here depends on it.
    }

    /** A read of the rows, whatever else the table may give. */
    final RowsScanBuilder rows(PomaiOptions options) {
        return new RowsScanBuilder(
                location().index(),
                readable(options),
                options,
                SessionSettings.hadoopConfiguration(location().spark()));
    }

    private Snapshot readable(PomaiOptions options) {
        var snapshot = location().snapshot(options);
        location().refuseOthers(options, snapshot);
        refuseOtherColumns(schema(location(), snapshot, queries, options));
        return snapshot;
    }

    @Override
    public final Optional<NearestRows> nearestRows(CaseInsensitiveStringMap options) {
        if (queries.isPresent()) {
            return Optional.empty();
        }
        var parsed = parse(options, Map.of());
        return Optional.of(new NearestRows(location().spark(), location().index(), readable(parsed), parsed));
    }

    /** Columns that were added since the table was loaded do no harm. */
    private void refuseOtherColumns(StructType now) {
        if (!Arrays.asList(now.fields()).containsAll(Arrays.asList(schema().fields()))) {
            throw new DataException("Cannot read index " + name() + ": its columns changed to " + now.simpleString()
                    + " since it was loaded as " + schema().simpleString() + " (load it again)");
        }
    }
}
