package io.pomaidb.vector;

import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.function.DoubleSupplier;

/** A vector in an array of floats, or in a part of one. */
final class ArrayVector implements VectorSource {
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
        for (int i = from; i < from + size; i++) {
            if (!Float.isFinite(components[i])) {
                return false;
            }
        }
        target.put(offset, components, from, size);
        return true;
    }

    @Override
    public double scale() {
        return scale.getAsDouble();
    }
}
