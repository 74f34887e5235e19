package io.pomaidb.spark.column;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** A vector of Spark ML as it is stored: a struct of kind, size, indices and values. */
final class MlVector implements RowVector {
    private static final int KIND = 0;
    private static final int SIZE = 1;
    private static final int INDICES = 2;
    private static final int VALUES = 3;
    private static final int FIELDS = 4;
    private static final byte SPARSE = 0;

    private int size;
    private ArrayData values;

    /** Where the values of a sparse vector belong, ascending; null for a dense one. */
    private ArrayData indices;

    /** The first of the indices that is not below the component read last: components are read in order. */
    private int next;

    private int last;

    @Override
    public void pointAt(SpecializedGetters row, int ordinal) {
        InternalRow struct = row.getStruct(ordinal, FIELDS);
        values = struct.getArray(VALUES);
        if (struct.getByte(KIND) == SPARSE) {
            indices = struct.getArray(INDICES);
            size = struct.getInt(SIZE);
        } else {
            indices = null;
            size = values.numElements();
        }
        next = 0;
        last = -1;
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
        if (indices == null) {
            return (float) values.getDouble(i);
        }
        if (i < last) {
            next = 0;
        }
        last = i;
        while (next < indices.numElements() && indices.getInt(next) < i) {
            next++;
        }
        return next < indices.numElements() && indices.getInt(next) == i ? (float) values.getDouble(next) : 0f;
    }
}
