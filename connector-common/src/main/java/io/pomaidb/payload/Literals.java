package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The literals of a predicate in the form in which a column's values are compared with them. */
abstract class Literals {
    private static final long MICROS = 1_000_000;
    private static final long NANOS_OF_MICRO = 1_000;

    /** Up to here, every integer is a double. */
    private static final long MAX_EXACT = 1L << 53;

    private static final Comparator<byte[]> BYTES = Arrays::compareUnsigned;

    /** How value {@code i}, which is not null, compares with the least literal. */
    abstract int compare(PayloadValues values, int i);

    /** Whether value {@code i}, which is not null, is one of the literals. */
    abstract boolean contains(PayloadValues values, int i);

    /**
     * Reads literals for a column.
     *
     * @param values at least one, none of them null
     * @throws ConfigurationException if one is not of the column's type
     */
    static Literals of(PayloadColumn column, List<?> values) {
        requireComparable(column);
        PayloadType type = column.type();
        return switch (type.kind()) {
            case FLOAT, DOUBLE -> new Doubles(type, doubles(column, values));
            case DECIMAL -> {
                var decimals = new TreeSet<BigDecimal>();
                values.forEach(value -> decimals.add(decimal(column, value)));
                yield new DecimalSet(type, decimals);
            }
            case STRING, BINARY -> {
                var all = new TreeSet<>(BYTES);
                values.forEach(value -> all.add(bytes(column, value)));
                yield new Bytes(all);
            }
            default ->
                new Longs(
                        type,
                        values.stream()
                                .mapToLong(value -> number(column, value))
                                .sorted()
                                .toArray());
        };
    }

    /** Refuses columns whose values have no order and no literals. */
    static void requireComparable(PayloadColumn column) {
        if (!column.type().isAtomic()) {
            throw new ConfigurationException("Cannot filter by column " + column.name() + ": its type is "
                    + column.type() + " (accepted: null tests; comparisons for other types only)");
        }
    }

    /** A literal of a column whose values are numbers of up to 64 bits. */
    static long number(PayloadColumn column, Object value) {
        return switch (column.type().kind()) {
            case BOOLEAN -> {
                if (value instanceof Boolean truth) {
                    yield truth ? 1 : 0;
                }
                throw wrong(column, value, "a Boolean");
            }
            case DATE -> {
                if (value instanceof LocalDate date) {
                    yield date.toEpochDay();
                }
                throw wrong(column, value, "a LocalDate");
            }
            case TIMESTAMP -> {
                if (value instanceof Instant instant) {
                    yield micros(column, value, instant.getEpochSecond(), instant.getNano());
                }
                throw wrong(column, value, "an Instant");
            }
            case TIMESTAMP_NTZ -> {
                if (value instanceof LocalDateTime time) {
                    Instant instant = time.toInstant(ZoneOffset.UTC);
                    yield micros(column, value, instant.getEpochSecond(), instant.getNano());
                }
                throw wrong(column, value, "a LocalDateTime");
            }
            default -> {
                if (isInteger(value)) {
                    yield ((Number) value).longValue();
                }
                throw wrong(column, value, "a Byte, Short, Integer or Long");
            }
        };
    }

    private static long micros(PayloadColumn column, Object value, long seconds, int nanos) {
        if (nanos % NANOS_OF_MICRO != 0) {
            throw wrong(column, value, "whole microseconds");
        }
        try {
            return Math.addExact(Math.multiplyExact(seconds, MICROS), nanos / NANOS_OF_MICRO);
        } catch (ArithmeticException e) {
            throw wrong(column, value, "times whose microseconds since 1970 fit 64 bits");
        }
    }

    private static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte;
    }

    private static double[] doubles(PayloadColumn column, List<?> values) {
        // One zero and one NaN, so that Double.compare is what the comparison is.
        return values.stream()
                .mapToDouble(value -> canonical(number64(column, value)))
                .sorted()
                .toArray();
    }

    /** A literal of a float or double column. */
    static double number64(PayloadColumn column, Object value) {
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        if (isInteger(value) && Math.abs(((Number) value).longValue()) <= MAX_EXACT) {
            return ((Number) value).doubleValue();
        }
        throw wrong(column, value, "a Float, Double or integer that is exact as a double");
    }

    private static double canonical(double value) {
        return Double.isNaN(value) ? Double.NaN : value + 0.0;
    }

    /** A literal of a decimal column. */
    static BigDecimal decimal(PayloadColumn column, Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        if (value instanceof BigInteger integer) {
            return new BigDecimal(integer);
        }
        if (isInteger(value)) {
            return BigDecimal.valueOf(((Number) value).longValue());
        }
        throw wrong(column, value, "a BigDecimal or an integer");
    }

    /** A literal of a string or binary column. */
    static byte[] bytes(PayloadColumn column, Object value) {
        if (column.type().kind() == PayloadType.Kind.BINARY) {
            if (value instanceof byte[] bytes) {
                return bytes.clone();
            }
            throw wrong(column, value, "a byte[]");
        }
        if (value instanceof String text) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw wrong(column, "a text with half a character", "a String that UTF-8 can encode");
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }
        throw wrong(column, value, "a String");
    }

    private static ConfigurationException wrong(PayloadColumn column, Object value, String accepted) {
        String shown = value instanceof byte[] ? "a byte[]" : String.valueOf(value);
        return new ConfigurationException("Cannot filter by column " + column.name() + " of type "
                + column.type() + ": the literal is " + (shown.length() <= 100 ? shown : shown.substring(0, 100) + "…")
                + (value == null ? "" : ", a " + value.getClass().getSimpleName()) + " (accepted: " + accepted + ")");
    }

    private static final class Longs extends Literals {
        private final PayloadType.Kind kind;
        private final long[] sorted;

        Longs(PayloadType type, long[] sorted) {
            this.kind = type.kind();
            this.sorted = sorted;
        }

        private long at(PayloadValues values, int i) {
            return switch (kind) {
                case BOOLEAN -> values.booleanAt(i) ? 1 : 0;
                case LONG, TIMESTAMP, TIMESTAMP_NTZ -> values.longAt(i);
                default -> values.intAt(i);
            };
        }

        @Override
        int compare(PayloadValues values, int i) {
            return Long.compare(at(values, i), sorted[0]);
        }

        @Override
        boolean contains(PayloadValues values, int i) {
            return Arrays.binarySearch(sorted, at(values, i)) >= 0;
        }
    }

    private static final class Doubles extends Literals {
        private final boolean isFloat;
        private final double[] sorted;

        Doubles(PayloadType type, double[] sorted) {
            this.isFloat = type.kind() == PayloadType.Kind.FLOAT;
            this.sorted = sorted;
        }

        private double at(PayloadValues values, int i) {
            return canonical(isFloat ? values.floatAt(i) : values.doubleAt(i));
        }

        @Override
        int compare(PayloadValues values, int i) {
            return Double.compare(at(values, i), sorted[0]);
        }

        @Override
        boolean contains(PayloadValues values, int i) {
            return Arrays.binarySearch(sorted, at(values, i)) >= 0;
        }
    }

    private static final class DecimalSet extends Literals {
        private final PayloadType type;
        private final SortedSet<BigDecimal> sorted;

        DecimalSet(PayloadType type, SortedSet<BigDecimal> sorted) {
            this.type = type;
            this.sorted = sorted;
        }

        @Override
        int compare(PayloadValues values, int i) {
            return Decimals.at(type, values, i).compareTo(sorted.first());
        }

        @Override
        boolean contains(PayloadValues values, int i) {
            return sorted.contains(Decimals.at(type, values, i));
        }
    }

    private static final class Bytes extends Literals {
        private final SortedSet<byte[]> sorted;

        Bytes(SortedSet<byte[]> sorted) {
            this.sorted = sorted;
        }

        @Override
        int compare(PayloadValues values, int i) {
            return Arrays.compareUnsigned(values.bytesAt(i), sorted.first());
        }

        @Override
        boolean contains(PayloadValues values, int i) {
            return sorted.contains(values.bytesAt(i));
        }
    }
}
