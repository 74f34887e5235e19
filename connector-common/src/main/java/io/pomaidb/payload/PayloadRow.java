package io.pomaidb.payload;

import java.util.Arrays;

/**
 * Values that were read from a payload file, or set one by one: the columns that were asked for, in that order, or what is
 * inside one of them. Rows of a lookup stay as they are; that of a scan changes with each step. For one thread.
 */
public final class PayloadRow implements PayloadValues {
    private static final Object NULL = new Object();
    private static final Object PRESENT = new Object();

    private int size;

    /** What is no number: bytes, rows, or a mark that the value is null or stands in the other array. */
    private Object[] objects;

    /** Numbers, as the bits of a long. */
    private long[] bits;

    /** A row of nulls. */
    public PayloadRow(int size) {
        this.size = size;
        objects = new Object[size];
        bits = new long[size];
        Arrays.fill(objects, NULL);
    }

    /** Makes all values null, and as many as given. */
    void reset(int newSize) {
        if (newSize > objects.length) {
            grow(newSize);
        }
        size = newSize;
        Arrays.fill(objects, 0, newSize, NULL);
    }

    /** Adds a null at the end, and returns where it is. */
    int append() {
        if (size == objects.length) {
            grow(size + 1);
        }
        objects[size] = NULL;
        return size++;
    }

    private void grow(int least) {
        int room = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(4L, Math.max(least, size * 2L)));
        objects = Arrays.copyOf(objects, room);
        bits = Arrays.copyOf(bits, room);
    }

    /** Sets a boolean. */
    public void setBoolean(int i, boolean value) {
        setLong(i, value ? 1 : 0);
    }

    /** Sets a byte, short, int or date. */
    public void setInt(int i, int value) {
        setLong(i, value);
    }

    /** Sets a long, timestamp or decimal of up to 18 digits. */
    public void setLong(int i, long value) {
        bits[i] = value;
        objects[i] = PRESENT;
    }

    /** Sets a float. */
    public void setFloat(int i, float value) {
        setLong(i, Float.floatToRawIntBits(value));
    }

    /** Sets a double. */
    public void setDouble(int i, double value) {
        setLong(i, Double.doubleToRawLongBits(value));
    }

    /** Sets a string, binary or decimal of 19 and more digits; the array must not change any more. */
    public void setBytes(int i, byte[] value) {
        objects[i] = value;
    }

    /** Sets an array or struct. */
    public void setValues(int i, PayloadValues value) {
        objects[i] = value;
    }

    /** Sets a map. */
    public void setMap(int i, PayloadMap value) {
        objects[i] = value;
    }

    /** Makes a value null. */
    public void setNull(int i) {
        objects[i] = NULL;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isNullAt(int i) {
        return objects[i] == NULL;
    }

    @Override
    public boolean booleanAt(int i) {
        return bits[i] != 0;
    }

    @Override
    public int intAt(int i) {
        return (int) bits[i];
    }

    @Override
    public long longAt(int i) {
        return bits[i];
    }

    @Override
    public float floatAt(int i) {
        return Float.intBitsToFloat((int) bits[i]);
    }

    @Override
    public double doubleAt(int i) {
        return Double.longBitsToDouble(bits[i]);
    }

    @Override
    public byte[] bytesAt(int i) {
        return (byte[]) objects[i];
    }

    @Override
    public PayloadValues valuesAt(int i) {
        return (PayloadValues) objects[i];
    }

    @Override
    public PayloadMap mapAt(int i) {
        return (PayloadMap) objects[i];
    }
}
