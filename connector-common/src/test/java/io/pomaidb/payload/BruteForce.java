package io.pomaidb.payload;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/** SQL's three-valued logic written out: true, false, or null for unknown. Knows nothing of pages or bits. */
final class BruteForce {
    /** What predicates call the id. */
    static final String ID = "id";

    private BruteForce() {}

    static Boolean test(PayloadPredicate predicate, List<PayloadColumn> columns, long id, PayloadRow row) {
        if (predicate instanceof PayloadPredicate.And and) {
            boolean unknown = false;
            for (PayloadPredicate each : and.all()) {
                Boolean outcome = test(each, columns, id, row);
                if (Boolean.FALSE.equals(outcome)) {
                    return false;
                }
                unknown |= outcome == null;
            }
            return unknown ? null : Boolean.TRUE;
        }
        if (predicate instanceof PayloadPredicate.Or or) {
            boolean unknown = false;
            for (PayloadPredicate each : or.any()) {
                Boolean outcome = test(each, columns, id, row);
                if (Boolean.TRUE.equals(outcome)) {
                    return true;
                }
                unknown |= outcome == null;
            }
            return unknown ? null : Boolean.FALSE;
        }
        if (predicate instanceof PayloadPredicate.Not not) {
            Boolean outcome = test(not.negated(), columns, id, row);
            return outcome == null ? null : Boolean.valueOf(!outcome);
        }
        if (predicate instanceof PayloadPredicate.IsNull isNull) {
            return value(isNull.column(), columns, id, row) == null;
        }
        if (predicate instanceof PayloadPredicate.StartsWith startsWith) {
            Object value = value(startsWith.column(), columns, id, row);
            return value == null
                    ? null
                    : Boolean.valueOf(
                            new String((byte[]) value, StandardCharsets.UTF_8).startsWith(startsWith.prefix()));
        }
        if (predicate instanceof PayloadPredicate.In in) {
            Object value = value(in.column(), columns, id, row);
            if (value == null) {
                return null;
            }
            boolean unknown = false;
            for (Object literal : in.literals()) {
                if (literal == null) {
                    unknown = true;
                } else if (compare(value, literal) == 0) {
                    return true;
                }
            }
            return unknown ? null : Boolean.FALSE;
        }
        var compare = (PayloadPredicate.Compare) predicate;
        Object value = value(compare.column(), columns, id, row);
        if (value == null || compare.literal() == null) {
            return null;
        }
        int compared = compare(value, compare.literal());
        return switch (compare.comparison()) {
            case EQUAL -> compared == 0;
            case LESS -> compared < 0;
            case LESS_OR_EQUAL -> compared <= 0;
            case GREATER -> compared > 0;
            case GREATER_OR_EQUAL -> compared >= 0;
        };
    }

    /** A value as a literal of its type; an array or map as itself. */
    private static Object value(String name, List<PayloadColumn> columns, long id, PayloadRow row) {
        if (name.equals(ID)) {
            return id;
        }
        for (int i = 0; i < columns.size(); i++) {
            PayloadType type = columns.get(i).type();
            if (!columns.get(i).name().equals(name)) {
                continue;
            }
            if (i >= row.size() || row.isNullAt(i)) {
                return null;
            }
            return switch (type.kind()) {
                case BOOLEAN -> row.booleanAt(i);
                case BYTE, SHORT, INT -> (long) row.intAt(i);
                case LONG -> row.longAt(i);
                case FLOAT -> (double) row.floatAt(i);
                case DOUBLE -> row.doubleAt(i);
                case DECIMAL -> Decimals.at(type, row, i);
                case DATE -> LocalDate.ofEpochDay(row.intAt(i));
                case TIMESTAMP -> Instant.EPOCH.plus(row.longAt(i), ChronoUnit.MICROS);
                case TIMESTAMP_NTZ ->
                    LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC).plus(row.longAt(i), ChronoUnit.MICROS);
                case STRING, BINARY -> row.bytesAt(i);
                default -> row;
            };
        }
        throw new AssertionError("no column " + name);
    }

    private static int compare(Object value, Object literal) {
        if (value instanceof byte[] bytes) {
            byte[] other = literal instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) literal;
            return Arrays.compareUnsigned(bytes, other);
        }
        if (value instanceof Double left) {
            double right = ((Number) literal).doubleValue();
            if (Double.isNaN(left) || Double.isNaN(right)) {
                return Boolean.compare(Double.isNaN(left), Double.isNaN(right));
            }
            return left < right ? -1 : left > right ? 1 : 0;
        }
        if (value instanceof Long left) {
            return Long.compare(left, ((Number) literal).longValue());
        }
        if (value instanceof BigDecimal left) {
            return left.compareTo((BigDecimal) literal);
        }
        if (value instanceof Boolean left) {
            return Boolean.compare(left, (Boolean) literal);
        }
        if (value instanceof LocalDate left) {
            return left.compareTo((LocalDate) literal);
        }
        if (value instanceof Instant left) {
            return left.compareTo((Instant) literal);
        }
        return ((LocalDateTime) value).compareTo((LocalDateTime) literal);
    }
}
