package io.pomaidb.spark.filter;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadPredicate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;

/**
 * Translates Spark's predicates for an index: each wholly, with the outcome that Spark would have for every row, or not at
 * all.
 */
public final class FilterPushdown {
    private static final String EQUAL = "=";
    private static final String IN = "IN";
    private static final String AND = "AND";
    private static final String OR = "OR";
    private static final String NOT = "NOT";

    private final IndexSchema schema;
    private final Map<String, PayloadColumn> columns = new HashMap<>();
    private final List<PayloadPredicate> predicates = new ArrayList<>();
    private final List<Predicate> pushed = new ArrayList<>();
    private final List<Predicate> rest = new ArrayList<>();

    /** Ids that rows may have; null where any will do. */
    private TreeSet<Long> ids;

    /** Takes predicates, all of which have to hold. */
    public FilterPushdown(IndexSchema schema, Predicate[] all) {
        this.schema = schema;
        schema.payloadSchema().stored().forEach(column -> columns.put(column.name(), column));
        for (Predicate predicate : all) {
            (takes(predicate) ? pushed : rest).add(predicate);
        }
    }

    /** What the index takes over. */
    public RowFilter filter() {
        return new RowFilter(predicates, ids == null ? null : List.copyOf(ids));
    }

    /** The predicates that it is made of. */
    public Predicate[] pushed() {
        return pushed.toArray(Predicate[]::new);
    }

    /** The others. */
    public Predicate[] rest() {
        return rest.toArray(Predicate[]::new);
    }

    private boolean takes(Predicate predicate) {
        Optional<List<Long>> named = ids(predicate);
        named.ifPresent(some -> {
            if (ids == null) {
                ids = new TreeSet<>(some);
            } else {
                ids.retainAll(some);
            }
        });
        if (named.isPresent() && schema.idType() != IdType.STRING) {
            return true;
        }
        // Another key may have the same hash, so that keys are compared too.
        Optional<PayloadPredicate> translated = translate(predicate).filter(this::fits);
        translated.ifPresent(predicates::add);
        return translated.isPresent();
    }

    private boolean fits(PayloadPredicate predicate) {
        try {
            predicate.check(schema.payloadSchema());
            return true;
        } catch (ConfigurationException tooDeepOrOfAnotherType) {
            return false;
        }
    }

    /** The ids that a predicate names, where it is {@code id = …} or {@code id IN (…)}. */
    private Optional<List<Long>> ids(Predicate predicate) {
        Expression[] children = predicate.children();
        boolean names = (predicate.name().equals(EQUAL) && children.length == 2)
                || predicate.name().equals(IN);
        if (!names || !column(children[0]).filter(schema.idColumn()::equals).isPresent()) {
            return Optional.empty();
        }
        var named = new ArrayList<Long>();
        for (int i = 1; i < children.length; i++) {
            if (!(children[i] instanceof Literal<?> literal)) {
                return Optional.empty();
            }
            // A comparison with null is never true.
            if (literal.value() instanceof Number number) {
                named.add(number.longValue());
            } else if (literal.value() != null) {
                named.add(KeyHash.idOf(literal.value().toString().getBytes(StandardCharsets.UTF_8)));
            }
        }
        return Optional.of(named);
    }

    private static Optional<String> column(Expression expression) {
        return expression instanceof NamedReference reference && reference.fieldNames().length == 1
                ? Optional.of(reference.fieldNames()[0])
                : Optional.empty();
    }

    private Optional<PayloadColumn> payload(Expression expression) {
        return column(expression).map(columns::get);
    }

    private Optional<PayloadPredicate> translate(Predicate predicate) {
        Expression[] children = predicate.children();
        return switch (predicate.name()) {
            case AND -> all(AND, children).map(PayloadPredicate.And::new);
            case OR -> all(OR, children).map(PayloadPredicate.Or::new);
            case NOT -> all(NOT, children).map(negated -> PayloadPredicate.not(negated.get(0)));
            case "IS_NULL" -> payload(children[0]).map(column -> PayloadPredicate.isNull(column.name()));
            case "IS_NOT_NULL" -> payload(children[0]).map(column -> PayloadPredicate.isNotNull(column.name()));
            case "ALWAYS_TRUE" -> Optional.of(PayloadPredicate.and());
            case "ALWAYS_FALSE" -> Optional.of(PayloadPredicate.or());
            case IN, EQUAL, "<=>", "<>", "<", "<=", ">", ">=", "STARTS_WITH" -> comparison(predicate.name(), children);
            default -> Optional.empty();
        };
    }

    /** Chains of AND and OR nest to one side; they are laid flat, because predicates must not be too deep. */
    private Optional<List<PayloadPredicate>> all(String name, Expression[] children) {
        var all = new ArrayList<PayloadPredicate>();
        for (Expression child : children) {
            if (!(child instanceof Predicate predicate)) {
                return Optional.empty();
            }
            Optional<List<PayloadPredicate>> translated = predicate.name().equals(name) && !name.equals(NOT)
                    ? all(name, predicate.children())
                    : translate(predicate).map(List::of);
            if (translated.isEmpty()) {
                return Optional.empty();
            }
            all.addAll(translated.get());
        }
        return Optional.of(all);
    }

    private Optional<PayloadPredicate> comparison(String name, Expression[] children) {
        Optional<PayloadColumn> column = payload(children[0]);
        if (column.isEmpty()) {
            return Optional.empty();
        }
        var values = new ArrayList<>();
        for (int i = 1; i < children.length; i++) {
            var value = SparkLiteral.of(children[i], column.get().type());
            if (value.isEmpty()) {
                return Optional.empty();
            }
            values.add(value.get().value());
        }
        return Optional.of(comparison(name, column.get().name(), values));
    }

    private static PayloadPredicate comparison(String name, String column, List<Object> values) {
        Object value = values.isEmpty() ? null : values.get(0);
        return switch (name) {
            case IN -> PayloadPredicate.in(column, values);
            case EQUAL -> PayloadPredicate.equal(column, value);
            case "<>" -> PayloadPredicate.notEqual(column, value);
            case "<" -> PayloadPredicate.less(column, value);
            case "<=" -> PayloadPredicate.lessOrEqual(column, value);
            case ">" -> PayloadPredicate.greater(column, value);
            case ">=" -> PayloadPredicate.greaterOrEqual(column, value);
            case "STARTS_WITH" -> PayloadPredicate.startsWith(column, (String) value);
            default ->
                value == null
                        ? PayloadPredicate.isNull(column)
                        : PayloadPredicate.and(
                                PayloadPredicate.isNotNull(column), PayloadPredicate.equal(column, value));
        };
    }
}
