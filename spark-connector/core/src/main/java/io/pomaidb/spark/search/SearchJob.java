package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.Probes;
import io.pomaidb.spark.session.JobDescription;
import io.pomaidb.spark.session.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Searches a snapshot for queries: batch after batch is broadcast and searched shard by shard, and the best hits that
 * each shard has for a query meet in a shuffle. Where hits bring columns of their rows, the final ones go back to their
 * shards for these. The driver sees queries, never hits.
 */
final class SearchJob {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Queries queries;
    private final HitColumns columns;
    private final JavaSparkContext context;
    private final SerializableConfiguration configuration;

    SearchJob(
            SparkSession spark,
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            Queries queries,
            HitColumns columns) {
        this.spark = spark;
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.queries = queries;
        this.columns = columns;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.configuration = new SerializableConfiguration(SessionSettings.hadoopConfiguration(spark));
    }

    /** Reads the queries now, and gives their hits as rows that are found when they are asked for. */
    JavaRDD<InternalRow> rows() {
        return JobDescription.during(spark, "pomaidb reads what is searched for in " + index.path(), this::planned);
    }

    private JavaRDD<InternalRow> planned() {
        HitFilter filter = queries.condition(options)
                .map(new FilterPlan(spark, index, snapshot, options)::of)
                .orElse(HitFilter.ALL);
        var parts = new ArrayList<JavaRDD<InternalRow>>();
        new SearchBatches(queries, snapshot.parameters(), options.queryBatchBytes())
                .forEachRemaining(batch -> parts.add(rows(visiting(batch), filter)));
        return parts.size() == 1 ? parts.get(0) : union(parts);
    }

    private SearchBatch visiting(SearchBatch batch) {
        if (options.probes() == 0 || !snapshot.parameters().routing().isByCluster()) {
            return batch;
        }
        try {
            return batch.visiting(Probes.of(index, snapshot, batch.vectors(), options), snapshot.shards());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the centroids of index " + index.path(), e);
        }
    }

    private JavaRDD<InternalRow> rows(SearchBatch batch, HitFilter filter) {
        int cores = Math.max(1, context.defaultParallelism() / context.getConf().getInt("spark.task.cpus", 1));
        var tasks = TaskPlan.of(filter.among(shards(), snapshot), batch::visitors, cores);
        if (tasks.isEmpty()) {
            return context.emptyRDD();
        }
        Broadcast<SearchBatch> sent = context.broadcast(batch);
        int k = options.topK();
        var search = new ShardSearch(
                index.path().toString(), snapshot, options, filter, configuration, sent, tasks, SearchTally.of(spark));
        JavaPairRDD<Integer, Hits> hits = context.parallelize(
                        IntStream.range(0, tasks.size()).boxed().toList(), tasks.size())
                .mapPartitionsToPair(search)
                .reduceByKey((left, right) -> Hits.merge(left, right, k), Math.min(cores, batch.size()));
        hits.setName("pomaidb hits in " + index.path());
        if (columns.fetched().isEmpty()) {
            return hits.flatMap(new HitRows(sent, columns));
        }
        var fetch = new HitFetch(index.path().toString(), snapshot, options, configuration, sent, columns);
        return hits.flatMapToPair(SearchJob::byShard)
                .groupByKey(Math.min(cores, shards().size()))
                .flatMap(fetch);
    }

    private static Iterator<Tuple2<Integer, Hit>> byShard(Tuple2<Integer, Hits> merged) {
        Hits hits = merged._2();
        Stream<Tuple2<Integer, Hit>> each = IntStream.range(0, hits.size())
                .mapToObj(rank -> new Tuple2<>(hits.shard(rank), new Hit(merged._1(), rank, hits)));
        return each.iterator();
    }

    /** Those that have rows. */
    private List<Integer> shards() {
        return snapshot.segments().stream()
                .filter(segment -> segment.rows() > 0)
                .map(Segment::shard)
                .distinct()
                .sorted()
                .toList();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
    private JavaRDD<InternalRow> union(List<JavaRDD<InternalRow>> parts) {
        return parts.isEmpty() ? context.emptyRDD() : context.union(parts.toArray(new JavaRDD[0]));
    }
}
