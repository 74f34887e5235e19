package io.pomaidb.flink.sink;

import io.pomaidb.error.DataException;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Puts values of Java's usual classes into payload rows. */
final class JavaValues {
    private JavaValues() {}

    /**
     * Sets value {@code i} of a row.
     *
     * @param value null, or of the class that belongs to the column's type
     * @throws DataException if it is of another class or does not fit
     */
    static void set(PayloadRow row, int i, PayloadColumn column, Object value) {
        try {
            if (value == null) {
                row.setNull(i);
            } else {
                setPresent(row, i, column.type(), value);
            }
        } catch (ClassCastException | ArithmeticException e) {
            throw new DataException(
                    "Cannot write a value of class " + value.getClass().getName() + " into payload column "
                            + column.name() + ": it does not fit type " + column.type()
                            + " (PomaiSinkBuilder.payload lists what does)",
                    e);
        }
    }

    private static void setPresent(PayloadRow row, int i, PayloadType type, Object value) {
        switch (type.kind()) {
            case BOOLEAN -> row.setBoolean(i, (Boolean) value);
            case BYTE -> row.setInt(i, inRange((Number) value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case SHORT -> row.setInt(i, inRange((Number) value, Short.MIN_VALUE, Short.MAX_VALUE));
            case INT -> row.setInt(i, inRange((Number) value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case LONG -> row.setLong(i, ((Number) value).longValue());
            case FLOAT -> row.setFloat(i, ((Number) value).floatValue());
            case DOUBLE -> row.setDouble(i, ((Number) value).doubleValue());
            case STRING -> row.setBytes(i, ((String) value).getBytes(StandardCharsets.UTF_8));
            case BINARY -> row.setBytes(i, (byte[]) value);
            case DATE -> row.setInt(i, Math.toIntExact(((LocalDate) value).toEpochDay()));
            case TIMESTAMP -> row.setLong(i, ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) value));
            case TIMESTAMP_NTZ ->
                row.setLong(
                        i, ChronoUnit.MICROS.between(Instant.EPOCH, ((LocalDateTime) value).toInstant(ZoneOffset.UTC)));
            case DECIMAL -> setDecimal(row, i, type, (BigDecimal) value);
            case ARRAY -> row.setValues(i, elements(type.children().get(0), (List<?>) value));
            case MAP, STRUCT -> throw new ClassCastException(type.kind() + " needs an adapter of rows");
        }
    }

    private static int inRange(Number value, int least, int most) {
        long number = value.longValue();
        if (number < least || number > most) {
            throw new ArithmeticException(number + " is not from " + least + " to " + most);
        }
        return (int) number;
    }

    private static void setDecimal(PayloadRow row, int i, PayloadType type, BigDecimal value) {
        BigDecimal scaled = value.setScale(type.scale(), RoundingMode.UNNECESSARY);
        if (scaled.precision() > type.precision()) {
            throw new ArithmeticException(value + " has more digits");
        }
        if (type.isLongDecimal()) {
            row.setLong(i, scaled.unscaledValue().longValueExact());
        } else {
            row.setBytes(i, scaled.unscaledValue().toByteArray());
        }
    }

    private static PayloadRow elements(PayloadColumn element, List<?> values) {
        var row = new PayloadRow(values.size());
        for (int i = 0; i < values.size(); i++) {
            set(row, i, element, values.get(i));
        }
        return row;
    }
}
