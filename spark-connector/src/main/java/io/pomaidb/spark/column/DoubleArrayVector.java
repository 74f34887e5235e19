package io.pomaidb.spark.column;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** A value of type {@code array<double>}. */
final class DoubleArrayVector implements RowVector {
    private ArrayData array;

    @Override
    public void pointAt(SpecializedGetters row, int ordinal) {
        array = row.getArray(ordinal);
    }

    @Override
    public int size() {
        return array.numElements();
    }

    @Override
    public boolean isNullAt(int i) {
        return array.isNullAt(i);
    }

    @Override
    public float component(int i) {
        return (float) array.getDouble(i);
    }
}
