package io.pomaidb.spark.write;

import io.pomaidb.spark.column.RowVector;
import io.pomaidb.spark.column.VectorColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Draws vectors of a DataFrame at random, by one job that reads all of it. What cannot be written, such as a vector with NaN,
 * is left out here: the write says which row it is in.
 */
final class VectorSample {
    private static final int LEAST_OF_A_PARTITION = 64;

    /** The same rows in the same partitions give the same sample. */
    private static final long SEED = 42;

    private VectorSample() {}

    /**
     * About as many vectors as asked for, or all where there are fewer.
     *
     * @param dim of the vectors; 0 for that of the first
     */
    static List<float[]> of(Dataset<Row> rows, VectorColumn column, int dim, int wanted) {
        JavaRDD<InternalRow> internal = rows.queryExecution().toRdd().toJavaRDD();
        int ofEach = Math.max(LEAST_OF_A_PARTITION, 2 * wanted / Math.max(1, internal.getNumPartitions()));
        List<float[]> drawn = internal.mapPartitions(new Draw(column, ofEach)).collect();
        float heaviest = 0;
        int size = dim;
        for (float[] vector : drawn) {
            heaviest = Math.max(heaviest, vector[vector.length - 1]);
            size = size == 0 ? vector.length - 1 : size;
        }
        // A vector stands for as many rows as its partition has for each that was drawn there.
        var random = new Random(SEED);
        var sample = new ArrayList<float[]>();
        for (float[] vector : drawn) {
            boolean isKept = random.nextFloat() * heaviest < vector[vector.length - 1];
            if (vector.length - 1 == size && isKept) {
                sample.add(Arrays.copyOf(vector, size));
            }
        }
        return sample;
    }

    /** Draws from a partition; behind the last component of each vector is how many rows it stands for. */
    private record Draw(VectorColumn column, int most) implements FlatMapFunction<Iterator<InternalRow>, float[]> {
        @Override
        public Iterator<float[]> call(Iterator<InternalRow> rows) {
            var random = new Random(SEED + TaskContext.getPartitionId());
            RowVector vector = column.encoding().reader();
            var drawn = new ArrayList<float[]>();
            long seen = 0;
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                if (!row.isNullAt(column.ordinal())) {
                    vector.pointAt(row, column.ordinal());
                    long place = seen < most ? seen : (long) (random.nextDouble() * (seen + 1));
                    if (place < most) {
                        float[] copy = copy(vector);
                        if (copy.length == 0) {
                            continue;
                        }
                        if (place == drawn.size()) {
                            drawn.add(copy);
                        } else {
                            drawn.set((int) place, copy);
                        }
                    }
                    seen++;
                }
            }
            for (float[] one : drawn) {
                one[one.length - 1] = (float) seen / drawn.size();
            }
            return drawn.iterator();
        }

        /** With room for one number more; empty if it has no components or other than finite ones. */
        private static float[] copy(RowVector vector) {
            var copy = new float[vector.size() + 1];
            for (int i = 0; i < vector.size(); i++) {
                if (vector.isNullAt(i) || !Float.isFinite(vector.component(i))) {
                    return new float[0];
                }
                copy[i] = vector.component(i);
            }
            return vector.size() == 0 ? new float[0] : copy;
        }
    }
}
