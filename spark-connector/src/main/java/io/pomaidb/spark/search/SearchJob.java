package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.TopK;
import io.pomaidb.spark.session.SessionSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Searches a snapshot for queries: batch after batch is broadcast and searched shard by shard, and the best hits that
 * each shard has for a query meet in a shuffle. The driver sees queries, never hits.
 */
final class SearchJob {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Queries queries;
    private final JavaSparkContext context;

    SearchJob(SparkSession spark, PomaiIndex index, Snapshot snapshot, PomaiOptions options, Queries queries) {
        this.spark = spark;
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.queries = queries;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    /** Reads the queries now, and gives their hits as rows that are found when they are asked for. */
    JavaRDD<Row> rows() {
        var configuration = new SerializableConfiguration(SessionSettings.hadoopConfiguration(spark));
        var parts = new ArrayList<JavaRDD<Row>>();
        new SearchBatches(queries, snapshot.parameters(), options.queryBatchBytes())
                .forEachRemaining(batch -> parts.add(rows(batch, configuration)));
        return parts.size() == 1 ? parts.get(0) : union(parts);
    }

    private JavaRDD<Row> rows(SearchBatch batch, SerializableConfiguration configuration) {
        int cores = Math.max(1, context.defaultParallelism() / context.getConf().getInt("spark.task.cpus", 1));
        var tasks = TaskPlan.of(shards(), batch.size(), cores);
        if (tasks.isEmpty()) {
            return context.emptyRDD();
        }
        Broadcast<SearchBatch> sent = context.broadcast(batch);
        int k = options.topK();
        return context.parallelize(IntStream.range(0, tasks.size()).boxed().toList(), tasks.size())
                .mapPartitionsToPair(
                        new ShardSearch(index.path().toString(), snapshot, options, configuration, sent, tasks))
                .reduceByKey((left, right) -> TopK.merge(left, right, k), Math.min(cores, batch.size()))
                .flatMap(new HitRows(
                        sent, queries.idType().isPresent(), snapshot.schema().idType()));
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
    private JavaRDD<Row> union(List<JavaRDD<Row>> parts) {
        return parts.isEmpty() ? context.emptyRDD() : context.union(parts.toArray(new JavaRDD[0]));
    }
}
