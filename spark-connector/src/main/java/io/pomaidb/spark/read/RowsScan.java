package io.pomaidb.spark.read;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.column.ColumnTypes;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** All rows of a snapshot: of each id the newest, in no particular order. */
public final class RowsScan implements Scan, Batch, SupportsReportStatistics {
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Configuration configuration;

    /** The rows of a snapshot. Nothing is read yet. */
    public RowsScan(PomaiIndex index, Snapshot snapshot, PomaiOptions options, Configuration configuration) {
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.configuration = configuration;
    }

    /** Columns of the rows of {@code snapshot}. */
    public static StructType schema(Snapshot snapshot) {
        return new StructType()
                .add(
                        snapshot.schema().idColumn(),
                        ColumnTypes.of(snapshot.schema().idType()),
                        false)
                .add(snapshot.schema().vectorColumn(), ColumnTypes.vector(), false);
    }

    @Override
    public StructType readSchema() {
        return schema(snapshot);
    }

    @Override
    public Batch toBatch() {
        return this;
    }

    @Override
    public InputPartition[] planInputPartitions() {
        return snapshot.segments().stream()
                .filter(segment -> segment.rows() > 0)
                .map(Segment::shard)
                .distinct()
                .sorted()
                .map(ShardPartition::new)
                .toArray(InputPartition[]::new);
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
        return new ShardReaderFactory(
                index.path().toString(), snapshot, options, new SerializableConfiguration(configuration));
    }

    /** From the snapshot alone. An id that several segments hold counts once for each. */
    @Override
    public Statistics estimateStatistics() {
        long rowBytes = Long.BYTES + (long) snapshot.dim() * Float.BYTES;
        return new RowStatistics(OptionalLong.of(snapshot.rows() * rowBytes), OptionalLong.of(snapshot.rows()));
    }

    private record RowStatistics(OptionalLong sizeInBytes, OptionalLong numRows) implements Statistics {}

    @Override
    public String description() {
        return "pomaidb rows of " + index.path();
    }
}
