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
import java.util.Optional;
import java.util.UUID;
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
    /** What the driver searches for itself; more is for tasks, which can be cancelled. */
    private static final int MOST_QUERIES_HERE = 1 << 14;

    private static final int MOST_HITS_HERE = 1 << 20;

    private static final long MOST_NANOS_HERE = 1_000_000_000;

    private final SparkSession spark;
    private final PomaiIndex index;
    private final IndexSearch search;
    private final JavaSparkContext context;
    private final int cores;

    /** All queries where one batch has them; null where there are none, or several batches. */
    private final SearchBatch only;

    /** The hits of each batch where there are several. The driver does not hold these: Spark's blocks do, on disk too. */
    private final List<JavaRDD<InternalRow>> parts = new ArrayList<>();

    /** The same search as tasks have it; null until some are to. */
    private IndexSearch sent;

    private SearchJob(SparkSession spark, PomaiIndex index, IndexSearch search, Iterator<SearchBatch> batches) {
        this.spark = spark;
        this.index = index;
        this.search = search;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.cores =
                Math.max(1, context.defaultParallelism() / context.getConf().getInt("spark.task.cpus", 1));
        SearchBatch first = batches.hasNext() ? batches.next() : null;
        this.only = batches.hasNext() ? null : first;
        if (batches.hasNext()) {
            parts.add(part(first));
            batches.forEachRemaining(batch -> parts.add(part(batch)));
        }
    }

    /** Reads the queries now; the index is searched when the hits are asked for. */
    static SearchJob of(
            SparkSession spark,
            PomaiIndex index,
            Snapshot snapshot,
            PomaiOptions options,
            Queries queries,
            HitColumns columns) {
        return JobDescription.during(spark, "pomaidb reads what is searched for in " + index.path(), () -> {
            HitFilter filter = queries.condition(options)
                    .map(new FilterPlan(spark, index, snapshot, options)::of)
                    .orElse(HitFilter.ALL);
            var batches = new SearchBatches(queries, snapshot.parameters(), options.queryBatchBytes());
            return new SearchJob(spark, index, IndexSearch.unsent(index, snapshot, options, filter, columns), batches);
        });
    }

    /** The hits as rows that are found when they are asked for. */
    JavaRDD<InternalRow> rows() {
        if (only == null) {
            return union(parts);
        }
        return isByQueries(only) ? byQueries(only) : byShards(visiting(only));
    }

    private IndexSearch sent() {
        if (sent == null) {
            sent = search.sent(spark, index);
        }
        return sent;
    }

    /** The hits of one batch among several, which is gone from the heap when others want its place. */
    private JavaRDD<InternalRow> part(SearchBatch batch) {
        return isByQueries(batch) ? byBroadcastQueries(batch) : byShards(visiting(batch));
    }

    /** The hits found by this thread, if the driver is the executor too and they are few; else empty. */
    Optional<InternalRow[]> rowsHere() {
        if (!context.isLocal() || only == null) {
            return Optional.empty();
        }
        SearchBatch batch = only;
        boolean few = batch.size() <= MOST_QUERIES_HERE && (long) batch.size() * search.topK() <= MOST_HITS_HERE;
        if (!few || !isByQueries(batch) || search.columns().fetched().isPresent()) {
            return Optional.empty();
        }
        try {
            var here = new DriverSearch(search, index, batch, cores, MOST_NANOS_HERE);
            int answered = here.run(SearchTally.of(spark));
            List<InternalRow> rows = here.rows();
            if (answered < batch.size()) {
                SearchBatch rest = batch.part(answered, batch.size());
                rows.addAll(JobDescription.during(spark, "pomaidb hits in " + search.path(), () -> byQueries(rest)
                        .collect()));
            }
            return Optional.of(rows.toArray(InternalRow[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot search index " + search.path(), e);
        } catch (InterruptedException e) {
            throw SearchJob.<RuntimeException>asSparkThrowsIt(e);
        }
    }

    /** An interrupted action of Spark ends with the plain exception, which Scala does not have to declare. */
    // The cast is to a type that exists for the compiler only.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> E asSparkThrowsIt(InterruptedException interrupted) throws E {
        throw (E) interrupted;
    }

    private SearchBatch visiting(SearchBatch batch) {
        Snapshot snapshot = search.snapshot();
        if (search.options().probes() == 0 || !snapshot.parameters().routing().isByCluster()) {
            return batch;
        }
        try {
            var probes = Probes.of(index, snapshot, batch.vectors(), search.options());
            return batch.visiting(probes, snapshot.shards());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the centroids of index " + search.path(), e);
        }
    }

    private boolean isByQueries(SearchBatch batch) {
        long bytes =
                search.snapshot().segments().stream().mapToLong(Segment::bytes).sum();
        boolean cheap = search.filter().equals(HitFilter.ALL);
        return TaskPlan.byQueries(
                context.isLocal(), bytes, search.options().cacheMaxBytes(), batch.size(), cores, cheap);
    }

    private JavaRDD<InternalRow> byQueries(SearchBatch batch) {
        long bytes = (long) batch.size() * batch.vectors().dim() * Float.BYTES;
        int[] ends = TaskPlan.ofQueries(batch.size(), bytes, cores);
        var parts = new ArrayList<SearchBatch>();
        for (int part = 1; part < ends.length; part++) {
            parts.add(batch.part(ends[part - 1], ends[part]));
        }
        return byQueries(context.parallelize(parts, parts.size()));
    }

    /** As {@link #byQueries}, with tasks that are sent where their queries begin and end. */
    private JavaRDD<InternalRow> byBroadcastQueries(SearchBatch batch) {
        Broadcast<SearchBatch> queries = context.broadcast(batch);
        int[] ends = TaskPlan.ofQueries(batch.size(), 0, cores);
        return byQueries(numbers(ends.length - 1).map(part -> queries.value().part(ends[part], ends[part + 1])));
    }

    private JavaRDD<InternalRow> byQueries(JavaRDD<SearchBatch> parts) {
        return parts.mapPartitions(new QuerySearch(sent(), SearchTally.of(spark)))
                .setName("pomaidb hits in " + search.path());
    }

    /** A number for each task, counted from 0. */
    private JavaRDD<Integer> numbers(int tasks) {
        return context.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks);
    }

    private JavaRDD<InternalRow> byShards(SearchBatch batch) {
        List<Integer> shards = search.shards();
        var tasks = TaskPlan.of(shards, batch::visitors, cores);
        if (tasks.isEmpty()) {
            return context.emptyRDD();
        }
        Broadcast<SearchBatch> queries = context.broadcast(batch);
        int k = search.topK();
        SearchTally tally = SearchTally.of(spark);
        UUID id = search.snapshot().indexId();
        List<Integer> places = tasks.stream().map(SearchTask::shard).toList();
        JavaPairRDD<Integer, Hits> hits = PlacedRdd.of(numbers(tasks.size()).rdd(), places, id)
                .mapPartitionsToPair(new ShardSearch(sent(), queries, tasks, tally))
                .reduceByKey((left, right) -> Hits.merge(left, right, k), Math.min(cores, batch.size()));
        hits.setName("pomaidb hits in " + search.path());
        if (search.columns().fetched().isEmpty()) {
            return hits.flatMap(new HitRows(queries, search.columns()));
        }
        JavaPairRDD<Integer, Hit> merged =
                hits.flatMapToPair(SearchJob::byShard).partitionBy(new ByShard(shards));
        return PlacedRdd.of(merged.rdd(), shards, id).mapPartitions(new HitFetch(sent(), queries, tally));
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
