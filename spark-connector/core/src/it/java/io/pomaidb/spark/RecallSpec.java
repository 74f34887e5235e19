package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.spark.TestVectors.Score;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

/** How many of the true neighbours a sharded index finds, on real vectors. */
abstract class RecallSpec extends SparkSpec {
    private static final int K = 10;

    RecallSpec(Master master) {
        super(master);
    }

    @Test
    void photographs() throws IOException {
        var data = TestData.folder("sift-photos");
        int dim = 128;
        var base = TestData.bytes(spark, data.resolve("base.u8"), dim);
        var queries = TestData.bytes(spark, data.resolve("query.u8"), dim);
        var truth = ByteBuffer.wrap(Files.readAllBytes(data.resolve("groundtruth_l2.i32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();

        var path = path("photographs");
        writer(base)
                .option("metric", "l2")
                .option("shards", 4)
                .option("hnsw_m", 16)
                .option("hnsw_ef_construction", 200)
                .save(path);
        var hits = search(path)
                .queries(queries)
                .queryId("id")
                .queryVector("embedding")
                .topK(K)
                .option("hnsw_ef_search", "64")
                .run();

        assertThat(recall(hits, query -> {
                    var nearest = new HashSet<Long>();
                    for (int i = 0; i < K; i++) {
                        nearest.add((long) truth.get(query * 100 + i));
                    }
                    return nearest;
                }))
                .isGreaterThanOrEqualTo(0.98);
    }

    @Test
    void words() throws IOException {
        int dim = 64;
        var file = TestData.folder("words").resolve("vectors.f32");
        var vectors = TestData.floats(file, dim);
        for (Score score : List.of(Score.IP, Score.COSINE)) {
            var path = path("words-" + score);
            writer(TestData.floats(spark, file, dim))
                    .option("metric", score.name())
                    .option("shards", 2)
                    .save(path);
            var queries = IntStream.range(0, 100)
                    .mapToObj(i -> RowFactory.create((long) i * 200, vectors.get(i * 200)))
                    .toArray(Row[]::new);
            var hits = search(path)
                    .queries(TestVectors.rows(spark, queries))
                    .queryId("id")
                    .queryVector("embedding")
                    .topK(K)
                    .run();

            assertThat(recall(hits, query -> Set.copyOf(score.nearest(vectors.get(query), vectors, K))))
                    .as(score.name())
                    .isGreaterThanOrEqualTo(0.99);
        }
    }

    /** The part of each query's true neighbours that was found, on average. Every query has all its hits. */
    private static double recall(Dataset<Row> hits, IntFunction<Set<Long>> nearest) {
        var found = new HashMap<Long, Set<Long>>();
        for (Row hit : hits.collectAsList()) {
            found.computeIfAbsent(hit.getAs("query_id"), query -> new HashSet<>())
                    .add(hit.getAs("id"));
        }
        assertThat(found.values()).allSatisfy(ids -> assertThat(ids).hasSize(K));
        long right = 0;
        for (var query : found.entrySet()) {
            query.getValue().retainAll(nearest.apply(query.getKey().intValue()));
            right += query.getValue().size();
        }
        return (double) right / (found.size() * K);
    }
}
