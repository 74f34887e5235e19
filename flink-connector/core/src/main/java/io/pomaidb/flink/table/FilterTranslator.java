package io.pomaidb.flink.table;

import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.payload.PayloadPredicate.Comparison;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.TimestampType;

/**
 * Turns Flink's conditions into predicates on payload columns that say exactly the same, where there is one. NaN is where the
 * two differ: to Flink, it is greater than any DECIMAL, and not greater than any other number.
 */
final class FilterTranslator {
    private static final int MICROS = 6;
    private static final int NANOS_OF_MICRO = 1_000;

    /** Up to here, every integer is a double. */
    private static final long MAX_EXACT = 1L << 53;

    private static final Map<FunctionDefinition, Comparison> COMPARISONS = Map.of(
            BuiltInFunctionDefinitions.EQUALS, Comparison.EQUAL,
            BuiltInFunctionDefinitions.LESS_THAN, Comparison.LESS,
            BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL, Comparison.LESS_OR_EQUAL,
            BuiltInFunctionDefinitions.GREATER_THAN, Comparison.GREATER,
            BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL, Comparison.GREATER_OR_EQUAL);

    private final Function<String, Optional<ShownColumn>> columns;

    /** A translator of conditions on columns, of which those that payload files have can be translated. */
    FilterTranslator(Function<String, Optional<ShownColumn>> columns) {
        this.columns = columns;
    }

    /** The predicate that says the same; empty if there is none. */
    Optional<PayloadPredicate> translate(ResolvedExpression condition) {
        if (condition instanceof FieldReferenceExpression) {
            return column(condition)
                    .filter(column -> column.type().is(LogicalTypeRoot.BOOLEAN))
                    .map(column -> PayloadPredicate.equal(column.name(), true));
        }
        return condition instanceof CallExpression call ? call(call) : Optional.empty();
    }

    private Optional<PayloadPredicate> call(CallExpression call) {
        FunctionDefinition function = call.getFunctionDefinition();
        List<ResolvedExpression> arguments = call.getResolvedChildren();
        if (function == BuiltInFunctionDefinitions.AND) {
            return all(flat(call)).map(PayloadPredicate.And::new);
        }
        if (function == BuiltInFunctionDefinitions.OR) {
            return all(flat(call)).map(FilterTranslator::or);
        }
        if (function == BuiltInFunctionDefinitions.NOT) {
            return translate(arguments.get(0)).map(PayloadPredicate::not);
        }
        if (function == BuiltInFunctionDefinitions.IS_NULL) {
            return column(arguments.get(0)).map(column -> PayloadPredicate.isNull(column.name()));
        }
        if (function == BuiltInFunctionDefinitions.IS_NOT_NULL) {
            return column(arguments.get(0)).map(column -> PayloadPredicate.isNotNull(column.name()));
        }
        if (function == BuiltInFunctionDefinitions.LIKE) {
            return arguments.size() == 2 ? like(arguments.get(0), arguments.get(1)) : Optional.empty();
        }
        if (function == BuiltInFunctionDefinitions.NOT_EQUALS) {
            return compare(arguments, Comparison.EQUAL).map(PayloadPredicate::not);
        }
        Comparison comparison = COMPARISONS.get(function);
        return comparison == null ? Optional.empty() : compare(arguments, comparison);
    }

    /** The operands of nested calls of one function, without recursion: a long IN comes as nested ORs. */
    static List<ResolvedExpression> flat(CallExpression call) {
        var flat = new ArrayList<ResolvedExpression>();
        var open = new ArrayDeque<ResolvedExpression>();
        open.push(call);
        while (!open.isEmpty()) {
            ResolvedExpression next = open.pop();
            if (next instanceof CallExpression inner && inner.getFunctionDefinition() == call.getFunctionDefinition()) {
                List<ResolvedExpression> operands = inner.getResolvedChildren();
                for (int i = operands.size() - 1; i >= 0; i--) {
                    open.push(operands.get(i));
                }
            } else {
                flat.add(next);
            }
        }
        return flat;
    }

    private Optional<List<PayloadPredicate>> all(List<ResolvedExpression> conditions) {
        var all = new ArrayList<PayloadPredicate>();
        for (ResolvedExpression condition : conditions) {
            Optional<PayloadPredicate> translated = translate(condition);
            if (translated.isEmpty()) {
                return Optional.empty();
            }
            all.add(translated.get());
        }
        return Optional.of(all);
    }

    /** One of them, with the values that a column may equal collected into a set. */
    private static PayloadPredicate or(List<PayloadPredicate> any) {
        var equal = new LinkedHashMap<String, List<Object>>();
        var rest = new ArrayList<PayloadPredicate>();
        for (PayloadPredicate each : any) {
            if (each instanceof PayloadPredicate.Compare compare && compare.comparison() == Comparison.EQUAL) {
                equal.computeIfAbsent(compare.column(), column -> new ArrayList<>())
                        .add(compare.literal());
            } else {
                rest.add(each);
            }
        }
        equal.forEach((column, literals) -> rest.add(PayloadPredicate.in(column, literals)));
        return rest.size() == 1 ? rest.get(0) : new PayloadPredicate.Or(rest);
    }

    private Optional<PayloadPredicate> like(ResolvedExpression value, ResolvedExpression pattern) {
        Optional<ShownColumn> column = column(value).filter(found -> isText(found.type()));
        Optional<String> text = pattern instanceof ValueLiteralExpression literal && !literal.isNull()
                ? literal.getValueAs(String.class)
                : Optional.empty();
        if (column.isEmpty() || text.isEmpty() || !text.get().endsWith("%")) {
            return Optional.empty();
        }
        String prefix = text.get().substring(0, text.get().length() - 1);
        boolean isPlain = prefix.chars().noneMatch(letter -> letter == '%' || letter == '_' || letter == '\\');
        return isPlain ? Optional.of(PayloadPredicate.startsWith(column.get().name(), prefix)) : Optional.empty();
    }

    private Optional<PayloadPredicate> compare(List<ResolvedExpression> operands, Comparison comparison) {
        if (operands.get(0) instanceof ValueLiteralExpression literal) {
            return compare(operands.get(1), mirrored(comparison), literal);
        }
        return operands.get(1) instanceof ValueLiteralExpression literal
                ? compare(operands.get(0), comparison, literal)
                : Optional.empty();
    }

    private static Comparison mirrored(Comparison comparison) {
        return switch (comparison) {
            case EQUAL -> Comparison.EQUAL;
            case LESS -> Comparison.GREATER;
            case LESS_OR_EQUAL -> Comparison.GREATER_OR_EQUAL;
            case GREATER -> Comparison.LESS;
            case GREATER_OR_EQUAL -> Comparison.LESS_OR_EQUAL;
        };
    }

    private Optional<PayloadPredicate> compare(
            ResolvedExpression value, Comparison comparison, ValueLiteralExpression literal) {
        Optional<ShownColumn> column = column(widened(value));
        if (column.isEmpty() || literal.isNull()) {
            return Optional.empty();
        }
        return literal(column.get().type(), literal).map(known -> {
            var compared = new PayloadPredicate.Compare(column.get().name(), comparison, known);
            boolean takesNan = comparison == Comparison.GREATER || comparison == Comparison.GREATER_OR_EQUAL;
            boolean leavesNan = takesNan && known instanceof Double && !isDecimal(literal);
            return leavesNan
                    ? PayloadPredicate.and(
                            compared, PayloadPredicate.lessOrEqual(column.get().name(), Double.POSITIVE_INFINITY))
                    : compared;
        });
    }

    /** What a cast is of that makes a number wider and changes nothing else. */
    private static ResolvedExpression widened(ResolvedExpression value) {
        if (value instanceof CallExpression call && call.getFunctionDefinition() == BuiltInFunctionDefinitions.CAST) {
            ResolvedExpression inner = call.getResolvedChildren().get(0);
            LogicalType from = inner.getOutputDataType().getLogicalType();
            LogicalType to = call.getOutputDataType().getLogicalType();
            boolean areIntegers =
                    from.is(LogicalTypeFamily.INTEGER_NUMERIC) && to.is(LogicalTypeFamily.INTEGER_NUMERIC);
            boolean isWider = areIntegers
                    ? from.getTypeRoot().compareTo(to.getTypeRoot()) <= 0
                    : from.is(LogicalTypeRoot.FLOAT) && to.is(LogicalTypeRoot.DOUBLE);
            return isWider ? inner : value;
        }
        return value;
    }

    /** The column that an expression is, if payload files have it. */
    private Optional<ShownColumn> column(ResolvedExpression value) {
        return value instanceof FieldReferenceExpression field ? columns.apply(field.getName()) : Optional.empty();
    }

    private static boolean isText(LogicalType type) {
        return type.is(LogicalTypeFamily.CHARACTER_STRING);
    }

    private static boolean isOfMicros(Temporal time) {
        return time.get(ChronoField.NANO_OF_SECOND) % NANOS_OF_MICRO == 0;
    }

    private static boolean isDecimal(ValueLiteralExpression literal) {
        return literal.getOutputDataType().getLogicalType().is(LogicalTypeRoot.DECIMAL);
    }

    /** A literal that is a whole number by its type. */
    static Optional<Long> integer(ValueLiteralExpression literal) {
        return literal.getOutputDataType().getLogicalType().is(LogicalTypeFamily.INTEGER_NUMERIC)
                ? literal.getValueAs(Number.class).map(Number::longValue)
                : Optional.empty();
    }

    /** A literal beside floats and doubles; empty where its double is another number, or zeros of two signs would meet. */
    private static Optional<Double> real(Number number) {
        double real = number.doubleValue();
        boolean isExact = !(number instanceof Long) || Math.abs(number.longValue()) <= MAX_EXACT;
        boolean isDecimalZero = number instanceof BigDecimal && real == 0;
        return isExact && !isDecimalZero ? Optional.of(real) : Optional.empty();
    }

    /** A literal as a predicate on a column of a type takes it; empty if the two types do not compare exactly. */
    private static Optional<?> literal(LogicalType type, ValueLiteralExpression literal) {
        LogicalType of = literal.getOutputDataType().getLogicalType();
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> literal.getValueAs(Boolean.class);
            case TINYINT, SMALLINT, INTEGER, BIGINT -> integer(literal);
            case FLOAT, DOUBLE ->
                of.is(LogicalTypeFamily.NUMERIC)
                        ? literal.getValueAs(Number.class).flatMap(FilterTranslator::real)
                        : Optional.empty();
            case DECIMAL ->
                isDecimal(literal)
                        ? literal.getValueAs(BigDecimal.class)
                        : integer(literal).map(BigDecimal::valueOf);
            case CHAR, VARCHAR -> isText(of) ? literal.getValueAs(String.class) : Optional.empty();
            case BINARY, VARBINARY -> literal.getValueAs(byte[].class);
            case DATE -> literal.getValueAs(LocalDate.class);
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                ((TimestampType) type).getPrecision() == MICROS
                        ? literal.getValueAs(LocalDateTime.class).filter(FilterTranslator::isOfMicros)
                        : Optional.empty();
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                ((LocalZonedTimestampType) type).getPrecision() == MICROS
                        ? literal.getValueAs(Instant.class).filter(FilterTranslator::isOfMicros)
                        : Optional.empty();
            default -> Optional.empty();
        };
    }
}
