package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.payload.PayloadMap;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.payload.PayloadValues;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Payload values as JSON: numbers as numbers, but NaN and the infinities as strings; dates and times as ISO 8601; binary as
 * base 64; maps as arrays of keys and values, which keeps their order.
 */
final class PayloadJson {
    private PayloadJson() {}

    /** A value as text on one line. */
    static String text(PayloadType type, PayloadValues values, int i) throws IOException {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(json, type, values, i);
        }
        return text.toString();
    }

    /** Writes value {@code i}. */
    static void write(JsonGenerator json, PayloadType type, PayloadValues values, int i) throws IOException {
        if (values.isNullAt(i)) {
            json.writeNull();
            return;
        }
        switch (type.kind()) {
            case BOOLEAN -> json.writeBoolean(values.booleanAt(i));
            case BYTE, SHORT, INT -> json.writeNumber(values.intAt(i));
            case LONG -> json.writeNumber(values.longAt(i));
            case FLOAT -> json.writeNumber(values.floatAt(i));
            case DOUBLE -> json.writeNumber(values.doubleAt(i));
            case DECIMAL -> json.writeNumber(decimal(type, values, i));
            case DATE -> json.writeString(LocalDate.ofEpochDay(values.intAt(i)).toString());
            case TIMESTAMP -> json.writeString(instant(values.longAt(i)).toString());
            case TIMESTAMP_NTZ ->
                json.writeString(LocalDateTime.ofInstant(instant(values.longAt(i)), ZoneOffset.UTC)
                        .toString());
            case STRING -> json.writeString(new String(values.bytesAt(i), StandardCharsets.UTF_8));
            case BINARY -> json.writeBinary(values.bytesAt(i));
            case ARRAY -> writeArray(json, type, values.valuesAt(i));
            case MAP -> writeMap(json, type, values.mapAt(i));
            case STRUCT -> writeStruct(json, type, values.valuesAt(i));
        }
    }

    private static BigDecimal decimal(PayloadType type, PayloadValues values, int i) {
        BigInteger unscaled =
                type.isLongDecimal() ? BigInteger.valueOf(values.longAt(i)) : new BigInteger(values.bytesAt(i));
        return new BigDecimal(unscaled, type.scale());
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static void writeArray(JsonGenerator json, PayloadType type, PayloadValues elements) throws IOException {
        json.writeStartArray();
        for (int i = 0; i < elements.size(); i++) {
            write(json, type.children().get(0).type(), elements, i);
        }
        json.writeEndArray();
    }

    private static void writeMap(JsonGenerator json, PayloadType type, PayloadMap map) throws IOException {
        json.writeStartArray();
        for (int i = 0; i < map.keys().size(); i++) {
            json.writeStartObject();
            json.writeFieldName("key");
            write(json, type.children().get(0).type(), map.keys(), i);
            json.writeFieldName("value");
            write(json, type.children().get(1).type(), map.values(), i);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeStruct(JsonGenerator json, PayloadType type, PayloadValues fields) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < fields.size(); i++) {
            json.writeFieldName(type.children().get(i).name());
            write(json, type.children().get(i).type(), fields, i);
        }
        json.writeEndObject();
    }
}
