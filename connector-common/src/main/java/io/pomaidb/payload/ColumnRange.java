package io.pomaidb.payload;

/**
 * What is known of the values of a column without a row being read. Numbers, dates and timestamps are longs, decimals their
 * unscaled value.
 *
 * @param values how many are not null
 * @param min the smallest, if there is one
 * @param max the largest, if there is one
 */
public record ColumnRange(long values, long min, long max) {
    /** Of a column that is null everywhere. */
    public static final ColumnRange NONE = new ColumnRange(0, Long.MAX_VALUE, Long.MIN_VALUE);

    /** Of the rows of both. */
    public ColumnRange plus(ColumnRange other) {
        return new ColumnRange(values + other.values, Math.min(min, other.min), Math.max(max, other.max));
    }
}
