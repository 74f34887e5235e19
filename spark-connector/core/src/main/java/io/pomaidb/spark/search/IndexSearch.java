package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.session.SentConfiguration;
import io.pomaidb.spark.session.SessionSettings;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What tasks have to know to search an index, whatever they search for. Immutable.
 *
 * @param path of the index
 * @param snapshot what is searched
 * @param options of which {@code probes} and those of a view count
 * @param filter the rows that hits may be
 * @param columns what hits bring along
 * @param topK how many hits a query has at most
 * @param exact whether every row is compared
 * @param configuration of Hadoop
 */
record IndexSearch(
        String path,
        Snapshot snapshot,
        PomaiOptions options,
        HitFilter filter,
        HitColumns columns,
        int topK,
        boolean exact,
        Broadcast<SerializableConfiguration> configuration)
        implements Serializable {
    /** A search with the settings of a session. */
    static IndexSearch of(
            SparkSession spark,
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            HitFilter filter,
            HitColumns columns) {
        var configuration = SentConfiguration.of(spark.sparkContext(), SessionSettings.hadoopConfiguration(spark));
        return new IndexSearch(
                index.path().toString(), snapshot, options, filter, columns, options.topK(), false, configuration);
    }

    /** The same search for another number of hits. */
    IndexSearch nearest(int most, boolean exactly) {
        return new IndexSearch(path, snapshot, options, filter, columns, most, exactly, configuration);
    }

    /** The same search for hits that bring other columns. */
    IndexSearch bringing(HitColumns others) {
        return new IndexSearch(path, snapshot, options, filter, others, topK, exact, configuration);
    }

    PomaiIndex index() throws IOException {
        return PomaiIndex.at(new Path(path), configuration.value().value());
    }

    /** The snapshot as a task with some cores sees it, the filter left out, which depends on the shard. */
    SnapshotView view(PomaiIndex index, int cores) throws IOException {
        var view = SnapshotView.of(index, snapshot, options, cores);
        return exact ? view.exactly() : view;
    }

    /** Shards that may have hits, ascending. */
    List<Integer> shards() {
        return filter.among(
                snapshot.segments().stream()
                        .filter(segment -> segment.rows() > 0)
                        .map(Segment::shard)
                        .distinct()
                        .sorted()
                        .toList(),
                snapshot);
    }

    /** Without what the configuration or the snapshot hold. */
    @Override
    public String toString() {
        return "search of " + path + " version " + snapshot.version();
    }
}
