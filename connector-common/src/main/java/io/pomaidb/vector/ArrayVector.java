package io.pomaidb.vector;

import java.util.function.DoubleSupplier;

/** A vector in an array of floats. */
final class ArrayVector implements VectorSource {
    private final float[] components;
    private final DoubleSupplier scale;

    ArrayVector(float[] components, DoubleSupplier scale) {
        this.components = components;
        this.scale = scale;
    }

    @Override
    public int size() {
        return components.length;
    }

    @Override
    public boolean isNullAt(int i) {
        return false;
    }

    @Override
    public float component(int i) {
        return components[i];
    }

    @Override
    public double scale() {
        return scale.getAsDouble();
    }
}
