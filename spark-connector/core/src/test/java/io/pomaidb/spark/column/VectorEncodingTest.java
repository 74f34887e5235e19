package io.pomaidb.spark.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.vector.VectorSource;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.UserDefinedType;
import org.junit.jupiter.api.Test;

class VectorEncodingTest {
    @Test
    void typesThatHoldVectors() {
        assertThat(VectorEncoding.of(DataTypes.createArrayType(DataTypes.FloatType)))
                .contains(VectorEncoding.FLOATS);
        assertThat(VectorEncoding.of(DataTypes.createArrayType(DataTypes.DoubleType, false)))
                .contains(VectorEncoding.DOUBLES);
        assertThat(VectorEncoding.of(SQLDataTypes.VectorType())).contains(VectorEncoding.ML_VECTOR);
    }

    @Test
    void typesThatDoNot() {
        assertThat(VectorEncoding.of(DataTypes.createArrayType(DataTypes.IntegerType)))
                .isEmpty();
        assertThat(VectorEncoding.of(DataTypes.FloatType)).isEmpty();
        assertThat(VectorEncoding.of(SQLDataTypes.MatrixType())).isEmpty();
        assertThat(VectorEncoding.of(new StructType().add("values", DataTypes.createArrayType(DataTypes.FloatType))))
                .isEmpty();
    }

    @Test
    void aReaderServesOneRowAfterTheOther() {
        var reader = VectorEncoding.FLOATS.reader();
        assertComponents(
                at(reader, UnsafeArrayData.fromPrimitiveArray(new float[] {1, -0f, Float.MIN_VALUE})),
                1,
                -0f,
                Float.MIN_VALUE);
        assertComponents(at(reader, UnsafeArrayData.fromPrimitiveArray(new float[] {})));
        assertComponents(at(reader, UnsafeArrayData.fromPrimitiveArray(new float[] {7})), 7);
    }

    @Test
    void nullsAreSeen() {
        var vector = at(VectorEncoding.FLOATS.reader(), new GenericArrayData(new Object[] {1f, null}));
        assertThat(vector.isNullAt(0)).isFalse();
        assertThat(vector.isNullAt(1)).isTrue();
    }

    @Test
    void doublesBecomeTheNearestFloats() {
        assertComponents(
                at(VectorEncoding.DOUBLES.reader(), UnsafeArrayData.fromPrimitiveArray(new double[] {0.1, 1e300, -1e-300
                })),
                0.1f,
                Float.POSITIVE_INFINITY,
                -0f);
    }

    @Test
    void vectorsOfSparkMl() {
        var reader = VectorEncoding.ML_VECTOR.reader();
        assertComponents(at(reader, stored(Vectors.dense(new double[] {1, 2, 0.5}))), 1, 2, 0.5f);
        assertComponents(at(reader, stored(Vectors.sparse(5, new int[] {1, 4}, new double[] {3, 4}))), 0, 3, 0, 0, 4);
        assertComponents(at(reader, stored(Vectors.sparse(2, new int[] {}, new double[] {}))), 0, 0);
        assertComponents(at(reader, stored(Vectors.dense(new double[] {6}))), 6);
    }

    @Test
    void componentsOfSparseVectorsInAnyOrder() {
        var vector =
                at(VectorEncoding.ML_VECTOR.reader(), stored(Vectors.sparse(5, new int[] {1, 4}, new double[] {3, 4})));
        assertThat(new float[] {vector.component(4), vector.component(1), vector.component(1), vector.component(0)})
                .containsExactly(4, 3, 3, 0);
    }

    private static RowVector at(RowVector reader, Object value) {
        reader.pointAt(new GenericInternalRow(new Object[] {"before", value}), 1);
        return reader;
    }

    @SuppressWarnings("unchecked")
    private static Object stored(Vector vector) {
        return ((UserDefinedType<Vector>) SQLDataTypes.VectorType()).serialize(vector);
    }

    private static void assertComponents(VectorSource vector, float... expected) {
        var found = new float[vector.size()];
        for (int i = 0; i < found.length; i++) {
            assertThat(vector.isNullAt(i)).isFalse();
            found[i] = vector.component(i);
        }
        assertThat(found).containsExactly(expected);
    }
}
