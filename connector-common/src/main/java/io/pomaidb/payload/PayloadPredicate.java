package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * A condition on the id and the payload columns of a row, with the three values of SQL: a comparison with null is neither true nor
 * false but unknown, and a row satisfies a predicate only where it is true. Immutable, and checked against a schema when it
 * is used.
 *
 * <p>Literals are, for columns of type boolean: {@link Boolean}; byte to long: {@link Byte} to {@link Long}; float and
 * double: {@link Float}, {@link Double} or those of integers; decimal: {@link java.math.BigDecimal} or those of integers;
 * date: {@link java.time.LocalDate}; timestamp: {@link java.time.Instant}; timestamp_ntz:
 * {@link java.time.LocalDateTime}; string: {@link String}; binary: {@code byte[]}; and null for any. Values are compared as
 * Spark does: NaN equals NaN and is larger than any other number, 0.0 equals -0.0, strings and binary are ordered by their
 * unsigned bytes, false is before true, a float is compared with a double as a double. Arrays, maps and structs can only be
 * tested for null. An id that is a number is a column of type long, under the name of the index's id column, and never null.
 */
public sealed interface PayloadPredicate extends Serializable {
    /** How deep predicates may nest. */
    int MAX_DEPTH = 200;

    /** How a value is compared with a literal. */
    enum Comparison {
        EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL;

        /** What is true where this is false; of null, both are unknown. EQUAL has none here. */
        Comparison opposite() {
            return switch (this) {
                case LESS -> GREATER_OR_EQUAL;
                case LESS_OR_EQUAL -> GREATER;
                case GREATER -> LESS_OR_EQUAL;
                case GREATER_OR_EQUAL -> LESS;
                case EQUAL -> throw new IllegalArgumentException("Cannot turn EQUAL into another comparison");
            };
        }

        /** Whether it holds, given how the value compares with the literal. */
        boolean holds(int compared) {
            return switch (this) {
                case EQUAL -> compared == 0;
                case LESS -> compared < 0;
                case LESS_OR_EQUAL -> compared <= 0;
                case GREATER -> compared > 0;
                case GREATER_OR_EQUAL -> compared >= 0;
            };
        }
    }

    /**
     * A comparison of a column with a literal; unknown where either is null.
     *
     * @param column name of the column
     * @param comparison what has to hold
     * @param literal may be null
     */
    record Compare(String column, Comparison comparison, Object literal) implements PayloadPredicate {
        public Compare {
            Objects.requireNonNull(column, "column");
            Objects.requireNonNull(comparison, "comparison");
        }
    }

    /**
     * Whether a column has one of some values; unknown where it is null, and where it has none of them and one is null.
     *
     * @param column name of the column
     * @param literals may hold null
     */
    record In(String column, List<?> literals) implements PayloadPredicate {
        public In {
            Objects.requireNonNull(column, "column");
            literals = Collections.unmodifiableList(new ArrayList<>(literals));
        }
    }

    /**
     * Whether a column of any type is null; never unknown.
     *
     * @param column name of the column
     */
    record IsNull(String column) implements PayloadPredicate {
        public IsNull {
            Objects.requireNonNull(column, "column");
        }
    }

    /**
     * Whether a string begins with another, byte by byte: {@code LIKE 'prefix%'}. Unknown where it is null.
     *
     * @param column name of the column
     * @param prefix may be null, and then the outcome is unknown
     */
    record StartsWith(String column, String prefix) implements PayloadPredicate {
        public StartsWith {
            Objects.requireNonNull(column, "column");
        }
    }

    /**
     * Whether all hold: false if one is false, else unknown if one is unknown.
     *
     * @param all of none, it is true
     */
    record And(List<PayloadPredicate> all) implements PayloadPredicate {
        public And {
            all = List.copyOf(all);
        }
    }

    /**
     * Whether one holds: true if one is true, else unknown if one is unknown.
     *
     * @param any of none, it is false
     */
    record Or(List<PayloadPredicate> any) implements PayloadPredicate {
        public Or {
            any = List.copyOf(any);
        }
    }

    /**
     * Whether another is false: unknown where that is.
     *
     * @param negated the other
     */
    record Not(PayloadPredicate negated) implements PayloadPredicate {
        public Not {
            Objects.requireNonNull(negated, "negated");
        }
    }

    /**
     * Reads a predicate from text, such as {@code price < 100 AND colour IN ('red', 'green')}: SQL's conditions on the
     * columns of a schema, as docs/format.md lists them. Literals are read as their columns' types.
     *
     * @throws ConfigurationException if the text is no predicate, names a column that is not there, or has a literal that
     *     its column cannot be compared with; it names the place in the text
     */
    static PayloadPredicate parse(String text, PayloadSchema schema) {
        return new PredicateParser(text, schema).parse();
    }

    /** {@code column = literal}. */
    static PayloadPredicate equal(String column, Object literal) {
        return new Compare(column, Comparison.EQUAL, literal);
    }

    /** {@code column <> literal}. */
    static PayloadPredicate notEqual(String column, Object literal) {
        return new Not(equal(column, literal));
    }

    /** {@code column < literal}. */
    static PayloadPredicate less(String column, Object literal) {
        return new Compare(column, Comparison.LESS, literal);
    }

    /** {@code column <= literal}. */
    static PayloadPredicate lessOrEqual(String column, Object literal) {
        return new Compare(column, Comparison.LESS_OR_EQUAL, literal);
    }

    /** {@code column > literal}. */
    static PayloadPredicate greater(String column, Object literal) {
        return new Compare(column, Comparison.GREATER, literal);
    }

    /** {@code column >= literal}. */
    static PayloadPredicate greaterOrEqual(String column, Object literal) {
        return new Compare(column, Comparison.GREATER_OR_EQUAL, literal);
    }

    /** {@code column BETWEEN from AND to}, both included. */
    static PayloadPredicate between(String column, Object from, Object to) {
        return new And(List.of(greaterOrEqual(column, from), lessOrEqual(column, to)));
    }

    /** {@code column IN (literals)}. */
    static PayloadPredicate in(String column, List<?> literals) {
        return new In(column, literals);
    }

    /** {@code column IS NULL}. */
    static PayloadPredicate isNull(String column) {
        return new IsNull(column);
    }

    /** {@code column IS NOT NULL}. */
    static PayloadPredicate isNotNull(String column) {
        return new Not(new IsNull(column));
    }

    /** {@code column LIKE 'prefix%'}. */
    static PayloadPredicate startsWith(String column, String prefix) {
        return new StartsWith(column, prefix);
    }

    /** All of them. */
    static PayloadPredicate and(PayloadPredicate... all) {
        return new And(List.of(all));
    }

    /** One of them. */
    static PayloadPredicate or(PayloadPredicate... any) {
        return new Or(List.of(any));
    }

    /** Not this. */
    static PayloadPredicate not(PayloadPredicate negated) {
        return new Not(negated);
    }

    /**
     * Checks that the columns exist and the literals are of their types.
     *
     * @throws ConfigurationException if not; it names the column
     */
    default void check(PayloadSchema schema) {
        BoundPredicate.bind(this, schema);
    }
}
