package io.pomaidb.write;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.Sharding;
import io.pomaidb.vector.VectorReader;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Finds the shards of one writer's rows. Where the vector tells the shard, an id may have been in any other: then the
 * router also keeps the ids of each shard, so that every segment can say which rows of others it replaces. For one thread.
 */
final class RowRouter {
    private final IndexParameters parameters;

    /** Null where the id tells the shard. */
    private final Centroids centroids;

    private final boolean stored;
    private final VectorReader reader;
    private final float[] vector;
    private final float[] distances;
    private final VectorSource source;
    private final Map<Integer, Roaring64Bitmap> ids = new HashMap<>();
    private final Roaring64Bitmap seen = new Roaring64Bitmap();
    private double scale = 1;
    private int shard;

    /** Undoes a row that the same writer has sent to a shard before. */
    @FunctionalInterface
    interface TakeBack {
        void remove(int shard, long id) throws IOException;
    }

    private RowRouter(IndexParameters parameters, Centroids centroids, boolean stored) {
        this.parameters = parameters;
        this.centroids = centroids;
        this.stored = stored;
        if (centroids == null) {
            this.reader = null;
            this.vector = null;
            this.distances = null;
            this.source = null;
        } else {
            IndexMetric metric = stored ? IndexMetric.IP : parameters.metric();
            this.reader = VectorReader.ofRows(parameters.schema().vectorColumn(), centroids.dim(), metric);
            this.vector = new float[centroids.dim()];
            this.distances = new float[centroids.count()];
            this.source = VectorSource.of(vector, () -> scale);
        }
    }

    /**
     * A router of new rows.
     *
     * @param centroids null where the id tells the shard
     */
    static RowRouter ofRows(IndexParameters parameters, Centroids centroids) {
        return new RowRouter(parameters, centroids, false);
    }

    /** A router of rows that the index has already: their vectors are as it stores them, and they replace none. */
    static RowRouter ofStoredRows(IndexParameters parameters, Centroids centroids) {
        return new RowRouter(parameters, centroids, true);
    }

    /** The metric by which a shard's build has to prepare the vectors that {@link #route} gives. */
    IndexMetric metric() {
        return stored || centroids != null ? IndexMetric.IP : parameters.metric();
    }

    /** Finds a row's {@link #shard}, and gives its vector as the build is to take it. */
    VectorSource route(long id, VectorSource row, TakeBack takeBack) throws IOException {
        if (centroids == null) {
            shard = Sharding.shardOf(id, parameters.shards());
            return row;
        }
        scale = reader.read(id, row, FloatBuffer.wrap(vector), 0);
        shard = centroids.nearest(vector, distances);
        if (!stored) {
            forget(id, shard, takeBack);
            ids.computeIfAbsent(shard, s -> new Roaring64Bitmap()).addLong(id);
            seen.addLong(id);
        }
        return source;
    }

    /** The shard of the row that was routed last. */
    int shard() {
        return shard;
    }

    /** The shard whose segment says that an id is deleted: in an index with centroids any will do. */
    int shardOfDeletion(long id) {
        return centroids == null ? Sharding.shardOf(id, parameters.shards()) : 0;
    }

    /** Takes back the row of an id that this writer has put into a shard, where the id does not tell which. */
    void forget(long id, TakeBack takeBack) throws IOException {
        forget(id, -1, takeBack);
        seen.removeLong(id);
    }

    private void forget(long id, int except, TakeBack takeBack) throws IOException {
        if (!seen.contains(id)) {
            return;
        }
        for (var other : ids.entrySet()) {
            if (other.getKey() != except && other.getValue().contains(id)) {
                other.getValue().removeLong(id);
                takeBack.remove(other.getKey(), id);
            }
        }
    }

    /** The ids whose older rows, in whatever shard, the rows of {@code ofShard} replace. */
    Roaring64Bitmap replaced(int ofShard) {
        return ids.getOrDefault(ofShard, new Roaring64Bitmap());
    }
}
