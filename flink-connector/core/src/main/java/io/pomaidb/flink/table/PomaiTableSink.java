package io.pomaidb.flink.table;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.flink.sink.PomaiSink;
import io.pomaidb.flink.sink.PomaiSinkBuilder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.RowLevelModificationScanContext;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsBucketing;
import org.apache.flink.table.connector.sink.abilities.SupportsOverwrite;
import org.apache.flink.table.connector.sink.abilities.SupportsRowLevelDelete;
import org.apache.flink.table.connector.sink.abilities.SupportsRowLevelUpdate;
import org.apache.flink.table.connector.sink.abilities.SupportsTruncate;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * A table as statements write it: rows replace those of the same id, and with a primary key changelogs delete as well. The
 * planner's, and not for users.
 */
final class PomaiTableSink
        implements DynamicTableSink,
                SupportsOverwrite,
                SupportsBucketing,
                SupportsRowLevelDelete,
                SupportsRowLevelUpdate,
                SupportsTruncate {
    private final TableDefinition table;
    private final ResolvedSchema schema;
    private boolean overwrites;
    private boolean deletes;

    PomaiTableSink(TableDefinition table, ResolvedSchema schema) {
        this.table = table;
        this.schema = schema;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return schema.getPrimaryKey().isPresent() ? ChangelogMode.upsert() : ChangelogMode.insertOnly();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        ReadableConfig config = table.config();
        PomaiSinkBuilder<RowData> sink = PomaiSink.<RowData>builder()
                .options(table.access().texts())
                .hadoop(table.access().hadoop())
                .rows(deletes ? RowDataAdapter.ofDeletions(table) : RowDataAdapter.of(table));
        config.getOptional(TableOptions.SINK_ID).ifPresent(sink::sinkId);
        config.getOptional(TableOptions.SINK_SCRATCH_DIRECTORY).ifPresent(sink::scratchDirectory);
        config.getOptional(TableOptions.SINK_ORPHAN_AGE).ifPresent(sink::orphanAge);
        config.getOptional(TableOptions.SINK_SNAPSHOT_RETENTION).ifPresent(sink::snapshotRetention);
        if (config.get(TableOptions.SINK_COMPACTION)) {
            sink.compaction(CompactionPolicy.DEFAULT);
        }
        if (overwrites) {
            sink.overwrite();
        }
        return SinkV2Provider.of(
                sink.build(), config.getOptional(FactoryUtil.SINK_PARALLELISM).orElse(null));
    }

    @Override
    public void applyOverwrite(boolean overwrite) {
        overwrites = overwrite;
    }

    /** Flink finds the rows, and the sink is told their ids. */
    @Override
    public RowLevelDeleteInfo applyRowLevelDelete(RowLevelModificationScanContext context) {
        deletes = true;
        int id = table.required(ShownColumn.Kind.ID, "id_column");
        Column column = schema.getColumn(table.columns().get(id).name()).orElseThrow();
        return new RowLevelDeleteInfo() {
            @Override
            public Optional<List<Column>> requiredColumns() {
                return Optional.of(List.of(column));
            }
        };
    }

    /** Rows come whole, as they are to be, and replace those of the same id. */
    @Override
    public RowLevelUpdateInfo applyRowLevelUpdate(List<Column> updated, RowLevelModificationScanContext context) {
        String id = table.columns()
                .get(table.required(ShownColumn.Kind.ID, "id_column"))
                .name();
        if (updated.stream().anyMatch(column -> column.getName().equals(id))) {
            throw new ConfigurationException("Cannot update column " + id + " of index "
                    + table.access().options().path()
                    + ": rows are known by it (insert rows with other ids, and delete these)");
        }
        TableChange.checkDeclaresAllColumns(table);
        return new RowLevelUpdateInfo() {
            @Override
            public Optional<List<Column>> requiredColumns() {
                return Optional.of(
                        schema.getColumns().stream().filter(Column::isPhysical).toList());
            }
        };
    }

    @Override
    public void executeTruncation() {
        TableChange.truncate(table);
    }

    @Override
    public Set<TableDistribution.Kind> listAlgorithms() {
        return Set.of(TableDistribution.Kind.HASH, TableDistribution.Kind.UNKNOWN);
    }

    @Override
    public boolean requiresBucketCount() {
        return false;
    }

    @Override
    public DynamicTableSink copy() {
        var copy = new PomaiTableSink(table, schema);
        copy.overwrites = overwrites;
        copy.deletes = deletes;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "PomaiDB " + table.access().options().path();
    }
}
