package io.pomaidb.flink.row;

import io.pomaidb.error.DataException;
import io.pomaidb.payload.PayloadEntries;
import io.pomaidb.payload.PayloadMap;
import io.pomaidb.payload.PayloadValues;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** Flink's values as payload files take them, whatever they stand in. */
abstract class InternalValues implements PayloadValues {
    /** A value as Flink has it inside; null where there is none. */
    abstract Object value(int i);

    /** The type of a value. */
    abstract LogicalType type(int i);

    @Override
    public boolean isNullAt(int i) {
        return value(i) == null;
    }

    @Override
    public boolean booleanAt(int i) {
        return (boolean) value(i);
    }

    @Override
    public int intAt(int i) {
        return ((Number) value(i)).intValue();
    }

    @Override
    public float floatAt(int i) {
        return (float) value(i);
    }

    @Override
    public double doubleAt(int i) {
        return (double) value(i);
    }

    @Override
    public long longAt(int i) {
        Object value = value(i);
        if (value instanceof TimestampData time) {
            return micros(time);
        }
        return value instanceof DecimalData decimal ? decimal.toUnscaledLong() : (long) value;
    }

    private static long micros(TimestampData time) {
        try {
            return Math.addExact(Math.multiplyExact(time.getMillisecond(), 1000L), time.getNanoOfMillisecond() / 1000);
        } catch (ArithmeticException e) {
            throw new DataException(
                    "Cannot write a time: " + time + " (accepted: times whose microseconds since 1970 fit 64 bits)", e);
        }
    }

    @Override
    public byte[] bytesAt(int i) {
        Object value = value(i);
        if (value instanceof StringData text) {
            return text.toBytes();
        }
        return value instanceof DecimalData decimal ? decimal.toUnscaledBytes() : (byte[]) value;
    }

    @Override
    public PayloadValues valuesAt(int i) {
        if (value(i) instanceof ArrayData array) {
            return new Elements(((ArrayType) type(i)).getElementType(), array);
        }
        List<LogicalType> fields = ((RowType) type(i)).getChildren();
        List<Integer> all = IntStream.range(0, fields.size()).boxed().toList();
        return new RowPayload(fields, all).of((RowData) value(i));
    }

    @Override
    public PayloadMap mapAt(int i) {
        var map = (MapType) type(i);
        var data = (MapData) value(i);
        return new PayloadEntries(
                new Elements(map.getKeyType(), data.keyArray()), new Elements(map.getValueType(), data.valueArray()));
    }

    /** What is in an array; its numbers are read without making objects of them. */
    private static final class Elements extends InternalValues {
        private final LogicalType type;
        private final ArrayData array;
        private final ArrayData.ElementGetter getter;

        Elements(LogicalType type, ArrayData array) {
            this.type = type;
            this.array = array;
            this.getter = ArrayData.createElementGetter(type);
        }

        @Override
        Object value(int i) {
            return getter.getElementOrNull(array, i);
        }

        @Override
        LogicalType type(int i) {
            return type;
        }

        @Override
        public int size() {
            return array.size();
        }

        @Override
        public boolean isNullAt(int i) {
            return array.isNullAt(i);
        }

        @Override
        public float floatAt(int i) {
            return array.getFloat(i);
        }

        @Override
        public double doubleAt(int i) {
            return array.getDouble(i);
        }
    }
}
