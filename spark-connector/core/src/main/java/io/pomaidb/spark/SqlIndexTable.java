package io.pomaidb.spark;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.read.RowsScanBuilder;
import io.pomaidb.spark.write.DeltaOperation;
import io.pomaidb.spark.write.EmptyWrite;
import io.pomaidb.spark.write.IsolationLevel;
import io.pomaidb.spark.write.ReadRows;
import io.pomaidb.write.WriteMode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.sql.connector.catalog.SupportsRowLevelOperations;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TruncatableTable;
import org.apache.spark.sql.connector.write.RowLevelOperationBuilder;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * An index as SQL knows a table: its columns are fixed, so that Spark resolves rows to them and casts, its rows can be
 * deleted, updated and merged, and what replaces all of them keeps the index's parameters.
 */
final class SqlIndexTable extends ReadableIndexTable implements SupportsRowLevelOperations, TruncatableTable {
    private final Snapshot snapshot;
    private final IsolationLevel isolation;

    /**
     * The oldest state that was read of this table: Spark has one table of a name in a statement, which a MERGE that only
     * inserts both reads and appends to.
     */
    private final AtomicReference<RowsScanBuilder> oldestRead = new AtomicReference<>();

    /**
     * A table.
     *
     * @param isolation of the operations that change its rows
     */
    SqlIndexTable(
            IndexLocation location,
            Snapshot snapshot,
            PomaiOptions options,
            Map<String, String> given,
            IsolationLevel isolation) {
        super(location, snapshot, Optional.empty(), options, given);
        this.snapshot = snapshot;
        this.isolation = isolation;
    }

    @Override
    public Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(TableProperties.of(snapshot));
        properties.put(TableCatalog.PROP_PROVIDER, PomaiSource.NAME);
        return properties;
    }

    @Override
    public Set<TableCapability> capabilities() {
        Set<TableCapability> capabilities = super.capabilities();
        capabilities.remove(TableCapability.ACCEPT_ANY_SCHEMA);
        return capabilities;
    }

    @Override
    Map<String, String> keptByOverwrite() {
        return TableProperties.of(snapshot);
    }

    @Override
    void noteRead(RowsScanBuilder rows) {
        oldestRead.accumulateAndGet(
                rows,
                (a, b) -> a == null || b.snapshot().version() < a.snapshot().version() ? b : a);
    }

    @Override
    Optional<ReadRows> readBy(PomaiOptions options) {
        return Optional.ofNullable(oldestRead.get()).map(read -> ReadRows.byInsert(read, options, isolation));
    }

    @Override
    public boolean truncateTable() {
        var options = parse(CaseInsensitiveStringMap.empty(), keptByOverwrite());
        EmptyWrite.commit(location().spark(), location().index(), options, schema(), WriteMode.OVERWRITE);
        return true;
    }

    @Override
    public RowLevelOperationBuilder newRowLevelOperationBuilder(RowLevelOperationInfo info) {
        return () -> new DeltaOperation(
                location().spark(),
                location().index(),
                parse(info.options(), Map.of()),
                snapshot.schema().idColumn(),
                info.command(),
                isolation,
                options -> rows(parse(options, Map.of())));
    }
}
