package io.pomaidb.spark.column;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** A value of an array type, which Spark hands out without copying it. */
abstract class SparkArrayVector implements RowVector {
    private ArrayData array;

    @Override
    public final void pointAt(SpecializedGetters row, int ordinal) {
        array = row.getArray(ordinal);
    }

    @Override
    public final int size() {
        return array.numElements();
    }

    @Override
    public final boolean isNullAt(int i) {
        return array.isNullAt(i);
    }

    final ArrayData array() {
        return array;
    }
}
