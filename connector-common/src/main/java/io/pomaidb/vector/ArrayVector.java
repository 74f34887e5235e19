package io.pomaidb.vector;

import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.function.DoubleSupplier;

/** A vector in an array of floats, or in a part of one. */
final class ArrayVector implements VectorSource {
    /** All bits of the exponent are ones where a number is none or infinite; one more makes these a negative int. */
    private static final int EXPONENT = 0x7f800000;

    private static final int ONE_OF_EXPONENT = 0x00800000;

    private final float[] components;
    private final int from;
    private final int size;
    private final DoubleSupplier scale;

    ArrayVector(float[] components, int from, int size, DoubleSupplier scale) {
        Objects.checkFromIndexSize(from, size, components.length);
        this.components = components;
        this.from = from;
        this.size = size;
        this.scale = scale;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isNullAt(int i) {
        return false;
    }

    @Override
    public float component(int i) {
        return components[from + Objects.checkIndex(i, size)];
    }

    @Override
    public boolean copyTo(FloatBuffer target, int offset) {
        int overflows = 0;
        for (int i = from; i < from + size; i++) {
            overflows |= (Float.floatToRawIntBits(components[i]) & EXPONENT) + ONE_OF_EXPONENT;
        }
        if (overflows < 0) {
            return false;
        }
        target.put(offset, components, from, size);
        return true;
    }

    @Override
    public double scale() {
        return scale.getAsDouble();
    }
}
