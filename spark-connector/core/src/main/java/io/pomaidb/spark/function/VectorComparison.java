package io.pomaidb.spark.function;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.DataException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A catalog function of two vectors of one dimension, computed in doubles: null where a vector or a component of one is
 * null. No constant has a body: Spark looks for methods in the very class of a function.
 */
public enum VectorComparison implements UnboundFunction, ScalarFunction<Double> {
    /** The Euclidean distance: the root of the sum of the squared differences. */
    L2_DISTANCE(IndexMetric.L2, true),
    /** The sum of the products. */
    INNER_PRODUCT(IndexMetric.IP, false),
    /** The cosine of the angle between them; 0 if one is all zeros. */
    COSINE_SIMILARITY(IndexMetric.COSINE, false);

    private final IndexMetric metric;
    private final boolean nearIsSmall;

    VectorComparison(IndexMetric metric, boolean nearIsSmall) {
        this.metric = metric;
        this.nearIsSmall = nearIsSmall;
    }

    /** The function of a canonical name. */
    public static Optional<VectorComparison> of(String canonicalName) {
        return Arrays.stream(values())
                .filter(function -> function.canonicalName().equals(canonicalName))
                .findFirst();
    }

    /** The metric whose order the function's values have. */
    public IndexMetric metric() {
        return metric;
    }

    /** Whether nearer vectors have smaller values. */
    public boolean nearIsSmall() {
        return nearIsSmall;
    }

    @Override
    public Double produceResult(InternalRow arguments) {
        if (arguments.isNullAt(0) || arguments.isNullAt(1)) {
            return null;
        }
        ArrayData left = arguments.getArray(0);
        ArrayData right = arguments.getArray(1);
        if (left.numElements() != right.numElements()) {
            throw new DataException("Cannot compute " + functionName() + " of two vectors: one has "
                    + left.numElements() + " components and the other " + right.numElements()
                    + " (accepted: vectors of one dimension)");
        }
        for (int i = 0; i < left.numElements(); i++) {
            if (left.isNullAt(i) || right.isNullAt(i)) {
                return null;
            }
        }
        return of(left, right);
    }

    /** The value for two vectors of one size without nulls. */
    private double of(ArrayData left, ArrayData right) {
        return switch (this) {
            case L2_DISTANCE -> Math.sqrt(squaredDistance(left, right));
            case INNER_PRODUCT -> product(left, right);
            case COSINE_SIMILARITY -> {
                double norms = Math.sqrt(product(left, left)) * Math.sqrt(product(right, right));
                yield norms == 0 ? 0 : product(left, right) / norms;
            }
        };
    }

    private static double squaredDistance(ArrayData left, ArrayData right) {
        double sum = 0;
        for (int i = 0; i < left.numElements(); i++) {
            double difference = (double) left.getFloat(i) - right.getFloat(i);
            sum += difference * difference;
        }
        return sum;
    }

    private static double product(ArrayData left, ArrayData right) {
        double sum = 0;
        for (int i = 0; i < left.numElements(); i++) {
            sum += (double) left.getFloat(i) * right.getFloat(i);
        }
        return sum;
    }

    /** Its name in the catalog. */
    public String functionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public BoundFunction bind(StructType arguments) {
        return this;
    }

    @Override
    public String canonicalName() {
        return "pomaidb." + functionName();
    }

    @Override
    public String description() {
        return functionName() + "(array<float>, array<float>): a double";
    }

    @Override
    public DataType[] inputTypes() {
        DataType vector = DataTypes.createArrayType(DataTypes.FloatType);
        return new DataType[] {vector, vector};
    }

    @Override
    public DataType resultType() {
        return DataTypes.DoubleType;
    }
}
