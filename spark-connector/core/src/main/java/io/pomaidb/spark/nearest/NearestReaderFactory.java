package io.pomaidb.spark.nearest;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.spark.row.FoundRows;
import io.pomaidb.spark.row.RowShape;
import io.pomaidb.spark.row.ShardPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.util.SerializableConfiguration;

/** Searches shards in the executors. */
record NearestReaderFactory(
        String path,
        Snapshot snapshot,
        PomaiOptions options,
        RowShape shape,
        RowFilter filter,
        QueryVectors query,
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
            try (var searcher = filter.on(view).searcher(shard)) {
                TopK hits = searcher.search(query, 0, 1, limit).get(0);
                long[] ids = IntStream.range(0, hits.size()).mapToLong(hits::id).toArray();
                return new NearestReader(
                        FoundRows.of(searcher, ids, shape).iterator(), searcher.counters(), searcher.cacheUse());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot search shard " + shard + " of index " + path, e);
        }
    }

    /** Without the configuration, which may hold secrets. */
    @Override
    public String toString() {
        return "pomaidb nearest rows of " + path;
    }
}
