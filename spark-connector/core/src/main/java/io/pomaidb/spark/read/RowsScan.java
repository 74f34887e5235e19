package io.pomaidb.spark.read;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.filter.FilteredScan;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.spark.metric.CacheMetrics;
import io.pomaidb.spark.row.RowShape;
import io.pomaidb.spark.row.ShardPartition;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportPartitioning;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.connector.read.partitioning.KeyGroupedPartitioning;
import org.apache.spark.sql.connector.read.partitioning.Partitioning;
import org.apache.spark.sql.connector.read.partitioning.UnknownPartitioning;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** Rows of a snapshot: of each id the newest, in no particular order. */
public final class RowsScan implements Batch, SupportsReportStatistics, SupportsReportPartitioning, FilteredScan {
    static final int NO_LIMIT = -1;

    /** A guess, for plans that compare sizes. */
    private static final int PAYLOAD_CELL_BYTES = 16;

    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Configuration configuration;
    private final StructType columns;
    private final RowFilter filter;
    private final int limit;

    RowsScan(
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            Configuration configuration,
            StructType columns,
            RowFilter filter,
            int limit) {
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.configuration = configuration;
        this.columns = columns;
        this.filter = filter;
        this.limit = limit;
    }

    @Override
    public RowFilter filter() {
        return filter;
    }

    @Override
    public StructType readSchema() {
        return columns;
    }

    @Override
    public Batch toBatch() {
        return this;
    }

    @Override
    public InputPartition[] planInputPartitions() {
        List<Integer> shards = snapshot.segments().stream()
                .filter(segment -> segment.rows() > 0)
                .map(Segment::shard)
                .distinct()
                .sorted()
                .toList();
        return ShardPartition.of(snapshot.indexId(), filter.among(shards, snapshot));
    }

    /**
     * By bucket of the id where that is what a shard is, so that joins of indexes with as many shards need no shuffle. Spark
     * hashes an int or a string differently from the 64-bit id that it stands for.
     */
    @Override
    public Partitioning outputPartitioning() {
        InputPartition[] partitions = planInputPartitions();
        boolean byId = snapshot.schema().idType() == IdType.LONG
                && !snapshot.parameters().routing().isByCluster();
        return byId
                ? new KeyGroupedPartitioning(
                        new Expression[] {
                            Expressions.bucket(
                                    snapshot.shards(),
                                    "`" + snapshot.schema().idColumn().replace("`", "``") + "`")
                        },
                        partitions.length)
                : new UnknownPartitioning(partitions.length);
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
        return new ShardReaderFactory(
                index.path().toString(),
                snapshot,
                options,
                shape(),
                filter,
                limit,
                new SerializableConfiguration(configuration));
    }

    private RowShape shape() {
        return RowShape.of(snapshot.schema(), columns, snapshot.dim());
    }

    /** From the snapshot alone. An id that several segments hold counts once for each. */
    @Override
    public Statistics estimateStatistics() {
        RowShape shape = shape();
        long rowBytes = shape.engineBytes() + (long) shape.payload().size() * PAYLOAD_CELL_BYTES;
        long rows = limit == NO_LIMIT ? snapshot.rows() : Math.min(snapshot.rows(), limit);
        return new RowStatistics(OptionalLong.of(rows * rowBytes), OptionalLong.of(rows));
    }

    private record RowStatistics(OptionalLong sizeInBytes, OptionalLong numRows) implements Statistics {}

    @Override
    public CustomMetric[] supportedCustomMetrics() {
        return CacheMetrics.behind();
    }

    @Override
    public String description() {
        return "pomaidb rows of " + index.path() + " version " + snapshot.version()
                + (filter.isAll() ? "" : ", filter: " + filter) + (limit == NO_LIMIT ? "" : ", limit: " + limit);
    }
}
