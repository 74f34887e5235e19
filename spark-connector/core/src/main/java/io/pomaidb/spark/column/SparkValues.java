package io.pomaidb.spark.column;

import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadMap;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.payload.PayloadValues;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;

/**
 * Values of the row, struct or array that it was pointed at last, read in place as payload. One object serves all rows of
 * a task, with one more for each nested type; it is for one thread.
 */
public final class SparkValues implements PayloadValues {
    /** Type of each value; of an array's, whose size varies, one for all. */
    private final PayloadType[] types;

    /** Place of each value; null where they stand in their order. */
    private final int[] ordinals;

    /** What values of each type are read by, made when the first such value comes. */
    private final SparkValues[] nested;

    private final Entries[] maps;
    private SpecializedGetters source;
    private int size;

    private SparkValues(PayloadType[] types, int[] ordinals) {
        this.types = types;
        this.ordinals = ordinals;
        this.nested = new SparkValues[types.length];
        this.maps = new Entries[types.length];
        this.size = types.length;
    }

    static SparkValues ofRow(PayloadInput input) {
        return new SparkValues(
                types(input.columns()),
                input.ordinals().stream().mapToInt(Integer::intValue).toArray());
    }

    private static SparkValues ofStruct(PayloadType type) {
        return new SparkValues(types(type.children()), null);
    }

    private static SparkValues ofElements(PayloadType element) {
        return new SparkValues(new PayloadType[] {element}, null);
    }

    private static PayloadType[] types(List<PayloadColumn> columns) {
        return columns.stream().map(PayloadColumn::type).toArray(PayloadType[]::new);
    }

    /** Points this at a row. */
    public SparkValues pointAt(SpecializedGetters row) {
        source = row;
        return this;
    }

    private SparkValues pointAtElements(ArrayData array) {
        source = array;
        size = array.numElements();
        return this;
    }

    private int ordinal(int i) {
        return ordinals == null ? i : ordinals[i];
    }

    /** The type's number: that of the value, or the only one. */
    private int typeOf(int i) {
        return types.length == 1 ? 0 : i;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isNullAt(int i) {
        return source.isNullAt(ordinal(i));
    }

    @Override
    public boolean booleanAt(int i) {
        return source.getBoolean(ordinal(i));
    }

    @Override
    public int intAt(int i) {
        return switch (types[typeOf(i)].kind()) {
            case BYTE -> source.getByte(ordinal(i));
            case SHORT -> source.getShort(ordinal(i));
            default -> source.getInt(ordinal(i));
        };
    }

    @Override
    public long longAt(int i) {
        PayloadType type = types[typeOf(i)];
        return type.kind() == PayloadType.Kind.DECIMAL
                ? source.getDecimal(ordinal(i), type.precision(), type.scale()).toUnscaledLong()
                : source.getLong(ordinal(i));
    }

    @Override
    public float floatAt(int i) {
        return source.getFloat(ordinal(i));
    }

    @Override
    public double doubleAt(int i) {
        return source.getDouble(ordinal(i));
    }

    @Override
    public byte[] bytesAt(int i) {
        PayloadType type = types[typeOf(i)];
        return switch (type.kind()) {
            case STRING -> source.getUTF8String(ordinal(i)).getBytes();
            case DECIMAL ->
                source.getDecimal(ordinal(i), type.precision(), type.scale())
                        .toJavaBigDecimal()
                        .setScale(type.scale())
                        .unscaledValue()
                        .toByteArray();
            default -> source.getBinary(ordinal(i));
        };
    }

    @Override
    public PayloadValues valuesAt(int i) {
        int number = typeOf(i);
        PayloadType type = types[number];
        boolean isArray = type.kind() == PayloadType.Kind.ARRAY;
        if (nested[number] == null) {
            nested[number] = isArray ? ofElements(type.children().get(0).type()) : ofStruct(type);
        }
        return isArray
                ? nested[number].pointAtElements(source.getArray(ordinal(i)))
                : nested[number].pointAt(
                        source.getStruct(ordinal(i), type.children().size()));
    }

    @Override
    public PayloadMap mapAt(int i) {
        int number = typeOf(i);
        if (maps[number] == null) {
            List<PayloadColumn> entry = types[number].children();
            maps[number] = new Entries(
                    ofElements(entry.get(0).type()), ofElements(entry.get(1).type()));
        }
        return maps[number].pointAt(source.getMap(ordinal(i)));
    }

    private record Entries(SparkValues keys, SparkValues values) implements PayloadMap {
        Entries pointAt(MapData map) {
            keys.pointAtElements(map.keyArray());
            values.pointAtElements(map.valueArray());
            return this;
        }
    }
}
