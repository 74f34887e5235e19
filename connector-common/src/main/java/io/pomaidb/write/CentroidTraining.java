package io.pomaidb.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.vector.VectorReader;
import io.pomaidb.vector.VectorSource;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Finds centroids for an index whose rows go to the shard of the nearest one: k-means on a sample, which it draws from
 * the rows that it is shown. For one thread.
 */
public final class CentroidTraining {
    /** Vectors a centroid is trained on; more than some hundred make it no better. */
    private static final int SAMPLE_PER_CENTROID = 256;

    private static final int ITERATIONS = 12;

    private final IndexParameters parameters;
    private final int capacity;
    private final RandomGenerator random;
    private VectorReader reader;
    private int dim;
    private float[] sample = new float[0];
    private int size;
    private long shown;

    /**
     * A training of one centroid a shard.
     *
     * @param parameters of the index; where they say no dim, the first vector does
     */
    public CentroidTraining(IndexParameters parameters, RandomGenerator random) {
        this.parameters = parameters;
        this.capacity = sampleSize(parameters.shards());
        this.random = random;
    }

    /** A training for an index that is made with options. */
    public CentroidTraining(PomaiOptions options, RandomGenerator random) {
        this(ParameterCheck.wanted(options, IdType.LONG, List.of()), random);
    }

    /** How many vectors centroids of that number are trained on; more make them no better. */
    public static int sampleSize(int centroids) {
        return Math.multiplyExact(centroids, SAMPLE_PER_CENTROID);
    }

    /**
     * Shows a row as it will be written. Of many rows each has the same chance of being in the sample.
     *
     * @param vector read before this returns
     * @throws DataException as {@link ShardWriter#write}
     */
    public void add(long id, VectorSource vector) {
        if (reader == null) {
            dim = parameters.dim() == 0 ? vector.size() : parameters.dim();
            reader = VectorReader.ofRows(parameters.schema().vectorColumn(), dim, parameters.metric());
        }
        long place = shown < capacity ? shown : random.nextLong(shown + 1);
        shown++;
        if (place >= capacity) {
            return;
        }
        int end = Math.multiplyExact((int) place + 1, dim);
        if (end > sample.length) {
            int roomy = (int) Math.min((long) capacity * dim, Math.max(end, 2L * sample.length));
            sample = Arrays.copyOf(sample, roomy);
        }
        reader.read(id, vector, FloatBuffer.wrap(sample), end - dim);
        size = Math.max(size, (int) place + 1);
    }

    /**
     * The centroids of the rows that were shown.
     *
     * @throws DataException if there were fewer rows than shards
     */
    public Centroids train() {
        int count = parameters.shards();
        if (size < count) {
            throw new DataException("Cannot train " + count + " centroids: the sample has " + size
                    + " vectors (accepted: at least as many as shards)");
        }
        float[] points = first(count);
        Centroids centroids = Centroids.of(dim, points);
        var vector = new float[dim];
        var distances = new float[count];
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            var sums = new double[count * dim];
            var members = new int[count];
            for (int i = 0; i < size; i++) {
                System.arraycopy(sample, i * dim, vector, 0, dim);
                int nearest = centroids.nearest(vector, distances);
                members[nearest]++;
                for (int d = 0; d < dim; d++) {
                    sums[nearest * dim + d] += vector[d];
                }
            }
            for (int c = 0; c < count; c++) {
                for (int d = 0; d < dim; d++) {
                    // A centroid without members starts over at some vector.
                    points[c * dim + d] = (float) (sums[c * dim + d] / Math.max(1, members[c]));
                }
                if (members[c] == 0) {
                    System.arraycopy(sample, random.nextInt(size) * dim, points, c * dim, dim);
                }
            }
            centroids = Centroids.of(dim, points);
        }
        return centroids;
    }

    /** Vectors of the sample that lie far apart: each is drawn by its squared distance to those before it. */
    private float[] first(int count) {
        var points = new float[count * dim];
        var nearest = new double[size];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int chosen = random.nextInt(size);
        for (int c = 0; c < count; c++) {
            System.arraycopy(sample, chosen * dim, points, c * dim, dim);
            double sum = 0;
            for (int i = 0; i < size; i++) {
                nearest[i] = Math.min(nearest[i], squaredDistance(i, chosen));
                sum += nearest[i];
            }
            double drawn = random.nextDouble() * sum;
            chosen = 0;
            while (chosen < size - 1 && (drawn -= nearest[chosen]) > 0) {
                chosen++;
            }
        }
        return points;
    }

    private double squaredDistance(int left, int right) {
        float sum = 0;
        for (int d = 0; d < dim; d++) {
            float difference = sample[left * dim + d] - sample[right * dim + d];
            sum += difference * difference;
        }
        return sum;
    }
}
