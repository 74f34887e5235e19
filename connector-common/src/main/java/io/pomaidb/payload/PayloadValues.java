package io.pomaidb.payload;

/**
 * Some values in a row: the columns of a payload, the fields of a struct, the elements of an array, the keys or the values
 * of a map. A connector keeps one adapter object a task and points it at each row in turn; nobody may keep it, or what it
 * returns besides arrays of bytes, beyond the call that it is passed to. Which getter a value is read by follows from its
 * type: {@link PayloadType.Kind} of
 *
 * <ul>
 *   <li>boolean: {@link #booleanAt}
 *   <li>byte, short, int, date (days since 1970): {@link #intAt}
 *   <li>long, timestamp and timestamp_ntz (microseconds since 1970), decimal of up to 18 digits (its unscaled value at the
 *       type's scale): {@link #longAt}
 *   <li>float: {@link #floatAt}, double: {@link #doubleAt}
 *   <li>string (UTF-8), binary, decimal of 19 and more digits (its unscaled value, two's complement, most significant byte
 *       first): {@link #bytesAt}
 *   <li>array, struct: {@link #valuesAt}, map: {@link #mapAt}
 * </ul>
 *
 * Getters are for {@code 0 <= i < size()} where {@link #isNullAt} is false; what they do elsewhere is undefined.
 */
public interface PayloadValues {
    /** Number of values: columns, fields, elements or entries. */
    int size();

    /** Whether value {@code i} is null. */
    boolean isNullAt(int i);

    /** A boolean. */
    boolean booleanAt(int i);

    /** A byte, short, int or date. */
    int intAt(int i);

    /** A long, timestamp or decimal of up to 18 digits. */
    long longAt(int i);

    /** A float. */
    float floatAt(int i);

    /** A double. */
    double doubleAt(int i);

    /** A string, binary or decimal of 19 and more digits. The array is not changed by anybody. */
    byte[] bytesAt(int i);

    /** An array or struct. */
    PayloadValues valuesAt(int i);

    /** A map. */
    PayloadMap mapAt(int i);
}
