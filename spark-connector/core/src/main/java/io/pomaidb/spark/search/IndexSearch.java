package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.session.SentConfiguration;
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
 * @param configuration of Hadoop; null until it is sent, which a search by the driver itself does without
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
    /** A search that tasks can do, with the settings that the index was opened with. */
    static IndexSearch of(
            SparkSession spark,
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            HitFilter filter,
            HitColumns columns) {
        return unsent(index, snapshot, options, filter, columns).sent(spark, index);
    }

    /** A search for the driver itself. */
    static IndexSearch unsent(
            PomaiIndex index, Snapshot snapshot, PomaiOptions options, HitFilter filter, HitColumns columns) {
        return new IndexSearch(
                index.path().toString(), snapshot, options, filter, columns, options.topK(), false, null);
    }

    /** The same search for tasks. */
    IndexSearch sent(SparkSession spark, PomaiIndex index) {
        var sent = SentConfiguration.of(spark.sparkContext(), index.configuration());
        return new IndexSearch(path, snapshot, options, filter, columns, topK, exact, sent);
    }

    /** The same search for another number of hits. */
    IndexSearch nearest(int most, boolean exactly) {
        return new IndexSearch(path, snapshot, options, filter, columns, most, exactly, configuration);
    }

    /** The same search for hits that bring other columns. */
    IndexSearch bringing(HitColumns others) {
        return new IndexSearch(path, snapshot, options, filter, others, topK, exact, configuration);
    }

    /** The index as a task opens it. */
    PomaiIndex index() throws IOException {
        return PomaiIndex.at(new Path(path), configuration.value().value());
    }

    /** The snapshot as a task with some cores sees it, the filter left out, which depends on the shard. */
    SnapshotView view(PomaiIndex index, int cores) throws IOException {
        var view = SnapshotView.of(index, snapshot, options, cores);
        return exact ? view.exactly() : view;
    }

    /** How many hits a task holds at once, one at least. */
    int hitsAtOnce() {
        if (columns.fetched().isEmpty()) {
            return TaskPlan.MOST_HITS;
        }
        List<Segment> segments = snapshot.segments();
        return TaskPlan.hitsAtOnce(
                segments.stream().mapToLong(Segment::bytes).sum(),
                segments.stream().mapToLong(Segment::rows).sum());
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
