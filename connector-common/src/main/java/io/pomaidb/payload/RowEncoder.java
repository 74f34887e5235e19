package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Copies rows into bytes, one after the other, because a row that comes in may be gone after the call, and rows may have to
 * be sorted first. {@link RowDecoder} reads them. The bytes never leave the task.
 */
final class RowEncoder {
    static final byte NULL = 0;
    static final byte PRESENT = 1;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int FIRST_BYTES = 1 << 12;

    /** Bytes that one row may have, so that lengths are ints and a page can hold it. */
    private static final int MAX_ROW = 1 << 28;

    private final List<PayloadColumn> columns;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;
    private int start;

    RowEncoder(List<PayloadColumn> columns) {
        this.columns = columns;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /**
     * Appends a row.
     *
     * @param key the first column, where it comes apart from the others; else null
     * @param values the other columns; null where there are none
     * @throws DataException if a value does not fit its type; the row is then not appended
     */
    void add(long id, byte[] key, PayloadValues values) {
        start = size;
        int first = key == null ? 0 : 1;
        int given = values == null ? 0 : values.size();
        if (given != columns.size() - first) {
            throw new DataException("Cannot write row " + id + ": it has " + given + " payload columns (the write has "
                    + (columns.size() - first) + ")");
        }
        boolean added = false;
        try {
            if (key != null) {
                putByte(PRESENT);
                putBytes(key);
            }
            for (int i = first; i < columns.size(); i++) {
                PayloadColumn column = columns.get(i);
                try {
                    put(column.type(), values, i - first);
                } catch (UnfitException e) {
                    throw new DataException(
                            "Cannot write row " + id + ": column " + column.name() + " of type " + column.type() + " "
                                    + e.getMessage(),
                            e);
                }
            }
            added = true;
        } finally {
            if (!added) {
                size = start;
            }
        }
    }

    /** What is wrong with a value; the column's name is added on the way out. */
    private static final class UnfitException extends RuntimeException {
        UnfitException(String fault) {
            super(fault);
        }
    }

    private void put(PayloadType type, PayloadValues values, int i) {
        if (values.isNullAt(i)) {
            putByte(NULL);
            return;
        }
        putByte(PRESENT);
        switch (type.kind()) {
            case BOOLEAN -> putByte(values.booleanAt(i) ? (byte) 1 : 0);
            case BYTE, SHORT, INT, DATE -> putInt(values.intAt(i));
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> putLong(values.longAt(i));
            case FLOAT -> putInt(Float.floatToRawIntBits(values.floatAt(i)));
            case DOUBLE -> putLong(Double.doubleToRawLongBits(values.doubleAt(i)));
            case DECIMAL -> putDecimal(type, values, i);
            case STRING, BINARY -> putBytes(values.bytesAt(i));
            case ARRAY -> putAll(type.child(0), values.valuesAt(i));
            case MAP -> putMap(type, values.mapAt(i));
            case STRUCT -> putStruct(type, values.valuesAt(i));
        }
    }

    private void putDecimal(PayloadType type, PayloadValues values, int i) {
        if (type.isLongDecimal()) {
            long unscaled = values.longAt(i);
            if (Math.abs(unscaled) >= Decimals.POWERS[type.precision()] || unscaled == Long.MIN_VALUE) {
                throw new UnfitException(
                        "has the unscaled value " + unscaled + " (accepted: up to " + type.precision() + " digits)");
            }
            putLong(unscaled);
            return;
        }
        byte[] unscaled = values.bytesAt(i);
        if (!Decimals.fits(unscaled, type.precision())) {
            throw new UnfitException("has an unscaled value of " + unscaled.length + " bytes (accepted: up to "
                    + type.precision() + " digits)");
        }
        putBytes(unscaled);
    }

    private void putAll(PayloadType type, PayloadValues values) {
        int count = values.size();
        putInt(count);
        for (int i = 0; i < count; i++) {
            put(type, values, i);
        }
    }

    private void putMap(PayloadType type, PayloadMap map) {
        PayloadValues keys = map.keys();
        for (int i = 0; i < keys.size(); i++) {
            if (keys.isNullAt(i)) {
                throw new UnfitException("has a map with the key null (accepted: other keys)");
            }
        }
        if (map.values().size() != keys.size()) {
            throw new UnfitException(
                    "has a map of " + keys.size() + " keys and " + map.values().size() + " values (accepted: as many)");
        }
        putAll(type.child(0), keys);
        putAll(type.child(1), map.values());
    }

    private void putStruct(PayloadType type, PayloadValues fields) {
        if (fields.size() != type.children().size()) {
            throw new UnfitException("has a struct of " + fields.size() + " fields (accepted: "
                    + type.children().size() + ")");
        }
        for (int i = 0; i < type.children().size(); i++) {
            put(type.child(i), fields, i);
        }
    }

    private void putByte(byte value) {
        room(1);
        bytes[size++] = value;
    }

    private void putInt(int value) {
        room(Integer.BYTES);
        INTS.set(bytes, size, value);
        size += Integer.BYTES;
    }

    private void putLong(long value) {
        room(Long.BYTES);
        LONGS.set(bytes, size, value);
        size += Long.BYTES;
    }

    private void putBytes(byte[] value) {
        putInt(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    private void room(int more) {
        if ((long) size - start + more > MAX_ROW) {
            throw new UnfitException("makes the row larger than " + MAX_ROW + " bytes (accepted: smaller rows)");
        }
        if (more > bytes.length - size) {
            long wanted = Math.max(bytes.length * 2L, (long) size + more);
            if ((long) size + more > Integer.MAX_VALUE - Long.BYTES) {
                throw new UnfitException("does not fit the buffer (accepted: smaller rows)");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - Long.BYTES));
        }
    }
}
