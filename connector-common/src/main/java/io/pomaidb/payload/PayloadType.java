package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Type of a payload column, or of what is inside one. Every value may be null, except the keys of a map. docs/format.md has
 * the table of what each is in Parquet. Immutable.
 *
 * @param kind which type, up to its parameters
 * @param precision digits of a decimal, else 0
 * @param scale of these, digits behind the point
 * @param children the element of an array, the key and the value of a map, the fields of a struct; else none
 */
public record PayloadType(Kind kind, int precision, int scale, List<PayloadColumn> children) implements Serializable {
    /** Digits that a decimal may have. */
    public static final int MAX_PRECISION = 38;

    /** Digits up to which a decimal's unscaled value is read and written as a long. */
    public static final int MAX_LONG_PRECISION = 18;

    /** How deep types may nest. */
    static final int MAX_DEPTH = 16;

    /** The types without parameters, and those with. */
    public enum Kind {
        BOOLEAN,
        /** 8 bits, signed. */
        BYTE,
        /** 16 bits, signed. */
        SHORT,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        DECIMAL,
        /** Days since 1970-01-01. */
        DATE,
        /** A point in time, in microseconds since 1970-01-01 00:00 UTC. */
        TIMESTAMP,
        /** What a clock on the wall shows, in microseconds since it showed 1970-01-01 00:00. */
        TIMESTAMP_NTZ,
        /** UTF-8. */
        STRING,
        BINARY,
        ARRAY,
        MAP,
        STRUCT;

        /** The name in a type's text. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final PayloadType BOOLEAN = atomic(Kind.BOOLEAN);
    public static final PayloadType BYTE = atomic(Kind.BYTE);
    public static final PayloadType SHORT = atomic(Kind.SHORT);
    public static final PayloadType INT = atomic(Kind.INT);
    public static final PayloadType LONG = atomic(Kind.LONG);
    public static final PayloadType FLOAT = atomic(Kind.FLOAT);
    public static final PayloadType DOUBLE = atomic(Kind.DOUBLE);
    public static final PayloadType DATE = atomic(Kind.DATE);
    public static final PayloadType TIMESTAMP = atomic(Kind.TIMESTAMP);
    public static final PayloadType TIMESTAMP_NTZ = atomic(Kind.TIMESTAMP_NTZ);
    public static final PayloadType STRING = atomic(Kind.STRING);
    public static final PayloadType BINARY = atomic(Kind.BINARY);

    /**
     * Checks what the parameters may be.
     *
     * @throws ConfigurationException if they are out of range, or the type is nested too deeply
     */
    public PayloadType {
        Objects.requireNonNull(kind, "kind");
        children = List.copyOf(children);
        if (kind == Kind.DECIMAL && (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision)) {
            throw new ConfigurationException("Cannot make a payload type: decimal(" + precision + "," + scale
                    + ") is none (accepted: 1 to " + MAX_PRECISION + " digits, of which none to all are behind the"
                    + " point)");
        }
        if (kind == Kind.STRUCT) {
            checkFields(children);
        }
        if (depth(children) > MAX_DEPTH) {
            throw new ConfigurationException(
                    "Cannot make a payload type: it has more than " + MAX_DEPTH + " levels (use a flatter type)");
        }
    }

    private static void checkFields(List<PayloadColumn> fields) {
        if (fields.isEmpty()) {
            throw new ConfigurationException(
                    "Cannot make a payload type: a struct has no fields (accepted: one or more, as Parquet has it)");
        }
        var names = new HashSet<String>();
        for (PayloadColumn field : fields) {
            if (!names.add(field.name())) {
                throw new ConfigurationException(
                        "Cannot make a payload type: a struct has two fields " + field.name() + " (rename one)");
            }
        }
    }

    private static PayloadType atomic(Kind kind) {
        return new PayloadType(kind, 0, 0, List.of());
    }

    /** A decimal of that many digits, {@code scale} of them behind the point. */
    public static PayloadType decimal(int precision, int scale) {
        return new PayloadType(Kind.DECIMAL, precision, scale, List.of());
    }

    /** An array of elements of one type. */
    public static PayloadType array(PayloadType element) {
        return new PayloadType(Kind.ARRAY, 0, 0, List.of(new PayloadColumn("element", element)));
    }

    /** A map; its order and what equal keys mean are the writer's business. */
    public static PayloadType map(PayloadType key, PayloadType value) {
        return new PayloadType(
                Kind.MAP, 0, 0, List.of(new PayloadColumn("key", key), new PayloadColumn("value", value)));
    }

    /** A struct with at least one field; names are unique. */
    public static PayloadType struct(List<PayloadColumn> fields) {
        return new PayloadType(Kind.STRUCT, 0, 0, fields);
    }

    /** The type of child {@code i}. */
    PayloadType child(int i) {
        return children.get(i).type();
    }

    /** Whether values of the type can be compared with each other: all but arrays, maps and structs. */
    public boolean isAtomic() {
        return children.isEmpty();
    }

    /** Whether a decimal's unscaled value is a long to readers and writers, and not bytes. */
    public boolean isLongDecimal() {
        return kind == Kind.DECIMAL && precision <= MAX_LONG_PRECISION;
    }

    private static int depth(List<PayloadColumn> children) {
        int deepest = 0;
        for (PayloadColumn child : children) {
            deepest = Math.max(deepest, depth(child.type().children()));
        }
        return deepest + 1;
    }

    /** The type's text as a snapshot has it; {@link #parse} reads it. */
    public String text() {
        return switch (kind) {
            case DECIMAL -> "decimal(" + precision + "," + scale + ")";
            case ARRAY -> "array<" + child(0).text() + ">";
            case MAP -> "map<" + child(0).text() + "," + child(1).text() + ">";
            case STRUCT -> {
                var text = new StringBuilder("struct<");
                for (PayloadColumn field : children) {
                    text.append(text.length() > "struct<".length() ? "," : "")
                            .append(PayloadTypeParser.quoted(field.name()))
                            .append(':')
                            .append(field.type().text());
                }
                yield text.append('>').toString();
            }
            default -> kind.text();
        };
    }

    /**
     * Reads a type's text.
     *
     * @throws ConfigurationException if it is none; the message names the place
     */
    public static PayloadType parse(String text) {
        return new PayloadTypeParser(text).parse();
    }

    @Override
    public String toString() {
        return text();
    }
}
