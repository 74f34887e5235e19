package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.payload.PayloadPredicate.Comparison;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a predicate from text; docs/format.md has the grammar. */
final class PredicateParser {
    private static final int MAX_DEPTH = PayloadPredicate.MAX_DEPTH / 2;

    private final PredicateTokens tokens;
    private final Map<String, PayloadColumn> columns = new HashMap<>();

    PredicateParser(String text, PayloadSchema schema) {
        tokens = new PredicateTokens(text);
        schema.testable().forEach(column -> columns.put(column.name(), column));
    }

    PayloadPredicate parse() {
        PayloadPredicate predicate = any(1);
        if (tokens.kind() != PredicateTokens.Kind.END) {
            throw tokens.wrong("AND, OR, or the end");
        }
        return predicate;
    }

    private PayloadPredicate any(int depth) {
        var any = new ArrayList<PayloadPredicate>();
        do {
            any.add(all(depth));
        } while (tokens.skip("or"));
        return any.size() == 1 ? any.get(0) : new PayloadPredicate.Or(any);
    }

    private PayloadPredicate all(int depth) {
        var all = new ArrayList<PayloadPredicate>();
        do {
            all.add(one(depth));
        } while (tokens.skip("and"));
        return all.size() == 1 ? all.get(0) : new PayloadPredicate.And(all);
    }

    private PayloadPredicate one(int depth) {
        if (depth > MAX_DEPTH) {
            throw tokens.wrong("at most " + MAX_DEPTH + " levels of parentheses and NOT");
        }
        if (tokens.skip("not")) {
            return PayloadPredicate.not(one(depth + 1));
        }
        if (tokens.skipSign("(")) {
            PayloadPredicate inner = any(depth + 1);
            tokens.expectSign(")");
            return inner;
        }
        return condition(column());
    }

    private PayloadColumn column() {
        if (tokens.kind() != PredicateTokens.Kind.WORD && tokens.kind() != PredicateTokens.Kind.NAME) {
            throw tokens.wrong("a column, NOT or '('");
        }
        PayloadColumn column = columns.get(tokens.value());
        if (column == null) {
            throw tokens.wrong(
                    columns.isEmpty()
                            ? "no condition: the index has no columns for one"
                            : "a column: "
                                    + String.join(
                                            ", ",
                                            columns.keySet().stream().sorted().toList()));
        }
        tokens.next();
        return column;
    }

    private PayloadPredicate condition(PayloadColumn column) {
        if (tokens.skip("is")) {
            boolean negated = tokens.skip("not");
            tokens.expect("null");
            return negated ? PayloadPredicate.isNotNull(column.name()) : PayloadPredicate.isNull(column.name());
        }
        boolean negated = tokens.skip("not");
        PayloadPredicate condition;
        if (tokens.skip("in")) {
            condition = in(column);
        } else if (tokens.skip("between")) {
            Object from = literal(column);
            tokens.expect("and");
            condition = PayloadPredicate.between(column.name(), from, literal(column));
        } else if (tokens.skip("like")) {
            condition = like(column);
        } else if (negated) {
            throw tokens.wrong("IN, BETWEEN or LIKE");
        } else {
            return comparison(column);
        }
        return negated ? PayloadPredicate.not(condition) : condition;
    }

    private PayloadPredicate comparison(PayloadColumn column) {
        if (tokens.skipSign("<>") || tokens.skipSign("!=")) {
            return PayloadPredicate.notEqual(column.name(), literal(column));
        }
        Comparison comparison;
        if (tokens.skipSign("=")) {
            comparison = Comparison.EQUAL;
        } else if (tokens.skipSign("<=")) {
            comparison = Comparison.LESS_OR_EQUAL;
        } else if (tokens.skipSign("<")) {
            comparison = Comparison.LESS;
        } else if (tokens.skipSign(">=")) {
            comparison = Comparison.GREATER_OR_EQUAL;
        } else if (tokens.skipSign(">")) {
            comparison = Comparison.GREATER;
        } else {
            throw tokens.wrong("=, <>, <, <=, >, >=, IN, BETWEEN, LIKE or IS");
        }
        return new PayloadPredicate.Compare(column.name(), comparison, literal(column));
    }

    private PayloadPredicate in(PayloadColumn column) {
        tokens.expectSign("(");
        List<Object> literals = new ArrayList<>();
        do {
            literals.add(literal(column));
        } while (tokens.skipSign(","));
        tokens.expectSign(")");
        return PayloadPredicate.in(column.name(), literals);
    }

    /** Only prefixes can be looked for: {@code %} at the end, and anywhere else what a backslash stands before. */
    private PayloadPredicate like(PayloadColumn column) {
        int start = tokens.start();
        if (column.type().kind() != PayloadType.Kind.STRING) {
            throw tokens.wrong(
                    "another condition: LIKE is for strings, and " + column.name() + " is of type " + column.type());
        }
        if (tokens.kind() != PredicateTokens.Kind.STRING) {
            throw tokens.wrong("a string");
        }
        String pattern = tokens.value();
        var prefix = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '%' && i == pattern.length() - 1) {
                tokens.next();
                return PayloadPredicate.startsWith(column.name(), prefix.toString());
            }
            if (c == '%' || c == '_' || (c == '\\' && ++i == pattern.length())) {
                throw tokens.wrongAt(start, "a prefix and %, as in 'ab%'; \\% and \\_ stand for themselves");
            }
            prefix.append(pattern.charAt(i));
        }
        tokens.next();
        return PayloadPredicate.equal(column.name(), prefix.toString());
    }

    private Object literal(PayloadColumn column) {
        int start = tokens.start();
        Object literal = new LiteralReader(tokens).read(column);
        try {
            // One that the column cannot be compared with is told with its place.
            PayloadPredicate.equal(column.name(), literal).check(new PayloadSchema(null, List.of(column)));
        } catch (ConfigurationException e) {
            throw new ConfigurationException(
                    tokens.wrongAt(start, "a literal for " + column.name()).getMessage() + ": " + e.getMessage(), e);
        }
        return literal;
    }
}
