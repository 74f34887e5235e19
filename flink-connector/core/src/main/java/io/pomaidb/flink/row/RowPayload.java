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

/** The payload columns of a row, read in place. For one thread; {@link #of} points it at the next row. */
public final class RowPayload implements PayloadValues {
    private final LogicalType[] types;
    private final RowData.FieldGetter[] getters;
    private RowData row;

    /**
     * A reader of some columns.
     *
     * @param types of all columns of the rows
     * @param columns the places of the payload columns, in the order of the payload
     */
    public RowPayload(List<LogicalType> types, List<Integer> columns) {
        this.types = columns.stream().map(types::get).toArray(LogicalType[]::new);
        this.getters = columns.stream()
                .map(column -> RowData.createFieldGetter(types.get(column), column))
                .toArray(RowData.FieldGetter[]::new);
    }

    /** Points it at a row. */
    public RowPayload of(RowData next) {
        row = next;
        return this;
    }

    @Override
    public int size() {
        return getters.length;
    }

    private Object value(int i) {
        return getters[i].getFieldOrNull(row);
    }

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
    public long longAt(int i) {
        return asLong(value(i));
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
    public byte[] bytesAt(int i) {
        return asBytes(value(i));
    }

    @Override
    public PayloadValues valuesAt(int i) {
        return asValues(types[i], value(i));
    }

    @Override
    public PayloadMap mapAt(int i) {
        return asMap(types[i], value(i));
    }

    private static long asLong(Object value) {
        if (value instanceof TimestampData time) {
            try {
                return Math.addExact(
                        Math.multiplyExact(time.getMillisecond(), 1000L), time.getNanoOfMillisecond() / 1000);
            } catch (ArithmeticException e) {
                throw new DataException(
                        "Cannot write a time: " + time + " (accepted: times whose microseconds since 1970 fit 64 bits)",
                        e);
            }
        }
        return value instanceof DecimalData decimal ? decimal.toUnscaledLong() : (long) value;
    }

    private static byte[] asBytes(Object value) {
        if (value instanceof StringData text) {
            return text.toBytes();
        }
        return value instanceof DecimalData decimal ? decimal.toUnscaledBytes() : (byte[]) value;
    }

    private static PayloadValues asValues(LogicalType type, Object value) {
        if (value instanceof ArrayData array) {
            return new Elements(((ArrayType) type).getElementType(), array);
        }
        var row = (RowType) type;
        List<LogicalType> fields = row.getChildren();
        List<Integer> all = IntStream.range(0, fields.size()).boxed().toList();
        return new RowPayload(fields, all).of((RowData) value);
    }

    private static PayloadMap asMap(LogicalType type, Object value) {
        var map = (MapType) type;
        var data = (MapData) value;
        return new PayloadEntries(
                new Elements(map.getKeyType(), data.keyArray()), new Elements(map.getValueType(), data.valueArray()));
    }

    /** What is in an array. */
    private static final class Elements implements PayloadValues {
        private final LogicalType type;
        private final ArrayData array;
        private final ArrayData.ElementGetter getter;

        Elements(LogicalType type, ArrayData array) {
            this.type = type;
            this.array = array;
            this.getter = ArrayData.createElementGetter(type);
        }

        private Object value(int i) {
            return getter.getElementOrNull(array, i);
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
        public boolean booleanAt(int i) {
            return array.getBoolean(i);
        }

        @Override
        public int intAt(int i) {
            return ((Number) value(i)).intValue();
        }

        @Override
        public long longAt(int i) {
            return asLong(value(i));
        }

        @Override
        public float floatAt(int i) {
            return array.getFloat(i);
        }

        @Override
        public double doubleAt(int i) {
            return array.getDouble(i);
        }

        @Override
        public byte[] bytesAt(int i) {
            return asBytes(value(i));
        }

        @Override
        public PayloadValues valuesAt(int i) {
            return asValues(type, value(i));
        }

        @Override
        public PayloadMap mapAt(int i) {
            return asMap(type, value(i));
        }
    }
}
