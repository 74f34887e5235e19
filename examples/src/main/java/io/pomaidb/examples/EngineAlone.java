package io.pomaidb.examples;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.IndexType;
import io.pomaidb.engine.Metric;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.QueryBatch;
import io.pomaidb.engine.SearchHits;
import io.pomaidb.engine.VectorBatch;
import io.pomaidb.index.Sharding;
import io.pomaidb.search.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * The engine without Spark: as many threads as cores take the shards of an index in turn. What a benchmark measures Spark
 * against.
 */
final class EngineAlone {
    private static final int BATCH = 4096;

    private final Path folder;
    private final int shards;
    private final int threads;
    private final DatabaseOptions options;

    EngineAlone(Path folder, int shards, int threads, int m, int efConstruction, int efSearch) {
        this.folder = folder;
        this.shards = shards;
        this.threads = threads;
        this.options = DatabaseOptions.builder(BenchmarkVectors.DIM)
                .metric(Metric.L2)
                .indexType(IndexType.HNSW)
                .hnswM(m)
                .hnswEfConstruction(efConstruction)
                .hnswEfSearch(efSearch)
                .adaptiveThreshold(0)
                .searchThreads(1)
                .build();
    }

    private interface ShardWork<T> {
        T run(int shard) throws IOException;
    }

    private <T> List<T> onEveryShard(ShardWork<T> work) throws InterruptedException, ExecutionException {
        var pool = Executors.newFixedThreadPool(threads);
        try {
            var tasks = new ArrayList<Callable<T>>();
            for (int shard = 0; shard < shards; shard++) {
                int own = shard;
                tasks.add(() -> work.run(own));
            }
            var answers = new ArrayList<T>();
            for (var done : pool.invokeAll(tasks)) {
                answers.add(done.get());
            }
            return answers;
        } finally {
            pool.shutdownNow();
        }
    }

    private Path directory(int shard) {
        return folder.resolve("shard-" + shard);
    }

    /** Writes the first rows of some vectors; splitting them by shard counts, as it does for Spark. Gives the seconds. */
    double write(BenchmarkVectors vectors, int rows) throws InterruptedException, ExecutionException {
        long started = System.nanoTime();
        onEveryShard(shard -> {
            Files.createDirectories(directory(shard));
            try (var database = PomaiDatabase.open(directory(shard), options);
                    var batch = new VectorBatch(BenchmarkVectors.DIM, BATCH)) {
                for (int id = 0; id < rows; id++) {
                    if (Sharding.shardOf(id, shards) == shard) {
                        int at = batch.add(id);
                        batch.vectors().put(at, vectors.values(), id * BenchmarkVectors.DIM, BenchmarkVectors.DIM);
                        if (batch.isFull()) {
                            database.putBatch(batch);
                            batch.clear();
                        }
                    }
                }
                database.putBatch(batch);
                database.freeze();
            }
            return null;
        });
        return (System.nanoTime() - started) / 1e9;
    }

    /** Opens the databases for searches. */
    List<PomaiDatabase> open() throws InterruptedException, ExecutionException {
        return onEveryShard(shard -> PomaiDatabase.open(directory(shard), options));
    }

    /** The ids of the best {@code k} rows for each query, merged over the shards. */
    List<List<Long>> search(List<PomaiDatabase> databases, float[] queries, int k)
            throws InterruptedException, ExecutionException {
        List<SearchHits> hits = onEveryShard(shard -> {
            try (var batch = new QueryBatch(BenchmarkVectors.DIM, queries)) {
                return databases.get(shard).searchBatch(batch, k);
            }
        });
        return IntStream.range(0, queries.length / BenchmarkVectors.DIM)
                .mapToObj(query -> best(hits, query, k))
                .toList();
    }

    private static List<Long> best(List<SearchHits> shards, int query, int k) {
        TopK best = TopK.EMPTY;
        for (SearchHits hits : shards) {
            best = TopK.merge(best, TopK.ofSorted(hits.ids(query), hits.scores(query)), k);
        }
        return Arrays.stream(best.ids()).boxed().toList();
    }
}
