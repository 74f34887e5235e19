package io.pomaidb.examples;

import com.github.jelmerk.hnswlib.core.DistanceFunctions;
import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.hnsw.HnswIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** What one does without an index of a data source: an hnswlib index in the memory of each partition. */
final class HnswlibSearch implements AutoCloseable {
    private final JavaRDD<HnswIndex<Long, float[], Vector, Float>> partitions;

    private HnswlibSearch(JavaRDD<HnswIndex<Long, float[], Vector, Float>> partitions) {
        this.partitions = partitions;
    }

    private static final class Vector implements Item<Long, float[]> {
        private static final long serialVersionUID = 1L;

        private final long id;
        private final float[] components;

        Vector(long id, float[] components) {
            this.id = id;
            this.components = components;
        }

        @Override
        public Long id() {
            return id;
        }

        @Override
        public float[] vector() {
            return components;
        }

        @Override
        public int dimensions() {
            return components.length;
        }
    }

    private record Hit(long id, float distance) implements java.io.Serializable {}

    /** Builds an index a partition, which stay in memory. */
    static HnswlibSearch build(Dataset<Row> rows, int count, int m, int efConstruction, int ef) {
        var partitions = rows.javaRDD()
                .mapPartitions(part ->
                        List.of(index(part, count, m, efConstruction, ef)).iterator())
                .persist(StorageLevel.MEMORY_ONLY());
        partitions.count();
        return new HnswlibSearch(partitions);
    }

    private static HnswIndex<Long, float[], Vector, Float> index(
            Iterator<Row> rows, int count, int m, int efConstruction, int ef) {
        HnswIndex<Long, float[], Vector, Float> index = HnswIndex.newBuilder(
                        BenchmarkVectors.DIM, DistanceFunctions.FLOAT_EUCLIDEAN_DISTANCE, count)
                .withM(m)
                .withEfConstruction(efConstruction)
                .withEf(ef)
                .build();
        rows.forEachRemaining(row -> index.add(new Vector(row.getLong(0), floats(row.getList(1)))));
        return index;
    }

    private static float[] floats(List<Float> list) {
        var floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = list.get(i);
        }
        return floats;
    }

    /** The ids of the best {@code k} rows of each query. */
    Map<Integer, List<Long>> search(JavaSparkContext context, List<float[]> queries, int k) {
        Broadcast<List<float[]>> sent = context.broadcast(queries);
        return partitions
                .flatMapToPair(index -> {
                    var found = new ArrayList<Tuple2<Integer, List<Hit>>>();
                    for (int query = 0; query < sent.value().size(); query++) {
                        found.add(new Tuple2<>(
                                query,
                                index.findNearest(sent.value().get(query), k).stream()
                                        .map(hit -> new Hit(hit.item().id(), hit.distance()))
                                        .toList()));
                    }
                    return found.iterator();
                })
                .reduceByKey((left, right) -> best(left, right, k))
                .mapValues(hits -> hits.stream().map(Hit::id).toList())
                .collectAsMap();
    }

    private static List<Hit> best(List<Hit> left, List<Hit> right, int k) {
        var all = new ArrayList<>(left);
        all.addAll(right);
        all.sort(Comparator.comparing(Hit::distance));
        return new ArrayList<>(all.subList(0, Math.min(k, all.size())));
    }

    @Override
    public void close() {
        partitions.unpersist();
    }
}
