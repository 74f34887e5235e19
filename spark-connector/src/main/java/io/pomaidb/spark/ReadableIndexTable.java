package io.pomaidb.spark;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.read.RowsScan;
import io.pomaidb.spark.search.HitsRelation;
import io.pomaidb.spark.search.HitsScan;
import io.pomaidb.spark.search.Queries;
import io.pomaidb.spark.session.SessionSettings;
import io.pomaidb.write.WriteMode;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * An index, as its rows or, where the options bring queries, as their hits. Each run of a query reads the snapshot that
 * is the newest at that time.
 */
final class ReadableIndexTable extends IndexTable implements SupportsRead {
    private final Optional<Queries> queries;

    private ReadableIndexTable(IndexLocation location, StructType schema, Optional<Queries> queries) {
        super(location, schema, Map.of(), WriteMode.APPEND);
        this.queries = queries;
    }

    /** The table that options ask for, at a path where there is an index. */
    static ReadableIndexTable of(IndexLocation location, Snapshot snapshot, PomaiOptions options) {
        var queries = location.queries(options);
        return new ReadableIndexTable(location, schema(snapshot, queries), queries);
    }

    private static StructType schema(Snapshot snapshot, Optional<Queries> queries) {
        return queries.map(some -> HitsRelation.schema(some, snapshot)).orElseGet(() -> RowsScan.schema(snapshot));
    }

    @Override
    public Set<TableCapability> capabilities() {
        var capabilities = EnumSet.copyOf(super.capabilities());
        capabilities.add(TableCapability.BATCH_READ);
        return capabilities;
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
        var parsed = parse(options);
        return () -> scan(parsed);
    }

    private Scan scan(PomaiOptions options) {
        var snapshot = location().latestExisting();
        location().refuseOthers(options, snapshot);
        if (!schema(snapshot, queries).equals(schema())) {
            throw new DataException("Cannot read index " + name() + ": its columns changed to "
                    + schema(snapshot, queries).simpleString() + " since it was loaded as "
                    + schema().simpleString() + " (load it again)");
        }
        if (queries.isPresent()) {
            return new HitsScan(
                    new HitsRelation(location().spark(), location().index(), snapshot, options, queries.get()));
        }
        return new RowsScan(
                location().index(),
                snapshot,
                options,
                SessionSettings.hadoopConfiguration(location().spark()));
    }
}
