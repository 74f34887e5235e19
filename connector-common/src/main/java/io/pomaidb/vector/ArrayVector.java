package io.pomaidb.vector;

/** A vector in an array of floats. */
final class ArrayVector implements VectorSource {
    private final float[] components;

    ArrayVector(float[] components) {
        this.components = components;
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
}
