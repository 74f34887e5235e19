package io.pomaidb.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Hands rows that a {@link RowEncoder} made to Parquet, without an object for a row or number. */
final class RowDecoder {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final List<PayloadColumn> columns;
    private final boolean[] hasNan;
    private byte[] bytes;
    private int at;

    RowDecoder(List<PayloadColumn> columns) {
        this.columns = columns;
        this.hasNan = new boolean[columns.size()];
    }

    /** The key of an encoded row, which is its first column. */
    static byte[] key(byte[] bytes, int offset) {
        int length = (int) INTS.get(bytes, offset + 1);
        var key = new byte[length];
        System.arraycopy(bytes, offset + 1 + Integer.BYTES, key, 0, length);
        return key;
    }

    /** Names of the float and double columns in which a row had NaN. */
    List<String> columnsWithNan() {
        var names = new ArrayList<String>();
        for (int i = 0; i < hasNan.length; i++) {
            if (hasNan[i]) {
                names.add(columns.get(i).name());
            }
        }
        return names;
    }

    void write(long id, byte[] encoded, int offset, RecordConsumer to) {
        bytes = encoded;
        at = offset;
        to.startMessage();
        to.startField(PayloadSchema.ID, 0);
        to.addLong(id);
        to.endField(PayloadSchema.ID, 0);
        for (int i = 0; i < columns.size(); i++) {
            PayloadType type = columns.get(i).type();
            if (isPresent()) {
                hasNan[i] |= isNan(type);
                field(columns.get(i).name(), i + 1, type, to);
            }
        }
        to.endMessage();
    }

    private boolean isNan(PayloadType type) {
        return switch (type.kind()) {
            case DOUBLE -> Double.isNaN(Double.longBitsToDouble((long) LONGS.get(bytes, at)));
            case FLOAT -> Float.isNaN(Float.intBitsToFloat((int) INTS.get(bytes, at)));
            default -> false;
        };
    }

    private boolean isPresent() {
        return bytes[at++] == RowEncoder.PRESENT;
    }

    private void field(String name, int index, PayloadType type, RecordConsumer to) {
        to.startField(name, index);
        value(type, to);
        to.endField(name, index);
    }

    private void value(PayloadType type, RecordConsumer to) {
        switch (type.kind()) {
            case BOOLEAN -> to.addBoolean(bytes[at++] != 0);
            case BYTE, SHORT, INT, DATE -> to.addInteger(nextInt());
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> to.addLong(nextLong());
            case FLOAT -> to.addFloat(Float.intBitsToFloat(nextInt()));
            case DOUBLE -> to.addDouble(Double.longBitsToDouble(nextLong()));
            case DECIMAL -> decimal(type, to);
            case STRING, BINARY -> to.addBinary(nextBytes());
            case ARRAY -> array(type.child(0), to);
            case MAP -> map(type, to);
            case STRUCT -> struct(type, to);
        }
    }

    private void decimal(PayloadType type, RecordConsumer to) {
        if (type.precision() <= ParquetTypes.MAX_INT_PRECISION) {
            to.addInteger((int) nextLong());
        } else if (type.isLongDecimal()) {
            to.addLong(nextLong());
        } else {
            int count = nextInt();
            to.addBinary(Binary.fromConstantByteArray(
                    Decimals.fixed(bytes, at, count, ParquetTypes.decimalBytes(type.precision()))));
            at += count;
        }
    }

    private void array(PayloadType element, RecordConsumer to) {
        int count = nextInt();
        to.startGroup();
        if (count > 0) {
            to.startField(ParquetTypes.LIST, 0);
            for (int i = 0; i < count; i++) {
                to.startGroup();
                if (isPresent()) {
                    field(ParquetTypes.ELEMENT, 0, element, to);
                }
                to.endGroup();
            }
            to.endField(ParquetTypes.LIST, 0);
        }
        to.endGroup();
    }

    /** Keys stand in front of the values, and Parquet wants them in turn. */
    private void map(PayloadType type, RecordConsumer to) {
        int count = nextInt();
        int keyAt = at;
        for (int i = 0; i < count; i++) {
            at++;
            skip(type.child(0));
        }
        at += Integer.BYTES;
        int valueAt = at;
        to.startGroup();
        if (count > 0) {
            to.startField(ParquetTypes.ENTRIES, 0);
            for (int i = 0; i < count; i++) {
                to.startGroup();
                at = keyAt + 1;
                field(ParquetTypes.KEY, 0, type.child(0), to);
                keyAt = at;
                at = valueAt;
                if (isPresent()) {
                    field(ParquetTypes.VALUE, 1, type.child(1), to);
                }
                valueAt = at;
                to.endGroup();
            }
            to.endField(ParquetTypes.ENTRIES, 0);
        }
        at = valueAt;
        to.endGroup();
    }

    private void struct(PayloadType type, RecordConsumer to) {
        to.startGroup();
        for (int i = 0; i < type.children().size(); i++) {
            if (isPresent()) {
                field(type.children().get(i).name(), i, type.child(i), to);
            }
        }
        to.endGroup();
    }

    private void skip(PayloadType type) {
        switch (type.kind()) {
            case BOOLEAN -> at++;
            case BYTE, SHORT, INT, DATE, FLOAT -> at += Integer.BYTES;
            case LONG, TIMESTAMP, TIMESTAMP_NTZ, DOUBLE -> at += Long.BYTES;
            case DECIMAL -> {
                if (type.isLongDecimal()) {
                    at += Long.BYTES;
                } else {
                    skipBytes();
                }
            }
            case STRING, BINARY -> skipBytes();
            case ARRAY -> skipAll(type.child(0));
            case MAP -> {
                skipAll(type.child(0));
                skipAll(type.child(1));
            }
            case STRUCT -> {
                for (PayloadColumn field : type.children()) {
                    if (isPresent()) {
                        skip(field.type());
                    }
                }
            }
        }
    }

    private void skipAll(PayloadType type) {
        int count = nextInt();
        for (int i = 0; i < count; i++) {
            if (isPresent()) {
                skip(type);
            }
        }
    }

    private void skipBytes() {
        int length = nextInt();
        at += length;
    }

    private int nextInt() {
        int value = (int) INTS.get(bytes, at);
        at += Integer.BYTES;
        return value;
    }

    private long nextLong() {
        long value = (long) LONGS.get(bytes, at);
        at += Long.BYTES;
        return value;
    }

    /** Parquet copies what it keeps of values that are not constant. */
    private Binary nextBytes() {
        int length = nextInt();
        var value = Binary.fromReusedByteArray(bytes, at, length);
        at += length;
        return value;
    }
}
