package io.pomaidb.flink.row;

import io.pomaidb.payload.PayloadMap;
import io.pomaidb.payload.PayloadValues;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;

/** Reads values of one type as Flink's internal objects, which share nothing with what they were read from but bytes. */
@FunctionalInterface
interface ValueReader {
    /** Value {@code i}, which is not null. */
    Object read(PayloadValues values, int i);

    /** Value {@code i}. */
    default Object readOrNull(PayloadValues values, int i) {
        return values.isNullAt(i) ? null : read(values, i);
    }

    /** A reader of values that {@link ColumnTypes#payload} gives for a type. */
    static ValueReader of(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> PayloadValues::booleanAt;
            case TINYINT -> (values, i) -> (byte) values.intAt(i);
            case SMALLINT -> (values, i) -> (short) values.intAt(i);
            case INTEGER, DATE -> PayloadValues::intAt;
            case BIGINT -> PayloadValues::longAt;
            case FLOAT -> PayloadValues::floatAt;
            case DOUBLE -> PayloadValues::doubleAt;
            case DECIMAL -> decimals((DecimalType) type);
            case CHAR, VARCHAR -> (values, i) -> StringData.fromBytes(values.bytesAt(i));
            case BINARY, VARBINARY -> PayloadValues::bytesAt;
            case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> times(ColumnTypes.digits(type));
            case ARRAY -> arrays(of(((ArrayType) type).getElementType()));
            case MAP -> maps(of(((MapType) type).getKeyType()), of(((MapType) type).getValueType()));
            case ROW -> rows(type.getChildren());
            default -> throw new IllegalArgumentException("Cannot read values of type " + type);
        };
    }

    private static ValueReader decimals(DecimalType type) {
        int precision = type.getPrecision();
        int scale = type.getScale();
        return DecimalData.isCompact(precision)
                ? (values, i) -> DecimalData.fromUnscaledLong(values.longAt(i), precision, scale)
                : (values, i) -> DecimalData.fromUnscaledBytes(values.bytesAt(i), precision, scale);
    }

    /** Digits that the type does not have are cut off, as a cast does. */
    private static ValueReader times(int precision) {
        long unit = 1;
        for (int i = precision; i < ColumnTypes.MICROS; i++) {
            unit *= 10;
        }
        long step = unit;
        return (values, i) -> {
            long micros = values.longAt(i);
            long cut = micros - Math.floorMod(micros, step);
            return TimestampData.fromEpochMillis(Math.floorDiv(cut, 1000L), (int) Math.floorMod(cut, 1000L) * 1000);
        };
    }

    private static Object[] all(ValueReader reader, PayloadValues values) {
        var all = new Object[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = reader.readOrNull(values, i);
        }
        return all;
    }

    private static ValueReader arrays(ValueReader elements) {
        return (values, i) -> new GenericArrayData(all(elements, values.valuesAt(i)));
    }

    private static ValueReader maps(ValueReader keys, ValueReader values) {
        return (row, i) -> {
            PayloadMap map = row.mapAt(i);
            Object[] allKeys = all(keys, map.keys());
            Object[] allValues = all(values, map.values());
            var entries = new LinkedHashMap<Object, Object>();
            for (int entry = 0; entry < allKeys.length; entry++) {
                entries.put(allKeys[entry], allValues[entry]);
            }
            return new GenericMapData(entries);
        };
    }

    private static ValueReader rows(List<LogicalType> fields) {
        ValueReader[] readers = fields.stream().map(ValueReader::of).toArray(ValueReader[]::new);
        return (values, i) -> {
            PayloadValues struct = values.valuesAt(i);
            var row = new GenericRowData(readers.length);
            for (int field = 0; field < readers.length; field++) {
                row.setField(field, readers[field].readOrNull(struct, field));
            }
            return row;
        };
    }
}
