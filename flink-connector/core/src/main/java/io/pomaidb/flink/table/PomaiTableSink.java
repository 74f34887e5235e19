package io.pomaidb.flink.table;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.flink.sink.PomaiSink;
import io.pomaidb.flink.sink.PomaiSinkBuilder;
import java.util.Set;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsBucketing;
import org.apache.flink.table.connector.sink.abilities.SupportsOverwrite;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * A table as statements write it: rows replace those of the same id, and with a primary key changelogs delete as well. The
 * planner's, and not for users.
 */
final class PomaiTableSink implements DynamicTableSink, SupportsOverwrite, SupportsBucketing {
    private final TableDefinition table;
    private final boolean hasKey;
    private boolean overwrites;

    PomaiTableSink(TableDefinition table, boolean hasKey) {
        this.table = table;
        this.hasKey = hasKey;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return hasKey ? ChangelogMode.upsert() : ChangelogMode.insertOnly();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        ReadableConfig config = table.config();
        PomaiSinkBuilder<RowData> sink = PomaiSink.<RowData>builder()
                .options(table.access().texts())
                .hadoop(table.access().hadoop())
                .rows(new RowDataAdapter(table));
        config.getOptional(TableOptions.SINK_ID).ifPresent(sink::sinkId);
        config.getOptional(TableOptions.SINK_SCRATCH_DIRECTORY).ifPresent(sink::scratchDirectory);
        config.getOptional(TableOptions.SINK_ORPHAN_AGE).ifPresent(sink::orphanAge);
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
        var copy = new PomaiTableSink(table, hasKey);
        copy.overwrites = overwrites;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "PomaiDB " + table.access().options().path();
    }
}
