package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.Probes;
import io.pomaidb.spark.session.JobDescription;
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
import scala.Tuple2;

/**
 * Searches a snapshot for queries, batch after batch. Where each executor may have the whole index, a task searches all of
 * it for some queries. Else the queries are broadcast and searched for shard by shard; the best hits that each shard has
 * for a query meet in a shuffle, and where hits bring columns of their rows, the final ones go back to their shards for
 * these. The driver sees queries, never hits.
 */
final class SearchJob {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Queries queries;
    private final HitColumns columns;
    private final JavaSparkContext context;

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
    }

    /** Reads the queries now, and gives their hits as rows that are found when they are asked for. */
    JavaRDD<InternalRow> rows() {
        return JobDescription.during(spark, "pomaidb reads what is searched for in " + index.path(), this::planned);
    }

    private JavaRDD<InternalRow> planned() {
        HitFilter filter = queries.condition(options)
                .map(new FilterPlan(spark, index, snapshot, options)::of)
                .orElse(HitFilter.ALL);
        var search = IndexSearch.of(spark, index, snapshot, options, filter, columns);
        var parts = new ArrayList<JavaRDD<InternalRow>>();
        new SearchBatches(queries, snapshot.parameters(), options.queryBatchBytes())
                .forEachRemaining(batch -> parts.add(rows(batch, search)));
        return parts.size() == 1 ? parts.get(0) : union(parts);
    }

    private JavaRDD<InternalRow> rows(SearchBatch batch, IndexSearch search) {
        int cores = Math.max(1, context.defaultParallelism() / context.getConf().getInt("spark.task.cpus", 1));
        long bytes = snapshot.segments().stream().mapToLong(Segment::bytes).sum();
        boolean cheap = search.filter().equals(HitFilter.ALL);
        return TaskPlan.byQueries(context.isLocal(), bytes, options.cacheMaxBytes(), batch.size(), cores, cheap)
                ? byQueries(batch, search, cores)
                : byShards(visiting(batch), search, cores);
    }

    private JavaRDD<InternalRow> byQueries(SearchBatch batch, IndexSearch search, int cores) {
        long bytes = (long) batch.size() * batch.vectors().dim() * Float.BYTES;
        int[] ends = TaskPlan.ofQueries(batch.size(), bytes, cores);
        var parts = new ArrayList<SearchBatch>();
        for (int part = 1; part < ends.length; part++) {
            parts.add(batch.part(ends[part - 1], ends[part]));
        }
        JavaRDD<InternalRow> hits =
                context.parallelize(parts, parts.size()).mapPartitions(new QuerySearch(search, SearchTally.of(spark)));
        return hits.setName("pomaidb hits in " + index.path());
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

    private JavaRDD<InternalRow> byShards(SearchBatch batch, IndexSearch search, int cores) {
        List<Integer> shards = search.shards();
        var tasks = TaskPlan.of(shards, batch::visitors, cores);
        if (tasks.isEmpty()) {
            return context.emptyRDD();
        }
        Broadcast<SearchBatch> sent = context.broadcast(batch);
        int k = options.topK();
        JavaPairRDD<Integer, Hits> hits = context.parallelize(
                        IntStream.range(0, tasks.size()).boxed().toList(), tasks.size())
                .mapPartitionsToPair(new ShardSearch(search, sent, tasks, SearchTally.of(spark)))
                .reduceByKey((left, right) -> Hits.merge(left, right, k), Math.min(cores, batch.size()));
        hits.setName("pomaidb hits in " + index.path());
        if (columns.fetched().isEmpty()) {
            return hits.flatMap(new HitRows(sent, columns));
        }
        return hits.flatMapToPair(SearchJob::byShard)
                .groupByKey(Math.min(cores, shards.size()))
                .flatMap(new HitFetch(search, sent));
    }

    private static Iterator<Tuple2<Integer, Hit>> byShard(Tuple2<Integer, Hits> merged) {
        Hits hits = merged._2();
        Stream<Tuple2<Integer, Hit>> each = IntStream.range(0, hits.size())
                .mapToObj(rank -> new Tuple2<>(hits.shard(rank), new Hit(merged._1(), rank, hits)));
        return each.iterator();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
    private JavaRDD<InternalRow> union(List<JavaRDD<InternalRow>> parts) {
        return parts.isEmpty() ? context.emptyRDD() : context.union(parts.toArray(new JavaRDD[0]));
    }
}
