package io.pomaidb.flink.table;

import io.pomaidb.flink.row.RowShape;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.search.IdFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The conditions that a scan evaluates itself: on payload columns, and that the id is one of some. All conditions of a scan
 * have to hold.
 */
final class PushedFilters {
    private final TableDefinition table;
    private final FilterTranslator translator;
    private final List<PayloadPredicate> predicates = new ArrayList<>();
    private IdFilter ids = IdFilter.ALL;
    private final List<ResolvedExpression> accepted = new ArrayList<>();
    private final List<ResolvedExpression> remaining = new ArrayList<>();

    PushedFilters(TableDefinition table, List<ResolvedExpression> conditions) {
        this.table = table;
        this.translator = new FilterTranslator(this::stored);
        conditions.forEach(condition -> {
            if (take(condition)) {
                accepted.add(condition);
            } else {
                remaining.add(condition);
            }
        });
    }

    /** Payload files have the payload columns, and the id where it is a string. */
    private Optional<ShownColumn> stored(String name) {
        return table.column(name).filter(RowShape::isStored);
    }

    private boolean take(ResolvedExpression condition) {
        Optional<Roaring64Bitmap> known = ids(condition);
        Optional<PayloadPredicate> predicate = translator.translate(condition);
        known.ifPresent(found -> ids = ids.and(IdFilter.allow(found)));
        predicate.ifPresent(predicates::add);
        return known.isPresent() || predicate.isPresent();
    }

    /** The ids of rows of which a condition can be true; empty if it is not about ids alone. */
    private Optional<Roaring64Bitmap> ids(ResolvedExpression condition) {
        if (!(condition instanceof CallExpression call)) {
            return Optional.empty();
        }
        var found = new Roaring64Bitmap();
        List<ResolvedExpression> any = call.getFunctionDefinition() == BuiltInFunctionDefinitions.OR
                ? FilterTranslator.flat(call)
                : List.of(condition);
        for (ResolvedExpression each : any) {
            Optional<Long> id = id(each);
            if (id.isEmpty()) {
                return Optional.empty();
            }
            found.addLong(id.get());
        }
        return Optional.of(found);
    }

    private Optional<Long> id(ResolvedExpression condition) {
        if (!(condition instanceof CallExpression call)
                || call.getFunctionDefinition() != BuiltInFunctionDefinitions.EQUALS) {
            return Optional.empty();
        }
        List<ResolvedExpression> operands = call.getResolvedChildren();
        boolean literalFirst = operands.get(0) instanceof ValueLiteralExpression;
        ResolvedExpression column = operands.get(literalFirst ? 1 : 0);
        ResolvedExpression value = operands.get(literalFirst ? 0 : 1);
        boolean isId = column instanceof FieldReferenceExpression field
                && table.column(field.getName())
                        .filter(found -> found.kind() == ShownColumn.Kind.ID)
                        .isPresent();
        if (!isId || !(value instanceof ValueLiteralExpression literal) || literal.isNull()) {
            return Optional.empty();
        }
        if (literal.getOutputDataType().getLogicalType().is(LogicalTypeFamily.CHARACTER_STRING)) {
            return literal.getValueAs(String.class).map(key -> KeyHash.idOf(key.getBytes(StandardCharsets.UTF_8)));
        }
        return FilterTranslator.integer(literal);
    }

    /** The condition on payload columns; null if there is none. */
    PayloadPredicate predicate() {
        return switch (predicates.size()) {
            case 0 -> null;
            case 1 -> predicates.get(0);
            default -> new PayloadPredicate.And(predicates);
        };
    }

    /** The ids that may be shown. */
    IdFilter ids() {
        return ids;
    }

    /** The conditions that the scan evaluates. */
    List<ResolvedExpression> accepted() {
        return accepted;
    }

    /** The conditions that are left to Flink. */
    List<ResolvedExpression> remaining() {
        return remaining;
    }
}
