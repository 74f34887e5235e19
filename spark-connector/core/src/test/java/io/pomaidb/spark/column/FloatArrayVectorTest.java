package io.pomaidb.spark.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The block copy out of Spark's binary arrays, with sizes around those of the words that tell of nulls. */
class FloatArrayVectorTest {
    private static final int OFFSET = 3;
    private static final float UNTOUCHED = 42;

    private final UnsafeProjection toBinary =
            UnsafeProjection.create(new DataType[] {DataTypes.createArrayType(DataTypes.FloatType, true)});

    static IntStream sizes() {
        return IntStream.of(0, 1, 2, 3, 7, 8, 63, 64, 65, 128, 129);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void allComponentsAndNothingElse(int size) {
        var target = target(size);
        assertThat(binary(components(size)).copyTo(target, OFFSET)).isTrue();
        for (int i = 0; i < target.capacity(); i++) {
            boolean inside = i >= OFFSET && i < OFFSET + size;
            assertThat(target.get(i)).as("at %d", i).isEqualTo(inside ? component(i - OFFSET) : UNTOUCHED);
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void oneBadComponentAtAnyPlace(int size) {
        for (int bad = 0; bad < size; bad++) {
            for (Float value : new Float[] {
                null, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0xffc00001)
            }) {
                var components = components(size);
                components[bad] = value;
                assertThat(binary(components).copyTo(target(size), OFFSET))
                        .as("%s at %d", value, bad)
                        .isFalse();
            }
        }
    }

    @Test
    void arraysOfOtherKindsAndBuffersOnTheHeap() {
        var vector = new FloatArrayVector();
        vector.pointAt(new GenericInternalRow(new Object[] {new GenericArrayData(new Object[] {1f, -2f})}), 0);
        var target = target(2);
        assertThat(vector.copyTo(target, OFFSET)).isTrue();
        assertThat(target.get(OFFSET + 1)).isEqualTo(-2);

        var array = new float[6];
        FloatBuffer heap = FloatBuffer.wrap(array).position(1).slice();
        assertThat(binary(new Object[] {5f, 6f}).copyTo(heap, 2)).isTrue();
        assertThat(array).containsExactly(0, 0, 0, 5, 6, 0);
        assertThat(binary(new Object[] {5f, Float.NaN}).copyTo(heap, 0)).isFalse();
        assertThatThrownBy(() -> binary(new Object[] {5f, 6f}).copyTo(heap, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        FloatBuffer readOnly = heap.asReadOnlyBuffer();
        assertThatThrownBy(() -> binary(new Object[] {5f, 6f}).copyTo(readOnly, 0))
                .isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void eachOfSeveralBuffersGetsItsOwn() {
        var vector = binary(new Object[] {1f, 2f});
        var first = target(2);
        var second = target(2);
        vector.copyTo(first, 0);
        vector.copyTo(second, 1);
        vector.copyTo(first, 2);
        assertThat(Stream.of(first.get(0), first.get(1), first.get(2), first.get(3)))
                .containsExactly(1f, 2f, 1f, 2f);
        assertThat(Stream.of(second.get(0), second.get(1), second.get(2), second.get(3)))
                .containsExactly(UNTOUCHED, 1f, 2f, UNTOUCHED);
    }

    @Test
    void neverWritesBesideTheBuffer() {
        var vector = new FloatArrayVector();
        InternalRow row = new GenericInternalRow(new Object[] {UnsafeArrayData.fromPrimitiveArray(new float[8])});
        vector.pointAt(row, 0);
        assertThatThrownBy(() -> vector.copyTo(target(8), 2 * OFFSET + 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.copyTo(target(8), -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private FloatArrayVector binary(Object[] components) {
        var vector = new FloatArrayVector();
        vector.pointAt(
                toBinary.apply(new GenericInternalRow(new Object[] {new GenericArrayData(components)}))
                        .copy(),
                0);
        return vector;
    }

    private static Object[] components(int size) {
        return IntStream.range(0, size)
                .mapToObj(FloatArrayVectorTest::component)
                .toArray();
    }

    /** Of either sign, the largest finite one among them. */
    private static Float component(int i) {
        return switch (i % 4) {
            case 0 -> -Float.MAX_VALUE;
            case 1 -> i + 0.5f;
            case 2 -> -0f;
            default -> Float.MIN_VALUE;
        };
    }

    private static FloatBuffer target(int size) {
        var buffer = ByteBuffer.allocateDirect((size + 2 * OFFSET) * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, UNTOUCHED);
        }
        return buffer;
    }
}
