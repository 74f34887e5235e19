package io.pomaidb.payload;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.HexFormat;

/** Reads a literal from a predicate's text as the type of the column that it is compared with. */
final class LiteralReader {
    private static final int MAX_DIGITS = 400;

    private final PredicateTokens tokens;

    LiteralReader(PredicateTokens tokens) {
        this.tokens = tokens;
    }

    /** The current token as the class that {@link PayloadPredicate} names for the column's type. */
    Object read(PayloadColumn column) {
        int start = tokens.start();
        if (tokens.skip("null")) {
            return null;
        }
        try {
            return switch (column.type().kind()) {
                case BOOLEAN -> bool();
                case BYTE, SHORT, INT, LONG -> Long.parseLong(take(PredicateTokens.Kind.NUMBER, "a whole number"));
                case FLOAT -> floating(true);
                case DOUBLE -> floating(false);
                case DECIMAL -> decimal();
                case DATE -> {
                    tokens.skip("date");
                    yield LocalDate.parse(text("'2024-12-31'"));
                }
                case TIMESTAMP -> {
                    tokens.skip("timestamp");
                    yield OffsetDateTime.parse(time("'2024-12-31T23:59:59Z'")).toInstant();
                }
                case TIMESTAMP_NTZ -> {
                    tokens.skip("timestamp_ntz");
                    yield LocalDateTime.parse(time("'2024-12-31T23:59:59'"));
                }
                case STRING -> text("a string as in 'it''s'");
                case BINARY -> binary();
                case ARRAY, MAP, STRUCT ->
                    throw tokens.wrong(
                            "IS NULL: " + column.name() + " is of type " + column.type() + ", which has no literals");
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw tokens.wrongAt(start, "a literal of type " + column.type() + ": " + e.getMessage());
        }
    }

    private boolean bool() {
        if (tokens.skip("true")) {
            return true;
        }
        tokens.expect("false");
        return false;
    }

    private Object floating(boolean isFloat) {
        double named;
        if (tokens.is("nan")) {
            named = Double.NaN;
        } else if (tokens.skipSign("-")) {
            if (!tokens.is("infinity")) {
                throw tokens.wrong("Infinity");
            }
            named = Double.NEGATIVE_INFINITY;
        } else if (tokens.is("infinity")) {
            named = Double.POSITIVE_INFINITY;
        } else {
            String number = peek(PredicateTokens.Kind.NUMBER, "a number, NaN or Infinity");
            // As the column stores it, so that an equal number is found.
            named = isFloat ? Float.parseFloat(number) : Double.parseDouble(number);
        }
        tokens.next();
        return isFloat ? (Object) (float) named : (Object) named;
    }

    private BigDecimal decimal() {
        var value = new BigDecimal(peek(PredicateTokens.Kind.NUMBER, "a number"));
        if (value.precision() > MAX_DIGITS || Math.abs((long) value.scale()) > MAX_DIGITS) {
            throw tokens.wrong("a number of up to " + MAX_DIGITS + " digits");
        }
        tokens.next();
        return value;
    }

    private String text(String expected) {
        return take(PredicateTokens.Kind.STRING, expected);
    }

    private String time(String expected) {
        return text(expected).replace(' ', 'T');
    }

    private byte[] binary() {
        if (!tokens.skip("x")) {
            throw tokens.wrong("hexadecimal digits as in x'00ff'");
        }
        return HexFormat.of().parseHex(text("hexadecimal digits as in x'00ff'"));
    }

    private String peek(PredicateTokens.Kind kind, String expected) {
        if (tokens.kind() != kind) {
            throw tokens.wrong(expected);
        }
        return tokens.value();
    }

    private String take(PredicateTokens.Kind kind, String expected) {
        String value = peek(kind, expected);
        tokens.next();
        return value;
    }
}
