package io.pomaidb.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Vectors that follow from their ids, so that any JVM makes the same ones, and exact searches among them. */
final class TestVectors {
    static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.LongType)
            .add("embedding", DataTypes.createArrayType(DataTypes.FloatType));

    private TestVectors() {}

    /** The vector of an id: components from -1 to 1. */
    static float[] of(long id, int dim) {
        var random = new Random(id);
        var vector = new float[dim];
        for (int i = 0; i < dim; i++) {
            vector[i] = random.nextFloat() * 2 - 1;
        }
        return vector;
    }

    static List<Float> list(long id, int dim) {
        return list(of(id, dim));
    }

    static List<Float> list(float... vector) {
        var list = new ArrayList<Float>(vector.length);
        for (float component : vector) {
            list.add(component);
        }
        return list;
    }

    /** Rows of the ids from {@code from} on and before {@code to}, made in the executors. */
    static Dataset<Row> rows(SparkSession spark, long from, long to, int dim) {
        var ids = LongStream.range(from, to).boxed().toList();
        return spark.createDataFrame(
                JavaSparkContext.fromSparkContext(spark.sparkContext())
                        .parallelize(ids, 2)
                        .map(id -> RowFactory.create(id, of(id, dim))),
                SCHEMA);
    }

    /** Rows of one id and vector each. */
    static Dataset<Row> rows(SparkSession spark, Row... rows) {
        return spark.createDataFrame(List.of(rows), SCHEMA);
    }

    /** A row as a data source gets it from Spark. */
    static InternalRow internalRow(long id, int dim) {
        return new GenericInternalRow(new Object[] {id, UnsafeArrayData.fromPrimitiveArray(of(id, dim))});
    }

    /** Ids of the exact best {@code k} among the ids from 0 and before {@code to}. */
    static List<Long> nearest(float[] query, long to, int k, Score score) {
        return score.nearest(
                query,
                LongStream.range(0, to).mapToObj(id -> of(id, query.length)).toList(),
                k);
    }

    /** How near two vectors are; higher is nearer. */
    enum Score {
        IP,
        L2,
        COSINE;

        double of(float[] a, float[] b) {
            return switch (this) {
                case IP -> dot(a, b);
                case L2 -> 2 * dot(a, b) - dot(a, a) - dot(b, b);
                case COSINE -> dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
            };
        }

        /** Numbers of the exact best {@code k} of {@code vectors}, best first. */
        List<Long> nearest(float[] query, List<float[]> vectors, int k) {
            var scores =
                    vectors.stream().mapToDouble(vector -> of(query, vector)).toArray();
            return IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer id) -> -scores[id])
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(k)
                    .map(Integer::longValue)
                    .toList();
        }

        private static double dot(float[] a, float[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += (double) a[i] * b[i];
            }
            return sum;
        }
    }
}
