package io.pomaidb.spark.filter;

import io.pomaidb.payload.PayloadType;
import io.pomaidb.spark.column.ColumnTypes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A literal of Spark's as payload predicates have it.
 *
 * @param value null for null
 */
record SparkLiteral(Object value) {
    private static final long MICROS = 1_000_000;
    private static final int NANOS_OF_MICRO = 1_000;

    /** The literal of an expression, for a column of a type; empty if it is none, or of another type. */
    static Optional<SparkLiteral> of(Expression expression, PayloadType type) {
        if (!(expression instanceof Literal<?> literal) || !type.isAtomic() || !isOf(literal.dataType(), type)) {
            return Optional.empty();
        }
        if (literal.value() == null) {
            return Optional.of(new SparkLiteral(null));
        }
        return Optional.ofNullable(value(literal.value(), type)).map(SparkLiteral::new);
    }

    private static boolean isOf(DataType found, PayloadType type) {
        return type.kind() == PayloadType.Kind.DECIMAL
                ? found instanceof DecimalType
                : found.equals(ColumnTypes.of(type));
    }

    /** Null if the value cannot be told. */
    private static Object value(Object value, PayloadType type) {
        return switch (type.kind()) {
            case DECIMAL -> ((Decimal) value).toJavaBigDecimal();
            case DATE -> LocalDate.ofEpochDay((Integer) value);
            case TIMESTAMP -> instant((Long) value);
            case TIMESTAMP_NTZ -> LocalDateTime.ofInstant(instant((Long) value), ZoneOffset.UTC);
            case STRING -> text((UTF8String) value);
            default -> value;
        };
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * NANOS_OF_MICRO);
    }

    /** Null for bytes that are no UTF-8, which Spark lets strings hold. */
    private static String text(UTF8String value) {
        String text = value.toString();
        return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), value.getBytes()) ? text : null;
    }
}
