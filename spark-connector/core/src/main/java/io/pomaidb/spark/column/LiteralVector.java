package io.pomaidb.spark.column;

import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;

/** Vectors that stand in SQL as constant arrays, of whichever type of number SQL gave them. */
public final class LiteralVector {
    private LiteralVector() {}

    /** The components of a constant expression; empty if it is null, has a null or is no array of numbers. */
    public static Optional<float[]> of(Expression expression) {
        if (!(expression.dataType() instanceof ArrayType type) || !isNumber(type.elementType())) {
            return Optional.empty();
        }
        if (!(expression.eval(null) instanceof ArrayData array)) {
            return Optional.empty();
        }
        return components(array, type.elementType());
    }

    /** The components of an array of numbers of a type; empty if it has a null. */
    public static Optional<float[]> components(ArrayData array, DataType type) {
        var vector = new float[array.numElements()];
        for (int i = 0; i < vector.length; i++) {
            if (array.isNullAt(i)) {
                return Optional.empty();
            }
            vector[i] = component(array, i, type);
        }
        return Optional.of(vector);
    }

    private static boolean isNumber(DataType type) {
        return type instanceof FloatType
                || type instanceof DoubleType
                || type instanceof DecimalType
                || type instanceof ByteType
                || type instanceof ShortType
                || type instanceof IntegerType
                || type instanceof LongType;
    }

    private static float component(ArrayData array, int i, DataType type) {
        if (type instanceof FloatType) {
            return array.getFloat(i);
        }
        if (type instanceof DecimalType decimal) {
            return array.getDecimal(i, decimal.precision(), decimal.scale())
                    .toJavaBigDecimal()
                    .floatValue();
        }
        return ((Number) array.get(i, type)).floatValue();
    }
}
