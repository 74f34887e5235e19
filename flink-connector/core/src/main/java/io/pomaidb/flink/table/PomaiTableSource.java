package io.pomaidb.flink.table;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.flink.lookup.LookupSettings;
import io.pomaidb.flink.read.IndexSource;
import io.pomaidb.flink.read.Scan;
import io.pomaidb.flink.read.SnapshotChoice;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.flink.search.SearchSettings;
import io.pomaidb.flink.table.TableOptions.ScanMode;
import io.pomaidb.search.IdFilter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsLimitPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsStatisticReport;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.plan.stats.TableStats;
import org.apache.flink.table.types.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table as queries read it: scans that end, with the columns, conditions and limit that they need, and scans that follow the
 * index, whose changelog has every kind of change. The planner's, and not for users.
 */
public class PomaiTableSource
        implements ScanTableSource,
                LookupTableSource,
                SupportsProjectionPushDown,
                SupportsFilterPushDown,
                SupportsLimitPushDown,
                SupportsReadingMetadata,
                SupportsStatisticReport {
    private static final Logger LOG = LoggerFactory.getLogger(PomaiTableSource.class);

    /** The metadata columns by their keys. Never null, but a cast of a type that says so would be in VECTOR_SEARCH's way. */
    private static final Map<String, ShownColumn> METADATA = new LinkedHashMap<>();

    static {
        metadata(ShownColumn.Kind.SHARD, "_shard", DataTypes.INT());
        metadata(ShownColumn.Kind.SEGMENT, "_segment", DataTypes.STRING());
        metadata(ShownColumn.Kind.VERSION, "_version", DataTypes.BIGINT());
    }

    private final TableDefinition table;
    private int[] projected;
    private List<String> metadata = List.of();
    private PushedFilters filters;
    private long limit = Long.MAX_VALUE;

    /** A table of which all columns are read. */
    public PomaiTableSource(TableDefinition table) {
        this.table = table;
        this.projected = IntStream.range(0, table.columns().size()).toArray();
        this.filters = new PushedFilters(table, List.of());
    }

    /** A copy. */
    protected PomaiTableSource(PomaiTableSource other) {
        this.table = other.table;
        this.projected = other.projected;
        this.metadata = other.metadata;
        this.filters = other.filters;
        this.limit = other.limit;
    }

    private static void metadata(ShownColumn.Kind kind, String key, DataType type) {
        METADATA.put(key, new ShownColumn(kind, key, type.getLogicalType()));
    }

    /** The columns to give: those that were asked for, and behind them the metadata. */
    protected final RowShape shape() {
        var columns = new ArrayList<ShownColumn>();
        for (int place : projected) {
            columns.add(table.columns().get(place));
        }
        metadata.forEach(key -> columns.add(METADATA.get(key)));
        return new RowShape(columns);
    }

    /** How searches and lookups work. */
    protected final SearchSettings searchSettings() {
        ReadableConfig config = table.config();
        return new SearchSettings(
                table.access(),
                shape(),
                config.get(TableOptions.SEARCH_REFRESH_INTERVAL),
                config.get(TableOptions.SEARCH_MAX_RETRIES),
                config.get(TableOptions.SEARCH_BATCH_SIZE));
    }

    private boolean follows() {
        return table.config().get(TableOptions.SCAN_MODE) == ScanMode.CONTINUOUS;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return follows() ? ChangelogMode.all() : ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        ReadableConfig config = table.config();
        var scan = new Scan(table.access(), shape(), filters.predicate(), filters.ids(), limit, choice());
        IndexSource source = follows()
                ? IndexSource.continuous(scan, config.get(TableOptions.SCAN_POLL_INTERVAL))
                : IndexSource.bounded(scan);
        return SourceProvider.of(
                source, config.getOptional(FactoryUtil.SOURCE_PARALLELISM).orElse(null));
    }

    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
        List<Integer> keys =
                Arrays.stream(context.getKeys()).map(path -> path[0]).toList();
        var all = new Scan(
                table.access(), shape(), filters.predicate(), filters.ids(), Long.MAX_VALUE, SnapshotChoice.LATEST);
        return LookupProviders.of(
                table.config(),
                () -> new LookupSettings(searchSettings(), keys, filters.predicate(), filters.ids()),
                all);
    }

    private SnapshotChoice choice() {
        ReadableConfig config = table.config();
        var choice = new SnapshotChoice(
                config.getOptional(TableOptions.SCAN_VERSION).orElse(0L),
                config.get(TableOptions.SCAN_TAG),
                config.getOptional(TableOptions.SCAN_TIMESTAMP_MILLIS)
                        .map(Instant::ofEpochMilli)
                        .orElse(null));
        return choice.equals(SnapshotChoice.LATEST) ? SnapshotChoice.LATEST : choice;
    }

    @Override
    public boolean supportsNestedProjection() {
        return false;
    }

    @Override
    public void applyProjection(int[][] fields, DataType producedType) {
        projected = IntStream.range(0, fields.length).map(i -> fields[i][0]).toArray();
    }

    /** A scan that follows the index takes none: a row that no longer satisfies one would have to be told as gone. */
    @Override
    public Result applyFilters(List<ResolvedExpression> conditions) {
        if (follows()) {
            return Result.of(List.of(), conditions);
        }
        filters = new PushedFilters(table, conditions);
        return Result.of(filters.accepted(), filters.remaining());
    }

    @Override
    public void applyLimit(long rows) {
        if (!follows()) {
            limit = rows;
        }
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        var types = new LinkedHashMap<String, DataType>();
        METADATA.forEach((key, column) -> types.put(key, DataTypes.of(column.type())));
        return types;
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedType) {
        metadata = List.copyOf(keys);
    }

    @Override
    public TableStats reportStatistics() {
        boolean hidesRows = filters.predicate() != null || !filters.ids().equals(IdFilter.ALL);
        if (follows() || hidesRows) {
            return TableStats.UNKNOWN;
        }
        try {
            long rows = choice().of(table.access().index()).rows();
            return new TableStats(Math.min(rows, limit));
        } catch (IOException | ConfigurationException | DataException e) {
            LOG.debug("Cannot count the rows of {}", table.access(), e);
            return TableStats.UNKNOWN;
        }
    }

    @Override
    public DynamicTableSource copy() {
        return new PomaiTableSource(this);
    }

    @Override
    public String asSummaryString() {
        return "PomaiDB " + table.access().options().path();
    }
}
