package io.pomaidb.flink.search;

import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadMap;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.payload.PayloadValues;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.types.Row;

/**
 * What values of a payload type are in Java.
 *
 * @param type how Flink sends them
 * @param reader how they are read
 */
record JavaColumn(TypeInformation<?> type, Reader reader) {
    /** Reads values, which share nothing with what they were read from. */
    @FunctionalInterface
    interface Reader extends Serializable {
        /** Value {@code i}, which is not null. */
        Object read(PayloadValues values, int i);

        /** Value {@code i}. */
        default Object readOrNull(PayloadValues values, int i) {
            return values.isNullAt(i) ? null : read(values, i);
        }
    }

    static JavaColumn of(PayloadType type) {
        return switch (type.kind()) {
            case BOOLEAN -> new JavaColumn(Types.BOOLEAN, PayloadValues::booleanAt);
            case BYTE -> new JavaColumn(Types.BYTE, (values, i) -> (byte) values.intAt(i));
            case SHORT -> new JavaColumn(Types.SHORT, (values, i) -> (short) values.intAt(i));
            case INT -> new JavaColumn(Types.INT, PayloadValues::intAt);
            case LONG -> new JavaColumn(Types.LONG, PayloadValues::longAt);
            case FLOAT -> new JavaColumn(Types.FLOAT, PayloadValues::floatAt);
            case DOUBLE -> new JavaColumn(Types.DOUBLE, PayloadValues::doubleAt);
            case DECIMAL -> decimals(type);
            case DATE -> new JavaColumn(Types.LOCAL_DATE, (values, i) -> LocalDate.ofEpochDay(values.intAt(i)));
            case TIMESTAMP -> new JavaColumn(Types.INSTANT, (values, i) -> instant(values.longAt(i)));
            case TIMESTAMP_NTZ ->
                new JavaColumn(
                        Types.LOCAL_DATE_TIME,
                        (values, i) -> LocalDateTime.ofInstant(instant(values.longAt(i)), ZoneOffset.UTC));
            case STRING ->
                new JavaColumn(Types.STRING, (values, i) -> new String(values.bytesAt(i), StandardCharsets.UTF_8));
            case BINARY ->
                new JavaColumn(Types.PRIMITIVE_ARRAY(Types.BYTE), (values, i) -> values.bytesAt(i)
                        .clone());
            case ARRAY -> arrays(of(type.children().get(0).type()));
            case MAP ->
                maps(
                        of(type.children().get(0).type()),
                        of(type.children().get(1).type()));
            case STRUCT -> rows(type.children());
        };
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static JavaColumn decimals(PayloadType type) {
        int scale = type.scale();
        return new JavaColumn(
                Types.BIG_DEC,
                type.isLongDecimal()
                        ? (values, i) -> BigDecimal.valueOf(values.longAt(i), scale)
                        : (values, i) -> new BigDecimal(new BigInteger(values.bytesAt(i)), scale));
    }

    private static JavaColumn arrays(JavaColumn element) {
        Class<?> type = element.type.getTypeClass();
        Reader reader = element.reader;
        return new JavaColumn(Types.OBJECT_ARRAY(element.type), (values, i) -> {
            PayloadValues elements = values.valuesAt(i);
            var array = (Object[]) Array.newInstance(type, elements.size());
            for (int at = 0; at < array.length; at++) {
                array[at] = reader.readOrNull(elements, at);
            }
            return array;
        });
    }

    private static JavaColumn maps(JavaColumn key, JavaColumn value) {
        Reader keys = key.reader;
        Reader values = value.reader;
        return new JavaColumn(Types.MAP(key.type, value.type), (row, i) -> {
            PayloadMap map = row.mapAt(i);
            var entries = new LinkedHashMap<Object, Object>();
            for (int at = 0; at < map.keys().size(); at++) {
                entries.put(keys.read(map.keys(), at), values.readOrNull(map.values(), at));
            }
            return entries;
        });
    }

    private static JavaColumn rows(List<PayloadColumn> fields) {
        List<JavaColumn> columns =
                fields.stream().map(field -> of(field.type())).toList();
        Reader[] readers = columns.stream().map(JavaColumn::reader).toArray(Reader[]::new);
        TypeInformation<Row> type = Types.ROW_NAMED(
                fields.stream().map(PayloadColumn::name).toArray(String[]::new),
                columns.stream().map(JavaColumn::type).toArray(TypeInformation<?>[]::new));
        return new JavaColumn(type, (values, i) -> {
            PayloadValues struct = values.valuesAt(i);
            var row = new Row(readers.length);
            for (int field = 0; field < readers.length; field++) {
                row.setField(field, readers[field].readOrNull(struct, field));
            }
            return row;
        });
    }
}
