package io.pomaidb.payload;

import static org.apache.parquet.filter2.predicate.FilterApi.and;
import static org.apache.parquet.filter2.predicate.FilterApi.eq;
import static org.apache.parquet.filter2.predicate.FilterApi.gtEq;
import static org.apache.parquet.filter2.predicate.FilterApi.in;
import static org.apache.parquet.filter2.predicate.FilterApi.lt;
import static org.apache.parquet.filter2.predicate.FilterApi.ltEq;
import static org.apache.parquet.filter2.predicate.FilterApi.notEq;
import static org.apache.parquet.filter2.predicate.FilterApi.or;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.predicate.Operators.Column;
import org.apache.parquet.filter2.predicate.Operators.SupportsEqNotEq;
import org.apache.parquet.filter2.predicate.Operators.SupportsLtGt;
import org.apache.parquet.io.api.Binary;

/**
 * Turns a predicate into one of Parquet's that no row fails for which the predicate is true; rows that pass are tested
 * again. Parquet's own semantics differ (nulls, NaN, -0.0), so what is not certain is left out. Null means that nothing can
 * be said.
 */
final class ParquetPushdown {
    private final Map<String, PayloadColumn> columns = new HashMap<>();
    private final Set<String> withNan;

    /**
     * @param present the columns that the file has
     * @param idColumn what predicates call the id, which every file has; null if they cannot name it
     * @param withNan those in which NaN may hide from the statistics
     */
    ParquetPushdown(List<PayloadColumn> present, String idColumn, Set<String> withNan) {
        present.forEach(column -> columns.put(column.name(), column));
        if (idColumn != null) {
            columns.put(idColumn, new PayloadColumn(PayloadSchema.ID, PayloadType.LONG));
        }
        this.withNan = withNan;
    }

    FilterPredicate of(PayloadPredicate predicate) {
        return of(predicate, false);
    }

    private FilterPredicate of(PayloadPredicate predicate, boolean negated) {
        if (predicate instanceof PayloadPredicate.Not not) {
            return of(not.negated(), !negated);
        }
        if (predicate instanceof PayloadPredicate.And and) {
            return negated ? any(and.all(), true) : all(and.all(), false);
        }
        if (predicate instanceof PayloadPredicate.Or or) {
            return negated ? all(or.any(), true) : any(or.any(), false);
        }
        if (predicate instanceof PayloadPredicate.Compare compare) {
            return compare(compare, negated);
        }
        if (predicate instanceof PayloadPredicate.In in) {
            return negated ? null : oneOf(in);
        }
        if (predicate instanceof PayloadPredicate.StartsWith startsWith) {
            return negated ? null : startsWith(startsWith);
        }
        return isNull(((PayloadPredicate.IsNull) predicate).column(), negated);
    }

    private FilterPredicate all(List<PayloadPredicate> predicates, boolean negated) {
        return balanced(
                predicates.stream()
                        .map(each -> of(each, negated))
                        .filter(Objects::nonNull)
                        .toList(),
                true);
    }

    private FilterPredicate any(List<PayloadPredicate> predicates, boolean negated) {
        List<FilterPredicate> parts =
                predicates.stream().map(each -> of(each, negated)).toList();
        return parts.contains(null) ? null : balanced(parts, false);
    }

    /** Thousands of parts in a row would make a tree as deep, on which Parquet recurses. */
    private static FilterPredicate balanced(List<FilterPredicate> parts, boolean conjunction) {
        if (parts.size() <= 1) {
            return parts.isEmpty() ? null : parts.get(0);
        }
        int middle = parts.size() / 2;
        FilterPredicate left = balanced(parts.subList(0, middle), conjunction);
        FilterPredicate right = balanced(parts.subList(middle, parts.size()), conjunction);
        return conjunction ? and(left, right) : or(left, right);
    }

    /** The column, if Parquet can address it: it takes a dot for a step into a struct. */
    private PayloadColumn column(String name) {
        return name.indexOf('.') >= 0 ? null : columns.get(name);
    }

    private FilterPredicate isNull(String name, boolean negated) {
        PayloadColumn column = column(name);
        if (column == null || !column.type().isAtomic() || column.name().equals(PayloadSchema.ID)) {
            return null;
        }
        return switch (column.type().kind()) {
            case BOOLEAN -> isNull(FilterApi.booleanColumn(name), negated);
            case FLOAT -> isNull(FilterApi.floatColumn(name), negated);
            case DOUBLE -> isNull(FilterApi.doubleColumn(name), negated);
            case STRING, BINARY -> isNull(FilterApi.binaryColumn(name), negated);
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> isNull(FilterApi.longColumn(name), negated);
            case DECIMAL -> ParquetDecimals.isNull(column, negated);
            default -> isNull(FilterApi.intColumn(name), negated);
        };
    }

    static <T extends Comparable<T>, C extends Column<T> & SupportsEqNotEq> FilterPredicate isNull(
            C column, boolean negated) {
        return negated ? notEq(column, null) : eq(column, null);
    }

    private FilterPredicate compare(PayloadPredicate.Compare compare, boolean negated) {
        PayloadColumn column = column(compare.column());
        if (column == null || compare.literal() == null) {
            return null;
        }
        if (compare.comparison() == PayloadPredicate.Comparison.EQUAL && negated) {
            return null;
        }
        PayloadPredicate.Comparison comparison = negated ? compare.comparison().opposite() : compare.comparison();
        Object literal = compare.literal();
        return switch (column.type().kind()) {
            case BOOLEAN ->
                comparison == PayloadPredicate.Comparison.EQUAL
                        ? eq(FilterApi.booleanColumn(column.name()), (Boolean) literal)
                        : null;
            case BYTE, SHORT, INT, DATE -> ints(column, comparison, Literals.number(column, literal));
            case LONG, TIMESTAMP, TIMESTAMP_NTZ ->
                range(FilterApi.longColumn(column.name()), comparison, Literals.number(column, literal));
            case FLOAT -> floats(column.name(), comparison, Literals.number64(column, literal));
            case DOUBLE -> doubles(column.name(), comparison, Literals.number64(column, literal));
            case DECIMAL -> ParquetDecimals.compare(column, comparison, Literals.decimal(column, literal));
            case STRING, BINARY ->
                range(
                        FilterApi.binaryColumn(column.name()),
                        comparison,
                        Binary.fromConstantByteArray(Literals.bytes(column, literal)));
            default -> null;
        };
    }

    /** Not less and not greater, rather than strictly so, costs a page at most. */
    static <T extends Comparable<T>, C extends Column<T> & SupportsLtGt & SupportsEqNotEq> FilterPredicate range(
            C column, PayloadPredicate.Comparison comparison, T literal) {
        return switch (comparison) {
            case EQUAL -> eq(column, literal);
            case LESS, LESS_OR_EQUAL -> ltEq(column, literal);
            case GREATER, GREATER_OR_EQUAL -> gtEq(column, literal);
        };
    }

    private static FilterPredicate ints(PayloadColumn column, PayloadPredicate.Comparison comparison, long literal) {
        return literal == (int) literal ? range(FilterApi.intColumn(column.name()), comparison, (int) literal) : null;
    }

    /** NaN is above all other numbers to us, and may be in no statistics. */
    private boolean isUncertain(String name, PayloadPredicate.Comparison comparison, double literal) {
        boolean upwards = comparison == PayloadPredicate.Comparison.GREATER
                || comparison == PayloadPredicate.Comparison.GREATER_OR_EQUAL;
        return Double.isNaN(literal) || (upwards && withNan.contains(name));
    }

    private FilterPredicate floats(String name, PayloadPredicate.Comparison comparison, double literal) {
        if (isUncertain(name, comparison, literal)) {
            return null;
        }
        // The float nearest to the literal may be on either side of it.
        float below = literal == 0 ? -0.0f : Math.nextDown((float) literal);
        float above = literal == 0 ? 0.0f : Math.nextUp((float) literal);
        var column = FilterApi.floatColumn(name);
        return between(gtEq(column, below), ltEq(column, above), comparison);
    }

    private FilterPredicate doubles(String name, PayloadPredicate.Comparison comparison, double literal) {
        if (isUncertain(name, comparison, literal)) {
            return null;
        }
        var column = FilterApi.doubleColumn(name);
        // To Parquet, -0.0 is below 0.0.
        double below = literal == 0 ? -0.0 : literal;
        double above = literal == 0 ? 0.0 : literal;
        return between(gtEq(column, below), ltEq(column, above), comparison);
    }

    private static FilterPredicate between(
            FilterPredicate from, FilterPredicate to, PayloadPredicate.Comparison comparison) {
        return switch (comparison) {
            case EQUAL -> and(from, to);
            case LESS, LESS_OR_EQUAL -> to;
            case GREATER, GREATER_OR_EQUAL -> from;
        };
    }

    private FilterPredicate oneOf(PayloadPredicate.In in) {
        PayloadColumn column = column(in.column());
        List<?> literals = in.literals().stream().filter(Objects::nonNull).toList();
        if (column == null || literals.isEmpty()) {
            return null;
        }
        return switch (column.type().kind()) {
            case BYTE, SHORT, INT, DATE -> {
                Set<Integer> set = new HashSet<>();
                for (Object literal : literals) {
                    long number = Literals.number(column, literal);
                    if (number == (int) number) {
                        set.add((int) number);
                    }
                }
                yield set.isEmpty() ? null : in(FilterApi.intColumn(column.name()), set);
            }
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> {
                Set<Long> set = new HashSet<>();
                literals.forEach(literal -> set.add(Literals.number(column, literal)));
                yield in(FilterApi.longColumn(column.name()), set);
            }
            case STRING, BINARY -> {
                Set<Binary> set = new HashSet<>();
                literals.forEach(literal -> set.add(Binary.fromConstantByteArray(Literals.bytes(column, literal))));
                yield in(FilterApi.binaryColumn(column.name()), set);
            }
            case BOOLEAN, FLOAT, DOUBLE, DECIMAL -> {
                var equal = literals.stream()
                        .map(literal -> PayloadPredicate.equal(in.column(), literal))
                        .toList();
                yield any(equal, false);
            }
            default -> null;
        };
    }

    private FilterPredicate startsWith(PayloadPredicate.StartsWith startsWith) {
        PayloadColumn column = column(startsWith.column());
        if (column == null || startsWith.prefix() == null) {
            return null;
        }
        byte[] prefix = Literals.bytes(column, startsWith.prefix());
        var binary = FilterApi.binaryColumn(column.name());
        FilterPredicate from = gtEq(binary, Binary.fromConstantByteArray(prefix));
        byte[] behind = behind(prefix);
        return behind == null ? from : and(from, lt(binary, Binary.fromConstantByteArray(behind)));
    }

    /** The least bytes above all that begin with the prefix; null if there are none. */
    private static byte[] behind(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return null;
        }
        byte[] behind = Arrays.copyOf(prefix, length);
        behind[length - 1]++;
        return behind;
    }
}
