package io.pomaidb.spark.nearest;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.Probes;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.spark.row.RowShape;
import io.pomaidb.spark.row.ShardPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** Of each shard the rows that are nearest to a vector; Spark finds the nearest among these. */
public final class NearestScan implements Scan, Batch, SupportsReportStatistics {
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Configuration configuration;
    private final StructType columns;
    private final RowFilter filter;
    private final NearestOrder order;

    /** A scan of some columns. Nothing is read yet. */
    public NearestScan(
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            Configuration configuration,
            StructType columns,
            RowFilter filter,
            NearestOrder order) {
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.configuration = configuration;
        this.columns = columns;
        this.filter = filter;
        this.order = order;
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
        return ShardPartition.of(snapshot.indexId(), shards());
    }

    private List<Integer> shards() {
        try {
            Probes probes = Probes.of(index, snapshot, order.query(), options);
            List<Integer> visited = snapshot.segments().stream()
                    .map(Segment::shard)
                    .distinct()
                    .sorted()
                    .filter(shard -> probes.queriesOf(shard).length > 0)
                    .toList();
            return filter.among(visited, snapshot);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the centroids of index " + index.path(), e);
        }
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
        return new NearestReaderFactory(
                index.path().toString(),
                snapshot,
                options,
                RowShape.of(snapshot.schema(), columns, snapshot.dim()),
                filter,
                order.query(),
                order.limit(),
                new SerializableConfiguration(configuration));
    }

    @Override
    public Statistics estimateStatistics() {
        long rows = (long) order.limit() * snapshot.shards();
        long rowBytes = Long.BYTES + (long) snapshot.dim() * Float.BYTES;
        return new FewRows(OptionalLong.of(rows * rowBytes), OptionalLong.of(rows));
    }

    @Override
    public CustomMetric[] supportedCustomMetrics() {
        return NearestReader.metrics();
    }

    private record FewRows(OptionalLong sizeInBytes, OptionalLong numRows) implements Statistics {}

    @Override
    public String description() {
        return "pomaidb nearest " + order.limit() + " of " + index.path() + " version " + snapshot.version() + " by "
                + snapshot.metric().optionName() + (filter.isAll() ? "" : ", filter: " + filter);
    }
}
