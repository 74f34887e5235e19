package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A predicate that knows its columns' types and places. For any number of threads. */
final class BoundPredicate {
    /** Outcomes, ordered so that AND is the least and OR the greatest. */
    static final int FALSE = 0;

    static final int UNKNOWN = 1;
    static final int TRUE = 2;

    private final List<PayloadColumn> columns;

    /** Place of the id among the columns; -1 where the predicate does not name it. */
    private final int id;

    private final Test test;

    private BoundPredicate(List<PayloadColumn> columns, int id, Test test) {
        this.columns = columns;
        this.id = id;
        this.test = test;
    }

    private interface Test {
        int of(PayloadValues row);
    }

    /**
     * @throws ConfigurationException if a column does not exist, a literal is not of its column's type, or the predicate is
     *     nested too deeply
     */
    static BoundPredicate bind(PayloadPredicate predicate, PayloadSchema schema) {
        Map<String, PayloadColumn> used = new LinkedHashMap<>();
        collect(predicate, used, 1);
        List<String> names = List.copyOf(used.keySet());
        List<PayloadColumn> columns = PayloadSchema.project(schema.testable(), names);
        int id = schema.idColumn() == null ? -1 : names.indexOf(schema.idColumn());
        return new BoundPredicate(columns, id, new Binder(columns).bind(predicate));
    }

    private static void collect(PayloadPredicate predicate, Map<String, PayloadColumn> used, int depth) {
        if (depth > PayloadPredicate.MAX_DEPTH) {
            throw new ConfigurationException(
                    "Cannot filter: the predicate is nested more than " + PayloadPredicate.MAX_DEPTH
                            + " levels deep (AND and OR take any number of predicates at one level)");
        }
        if (predicate instanceof PayloadPredicate.Compare compare) {
            used.put(compare.column(), null);
        } else if (predicate instanceof PayloadPredicate.In in) {
            used.put(in.column(), null);
        } else if (predicate instanceof PayloadPredicate.IsNull isNull) {
            used.put(isNull.column(), null);
        } else if (predicate instanceof PayloadPredicate.StartsWith startsWith) {
            used.put(startsWith.column(), null);
        } else if (predicate instanceof PayloadPredicate.And and) {
            and.all().forEach(each -> collect(each, used, depth + 1));
        } else if (predicate instanceof PayloadPredicate.Or or) {
            or.any().forEach(each -> collect(each, used, depth + 1));
        } else if (predicate instanceof PayloadPredicate.Not not) {
            collect(not.negated(), used, depth + 1);
        }
    }

    /** The columns that a row has to have, in this order, the id included where it is named. */
    List<PayloadColumn> columns() {
        return columns;
    }

    /** Those of the columns that payload files store. */
    List<PayloadColumn> stored() {
        var stored = new ArrayList<>(columns);
        if (namesId()) {
            stored.remove(id);
        }
        return stored;
    }

    /** Whether the id matters. */
    boolean namesId() {
        return id >= 0;
    }

    /** Whether it is true for a row with the columns, which gets the id where that is named. */
    boolean isTrue(PayloadRow row, long rowId) {
        if (namesId()) {
            row.setLong(id, rowId);
        }
        return test.of(row) == TRUE;
    }

    private record Binder(List<PayloadColumn> columns) {
        Test bind(PayloadPredicate predicate) {
            if (predicate instanceof PayloadPredicate.Compare compare) {
                return compare(compare);
            }
            if (predicate instanceof PayloadPredicate.In in) {
                return in(in);
            }
            if (predicate instanceof PayloadPredicate.IsNull isNull) {
                int column = place(isNull.column());
                return row -> row.isNullAt(column) ? TRUE : FALSE;
            }
            if (predicate instanceof PayloadPredicate.StartsWith startsWith) {
                return startsWith(startsWith);
            }
            if (predicate instanceof PayloadPredicate.And and) {
                return and(and.all().stream().map(this::bind).toArray(Test[]::new));
            }
            if (predicate instanceof PayloadPredicate.Or or) {
                return or(or.any().stream().map(this::bind).toArray(Test[]::new));
            }
            Test negated = bind(((PayloadPredicate.Not) predicate).negated());
            return row -> TRUE - negated.of(row);
        }

        private int place(String name) {
            for (int i = 0; i < columns.size(); i++) {
                if (columns.get(i).name().equals(name)) {
                    return i;
                }
            }
            throw new IllegalStateException("Cannot find column " + name + " among those collected");
        }

        private Test compare(PayloadPredicate.Compare compare) {
            int column = place(compare.column());
            if (compare.literal() == null) {
                Literals.requireComparable(columns.get(column));
                return row -> UNKNOWN;
            }
            Literals literal = Literals.of(columns.get(column), List.of(compare.literal()));
            PayloadPredicate.Comparison comparison = compare.comparison();
            return row -> {
                if (row.isNullAt(column)) {
                    return UNKNOWN;
                }
                return comparison.holds(literal.compare(row, column)) ? TRUE : FALSE;
            };
        }

        private Test in(PayloadPredicate.In in) {
            int column = place(in.column());
            var values = new ArrayList<Object>(in.literals());
            values.removeIf(Objects::isNull);
            int otherwise = values.size() < in.literals().size() ? UNKNOWN : FALSE;
            if (values.isEmpty()) {
                Literals.requireComparable(columns.get(column));
                // In nothing at all is false for any value; SQL has no such list, and Spark makes it false for null
                // too.
                return row -> otherwise;
            }
            Literals literals = Literals.of(columns.get(column), values);
            return row -> {
                if (row.isNullAt(column)) {
                    return UNKNOWN;
                }
                return literals.contains(row, column) ? TRUE : otherwise;
            };
        }

        private Test startsWith(PayloadPredicate.StartsWith startsWith) {
            int column = place(startsWith.column());
            PayloadColumn of = columns.get(column);
            if (of.type().kind() != PayloadType.Kind.STRING) {
                throw new ConfigurationException("Cannot filter by column " + of.name() + " of type " + of.type()
                        + ": a prefix is asked for (accepted: for columns of type string)");
            }
            if (startsWith.prefix() == null) {
                return row -> UNKNOWN;
            }
            byte[] prefix = Literals.bytes(of, startsWith.prefix());
            return row -> {
                if (row.isNullAt(column)) {
                    return UNKNOWN;
                }
                byte[] value = row.bytesAt(column);
                return value.length >= prefix.length && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length)
                        ? TRUE
                        : FALSE;
            };
        }

        private static Test and(Test[] all) {
            return row -> {
                int outcome = TRUE;
                for (Test each : all) {
                    outcome = Math.min(outcome, each.of(row));
                    if (outcome == FALSE) {
                        return FALSE;
                    }
                }
                return outcome;
            };
        }

        private static Test or(Test[] any) {
            return row -> {
                int outcome = FALSE;
                for (Test each : any) {
                    outcome = Math.max(outcome, each.of(row));
                    if (outcome == TRUE) {
                        return TRUE;
                    }
                }
                return outcome;
            };
        }
    }
}
