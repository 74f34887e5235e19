package io.pomaidb.spark.read;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.spark.row.RowShape;
import io.pomaidb.spark.row.ShardPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.util.SerializableConfiguration;

/** Opens shards in the executors. */
record ShardReaderFactory(
        String path,
        Snapshot snapshot,
        PomaiOptions options,
        RowShape shape,
        RowFilter filter,
        int limit,
        SerializableConfiguration configuration)
        implements PartitionReaderFactory {
    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
        int shard = ((ShardPartition) partition).shard();
        try {
            var index = PomaiIndex.at(new Path(path), configuration.value());
            var view =
                    SnapshotView.of(index, snapshot, options, TaskContext.get().cpus());
            return new ShardReader(filter.on(view).scan(shard, shape.payload()), shape, snapshot.dim(), limit);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open shard " + shard + " of index " + path, e);
        }
    }

    /** Without the configuration, which may hold secrets. */
    @Override
    public String toString() {
        return "pomaidb rows of " + path;
    }
}
