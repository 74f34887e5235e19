package io.pomaidb.spark.column;

import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.UserDefinedType;

/** The ways in which Spark stores a vector. */
public enum VectorEncoding {
    /** {@code array<float>}. */
    FLOATS {
        @Override
        public RowVector reader() {
            return new FloatArrayVector();
        }
    },
    /** {@code array<double>}. */
    DOUBLES {
        @Override
        public RowVector reader() {
            return new DoubleArrayVector();
        }
    },
    /** The vector type of Spark ML, dense or sparse. */
    ML_VECTOR {
        @Override
        public RowVector reader() {
            return new MlVector();
        }
    };

    /** The accepted types, in words. */
    public static final String ACCEPTED = "array<float>, array<double> or Spark ML's vector";

    /** How Spark ML's vectors are stored. They are told by it, so that Spark ML need not be there. */
    private static final StructType ML_STORAGE = new StructType()
            .add("type", DataTypes.ByteType, false)
            .add("size", DataTypes.IntegerType, true)
            .add("indices", DataTypes.createArrayType(DataTypes.IntegerType, false), true)
            .add("values", DataTypes.createArrayType(DataTypes.DoubleType, false), true);

    /** The encoding of a column's type, empty if it cannot hold vectors. */
    public static Optional<VectorEncoding> of(DataType type) {
        if (type instanceof ArrayType array) {
            if (array.elementType().equals(DataTypes.FloatType)) {
                return Optional.of(FLOATS);
            }
            return array.elementType().equals(DataTypes.DoubleType) ? Optional.of(DOUBLES) : Optional.empty();
        }
        return type instanceof UserDefinedType<?> userDefined
                        && userDefined.sqlType().equals(ML_STORAGE)
                ? Optional.of(ML_VECTOR)
                : Optional.empty();
    }

    /** A reader of such values, to be pointed at one after the other. */
    public abstract RowVector reader();
}
