package io.pomaidb.payload;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random types and values, and values in a form that can be compared. */
final class RandomPayload {
    private static final PayloadType.Kind[] KINDS = PayloadType.Kind.values();

    private final Random random;

    RandomPayload(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    PayloadType type(int depth) {
        PayloadType.Kind kind = KINDS[random.nextInt(depth > 0 ? KINDS.length : KINDS.length - 3)];
        return switch (kind) {
            case DECIMAL -> {
                int precision = 1 + random.nextInt(PayloadType.MAX_PRECISION);
                yield PayloadType.decimal(precision, random.nextInt(precision + 1));
            }
            case ARRAY -> PayloadType.array(type(depth - 1));
            case MAP -> PayloadType.map(type(0), type(depth - 1));
            case STRUCT -> {
                var fields = new ArrayList<PayloadColumn>();
                for (int i = 0; i <= random.nextInt(3); i++) {
                    fields.add(new PayloadColumn(i == 1 ? "a `field`, <odd>: 1" : "f" + i, type(depth - 1)));
                }
                yield PayloadType.struct(fields);
            }
            default -> new PayloadType(kind, 0, 0, List.of());
        };
    }

    /** Columns of every type, and some nested ones. */
    static List<PayloadColumn> everyType() {
        var columns = new ArrayList<PayloadColumn>();
        for (PayloadType type : List.of(
                PayloadType.BOOLEAN,
                PayloadType.BYTE,
                PayloadType.SHORT,
                PayloadType.INT,
                PayloadType.LONG,
                PayloadType.FLOAT,
                PayloadType.DOUBLE,
                PayloadType.decimal(1, 1),
                PayloadType.decimal(9, 2),
                PayloadType.decimal(18, 0),
                PayloadType.decimal(19, 4),
                PayloadType.decimal(38, 38),
                PayloadType.DATE,
                PayloadType.TIMESTAMP,
                PayloadType.TIMESTAMP_NTZ,
                PayloadType.STRING,
                PayloadType.BINARY,
                PayloadType.array(PayloadType.INT),
                PayloadType.array(PayloadType.array(PayloadType.STRING)),
                PayloadType.map(PayloadType.STRING, PayloadType.decimal(20, 3)),
                PayloadType.map(PayloadType.INT, PayloadType.array(PayloadType.BINARY)),
                PayloadType.struct(List.of(
                        new PayloadColumn("x", PayloadType.DOUBLE),
                        new PayloadColumn(
                                "y.z", PayloadType.struct(List.of(new PayloadColumn("deep", PayloadType.DATE)))))),
                PayloadType.array(PayloadType.struct(
                        List.of(new PayloadColumn("m", PayloadType.map(PayloadType.LONG, PayloadType.BOOLEAN))))))) {
            columns.add(new PayloadColumn("c" + columns.size(), type));
        }
        return columns;
    }

    PayloadRow row(List<PayloadColumn> columns) {
        var row = new PayloadRow(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            set(row, i, columns.get(i).type(), true);
        }
        return row;
    }

    private void set(PayloadRow row, int i, PayloadType type, boolean nullable) {
        if (nullable && random.nextInt(5) == 0) {
            row.setNull(i);
            return;
        }
        boolean extreme = random.nextInt(4) == 0;
        switch (type.kind()) {
            case BOOLEAN -> row.setBoolean(i, random.nextBoolean());
            case BYTE -> row.setInt(i, (byte) random.nextInt());
            case SHORT -> row.setInt(i, (short) random.nextInt());
            case INT, DATE -> row.setInt(i, extreme ? Integer.MIN_VALUE : random.nextInt());
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> row.setLong(i, extreme ? Long.MIN_VALUE : random.nextLong());
            case FLOAT ->
                row.setFloat(i, pick(extreme, random.nextFloat(), Float.NaN, -0.0f, 0.0f, Float.NEGATIVE_INFINITY));
            case DOUBLE ->
                row.setDouble(i, pick(extreme, random.nextDouble(), Double.NaN, -0.0, 0.0, Double.MIN_VALUE));
            case DECIMAL -> {
                BigInteger unscaled = unscaled(type.precision());
                if (type.isLongDecimal()) {
                    row.setLong(i, unscaled.longValueExact());
                } else {
                    row.setBytes(i, unscaled.toByteArray());
                }
            }
            case STRING -> row.setBytes(i, text().getBytes(StandardCharsets.UTF_8));
            case BINARY -> {
                var bytes = new byte[random.nextInt(12)];
                random.nextBytes(bytes);
                row.setBytes(i, bytes);
            }
            case ARRAY -> row.setValues(i, many(type.child(0), random.nextInt(4), true));
            case MAP -> {
                int count = random.nextInt(4);
                row.setMap(i, new PayloadEntries(many(type.child(0), count, false), many(type.child(1), count, true)));
            }
            case STRUCT -> row.setValues(i, row(type.children()));
        }
    }

    private float pick(boolean extreme, float usual, float... extremes) {
        return extreme ? extremes[random.nextInt(extremes.length)] : usual;
    }

    private double pick(boolean extreme, double usual, double... extremes) {
        return extreme ? extremes[random.nextInt(extremes.length)] : usual;
    }

    private BigInteger unscaled(int precision) {
        BigInteger bound = BigInteger.TEN.pow(precision);
        BigInteger value = random.nextInt(4) == 0
                ? bound.subtract(BigInteger.ONE)
                : new BigInteger(bound.bitLength(), random).mod(bound);
        return random.nextBoolean() ? value : value.negate();
    }

    private String text() {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.appendCodePoint(random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(50) : 'a' + random.nextInt(26));
        }
        return text.toString();
    }

    private PayloadRow many(PayloadType type, int count, boolean nullable) {
        var values = new PayloadRow(count);
        for (int i = 0; i < count; i++) {
            set(values, i, type, nullable);
        }
        return values;
    }

    /** A row's values as objects with an equals; numbers that are not equal to themselves, or equal but not the same, as text. */
    static List<Object> plain(List<PayloadColumn> columns, PayloadValues row) {
        var plain = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            plain.add(plain(columns.get(i).type(), row, i));
        }
        return plain;
    }

    private static Object plain(PayloadType type, PayloadValues values, int i) {
        if (values.isNullAt(i)) {
            return null;
        }
        return switch (type.kind()) {
            case BOOLEAN -> values.booleanAt(i);
            case BYTE, SHORT, INT, DATE -> values.intAt(i);
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> values.longAt(i);
            case FLOAT -> Float.toString(values.floatAt(i));
            case DOUBLE -> Double.toString(values.doubleAt(i));
            case DECIMAL ->
                type.isLongDecimal()
                        ? BigDecimal.valueOf(values.longAt(i), type.scale())
                        : new BigDecimal(new BigInteger(values.bytesAt(i)), type.scale());
            case STRING -> new String(values.bytesAt(i), StandardCharsets.UTF_8);
            case BINARY -> new BigInteger(1, values.bytesAt(i)) + "/" + values.bytesAt(i).length;
            case ARRAY -> all(type.child(0), values.valuesAt(i));
            case MAP ->
                List.of(
                        all(type.child(0), values.mapAt(i).keys()),
                        all(type.child(1), values.mapAt(i).values()));
            case STRUCT -> plain(type.children(), values.valuesAt(i));
        };
    }

    private static List<Object> all(PayloadType type, PayloadValues values) {
        var all = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            all.add(plain(type, values, i));
        }
        return all;
    }
}
