package io.pomaidb.spark.column;

/** A value of type {@code array<double>}. */
final class DoubleArrayVector extends SparkArrayVector {
    @Override
    public float component(int i) {
        return (float) array().getDouble(i);
    }
}
