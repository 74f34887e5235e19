package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.Probes;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.row.FoundRows;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import scala.Function1;
import scala.collection.Iterable;

/**
 * The function of Spark's SQL that gives a vector's hits. What it opens for a task's first row serves all of them. For the
 * threads of one task.
 */
final class VectorSearch implements UDF1<Object, List<Row>> {
    private static final long serialVersionUID = 1L;
    private static final String COLUMN = "query_vector";

    private final String path;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final HitFilter filter;
    private final HitColumns columns;
    private final Broadcast<SerializableConfiguration> configuration;

    private transient Open open;

    VectorSearch(
            String path,
            Snapshot snapshot,
            PomaiOptions options,
            HitFilter filter,
            HitColumns columns,
            Broadcast<SerializableConfiguration> configuration) {
        this.path = path;
        this.snapshot = snapshot;
        this.options = options;
        this.filter = filter;
        this.columns = columns;
        this.configuration = configuration;
    }

    /** The hits of a vector, as Spark hands it over; none of null. */
    @Override
    public synchronized List<Row> call(Object vector) throws IOException {
        if (vector == null) {
            return List.of();
        }
        TaskContext task = TaskContext.get();
        if (task == null) {
            // The optimizer evaluates constants on the driver.
            try (var once = new Open(1)) {
                return once.search(components((Iterable<?>) vector));
            }
        }
        if (open == null || open.closed) {
            var opened = new Open(task.cpus());
            open = opened;
            task.addTaskCompletionListener((TaskCompletionListener) ended -> opened.close());
        }
        return open.search(components((Iterable<?>) vector));
    }

    private static float[] components(Iterable<?> vector) {
        var components = new float[vector.size()];
        var values = vector.iterator();
        for (int i = 0; i < components.length; i++) {
            if (!(values.next() instanceof Number component)) {
                throw new DataException("Cannot search for a vector: component " + i + " in column " + COLUMN
                        + " is null (accepted: finite numbers)");
            }
            components[i] = component.floatValue();
        }
        return components;
    }

    /** The index as one task has opened it. */
    private final class Open implements AutoCloseable {
        private final PomaiIndex index;
        private final SnapshotView view;
        private final List<Integer> shards;
        private final Map<Integer, ShardSearcher> searchers = new HashMap<>();
        private final Function1<Object, Object> external;
        private boolean closed;

        Open(int cores) throws IOException {
            index = PomaiIndex.at(new Path(path), configuration.value().value());
            view = SnapshotView.of(index, snapshot, options, cores);
            external = CatalystTypeConverters.createToScalaConverter(columns.schema());
            shards = filter.among(
                    snapshot.segments().stream()
                            .filter(segment -> segment.rows() > 0)
                            .map(Segment::shard)
                            .distinct()
                            .toList(),
                    snapshot);
        }

        private ShardSearcher searcher(int shard) throws IOException {
            ShardSearcher known = searchers.get(shard);
            if (known == null) {
                known = filter.on(view, shard).searcher(shard);
                searchers.put(shard, known);
            }
            return known;
        }

        List<Row> search(float[] vector) throws IOException {
            QueryVectors query = QueryVectors.builder(snapshot.parameters(), COLUMN)
                    .add("", VectorSource.of(vector))
                    .build();
            Probes probes = Probes.of(index, snapshot, query, options);
            Hits hits = null;
            for (int shard : shards) {
                if (probes.queriesOf(shard).length > 0) {
                    var found = Hits.of(
                            searcher(shard).search(query, 0, 1, options.topK()).get(0), shard);
                    hits = hits == null ? found : Hits.merge(hits, found, options.topK());
                }
            }
            var rows = new ArrayList<Row>();
            for (int rank = 0; hits != null && rank < hits.size(); rank++) {
                rows.add((Row) external.apply(row(hits, rank)));
            }
            return rows;
        }

        private GenericInternalRow row(Hits hits, int rank) throws IOException {
            if (columns.fetched().isEmpty()) {
                return HitRows.row(columns, null, hits, rank);
            }
            var found = FoundRows.of(
                    searcher(hits.shard(rank)),
                    new long[] {hits.id(rank)},
                    columns.fetched().get());
            return HitFetch.row(columns, null, rank, hits.score(rank), (GenericInternalRow) found.get(0));
        }

        @Override
        public void close() {
            closed = true;
            searchers.values().forEach(ShardSearcher::close);
            searchers.clear();
        }
    }
}
