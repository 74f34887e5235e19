package io.pomaidb.spark.search;

import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.sql.Row;
import org.roaringbitmap.longlong.Roaring64Bitmap;
import scala.Tuple2;

/** Ids as a compressed bitmap, in bytes, so that any serializer can send it. Immutable. */
final class AllowedIds implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;

    private AllowedIds(byte[] bytes) {
        this.bytes = bytes;
    }

    private static AllowedIds of(Roaring64Bitmap bitmap) {
        bitmap.runOptimize();
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            bitmap.serialize(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot pack ids", e);
        }
        return new AllowedIds(bytes.toByteArray());
    }

    /** A bitmap of its own for each call. */
    Roaring64Bitmap bitmap() {
        var bitmap = new Roaring64Bitmap();
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            bitmap.deserialize(in);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack ids", e);
        }
        return bitmap;
    }

    static AllowedIds merge(AllowedIds left, AllowedIds right) {
        Roaring64Bitmap both = left.bitmap();
        both.or(right.bitmap());
        return of(both);
    }

    /** The part of the ids that the rows of a shard have: where nearness tells the shard, all ids are one part. */
    static int partOf(int shard, Snapshot snapshot) {
        return snapshot.parameters().routing().isByCluster() ? 0 : shard;
    }

    /**
     * Packs ids by part.
     *
     * @param shards number of shards where the id tells the shard; else 1
     */
    record Packing(int shards) implements PairFlatMapFunction<Iterator<Row>, Integer, AllowedIds> {
        @Override
        public Iterator<Tuple2<Integer, AllowedIds>> call(Iterator<Row> rows) {
            Map<Integer, Roaring64Bitmap> parts = new HashMap<>();
            while (rows.hasNext()) {
                long id = rows.next().getLong(0);
                parts.computeIfAbsent(Sharding.shardOf(id, shards), part -> new Roaring64Bitmap())
                        .addLong(id);
            }
            List<Tuple2<Integer, AllowedIds>> packed = new ArrayList<>();
            parts.forEach((part, bitmap) -> packed.add(new Tuple2<>(part, of(bitmap))));
            return packed.iterator();
        }
    }
}
