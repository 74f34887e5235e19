package io.pomaidb.index;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The points that shards lie around, in an index whose rows go to the shard of the nearest one. Immutable and safe for any
 * number of threads.
 */
public final class Centroids {
    static final Pattern FILE = Pattern.compile("centroids-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.f32");

    private static final int MAX_BYTES = 1 << 30;
    private static final FileCache<Centroids> CACHE = new FileCache<>(256 << 20);

    private final int count;
    private final int dim;

    /** Component by component, those of all centroids side by side: so the loop over centroids runs in vector units. */
    private final float[] columns;

    private Centroids(int count, int dim, float[] columns) {
        this.count = count;
        this.dim = dim;
        this.columns = columns;
    }

    /**
     * Centroids from points.
     *
     * @param rows the points one after the other, {@code dim} components each
     */
    public static Centroids of(int dim, float[] rows) {
        int count = rows.length / dim;
        var columns = new float[rows.length];
        for (int c = 0; c < count; c++) {
            for (int d = 0; d < dim; d++) {
                columns[d * count + c] = rows[c * dim + d];
            }
        }
        return new Centroids(count, dim, columns);
    }

    /** Number of centroids, which is the number of shards. */
    public int count() {
        return count;
    }

    /** Components of each. */
    public int dim() {
        return dim;
    }

    /**
     * The shard of a row: that of the centroid at the least squared distance, whatever the index's metric, and of several
     * such centroids the first.
     *
     * @param vector as the index stores it, under the cosine metric scaled to length one
     */
    public int nearest(float[] vector) {
        return nearest(vector, new float[count]);
    }

    /** As {@link #nearest(float[])}, with the squared distance of each centroid left in {@code distances}. */
    public int nearest(float[] vector, float[] distances) {
        squaredDistances(vector, distances);
        int best = 0;
        for (int c = 1; c < count; c++) {
            if (distances[c] < distances[best]) {
                best = c;
            }
        }
        return best;
    }

    /**
     * The shards that a search for {@code query} visits first: those of the centroids that are nearest by the index's
     * metric.
     *
     * @param probes how many, at most all
     * @return shards, the nearest first
     */
    public int[] nearest(float[] query, int probes, IndexMetric metric) {
        var farness = new float[count];
        if (metric == IndexMetric.IP) {
            products(query, farness);
            for (int c = 0; c < count; c++) {
                farness[c] = -farness[c];
            }
        } else {
            squaredDistances(query, farness);
        }
        var nearest = new int[Math.min(probes, count)];
        int found = 0;
        for (int c = 0; c < count; c++) {
            int at = found < nearest.length ? found++ : nearest.length;
            while (at > 0 && farness[c] < farness[nearest[at - 1]]) {
                if (at < nearest.length) {
                    nearest[at] = nearest[at - 1];
                }
                at--;
            }
            if (at < nearest.length) {
                nearest[at] = c;
            }
        }
        return nearest;
    }

    private void squaredDistances(float[] vector, float[] distances) {
        java.util.Arrays.fill(distances, 0);
        for (int d = 0; d < dim; d++) {
            float component = vector[d];
            int column = d * count;
            for (int c = 0; c < count; c++) {
                float difference = columns[column + c] - component;
                distances[c] += difference * difference;
            }
        }
    }

    private void products(float[] vector, float[] products) {
        for (int d = 0; d < dim; d++) {
            float component = vector[d];
            int column = d * count;
            for (int c = 0; c < count; c++) {
                products[c] += columns[column + c] * component;
            }
        }
    }

    /** Writes the points into a new file of {@code directory}: little-endian floats, one point after the other. */
    SegmentFile write(FileSystem fileSystem, Path directory) throws IOException {
        var bytes = ByteBuffer.allocate(columns.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < count; c++) {
            for (int d = 0; d < dim; d++) {
                bytes.putFloat(columns[d * count + c]);
            }
        }
        fileSystem.mkdirs(directory);
        return SideFiles.write(
                fileSystem, new Path(directory, "centroids-" + UUID.randomUUID() + ".f32"), bytes.array());
    }

    /** Reads the points of a snapshot. */
    static Centroids read(FileSystem fileSystem, Path directory, IndexParameters parameters) throws IOException {
        SegmentFile file = parameters.routing().centroids();
        var path = new Path(directory, file.name());
        Centroids centroids = CACHE.get(path, file, () -> {
            LocalLinks.refuse(fileSystem, directory.getParent(), path);
            Centroids read = parse(path, SideFiles.read(fileSystem, path, file, MAX_BYTES), parameters);
            return new FileCache.Loaded<>(read, file.size());
        });
        if (centroids.count != parameters.shards() || centroids.dim != parameters.dim()) {
            throw wrongSize(path, file.size(), parameters);
        }
        return centroids;
    }

    private static Centroids parse(Path path, byte[] bytes, IndexParameters parameters) {
        if (bytes.length != (long) parameters.shards() * parameters.dim() * Float.BYTES || bytes.length == 0) {
            throw wrongSize(path, bytes.length, parameters);
        }
        var rows = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(rows);
        for (float component : rows) {
            if (!Float.isFinite(component)) {
                throw new DataException("Cannot read centroids " + path + ": a component is " + component
                        + " (accepted: finite numbers)");
            }
        }
        return of(parameters.dim(), rows);
    }

    private static DataException wrongSize(Path path, long bytes, IndexParameters parameters) {
        return new DataException("Cannot read centroids " + path + ": it has " + bytes + " bytes (expected "
                + parameters.shards() + " centroids of " + parameters.dim() + " floats)");
    }
}
