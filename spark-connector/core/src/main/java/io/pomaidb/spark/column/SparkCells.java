package io.pomaidb.spark.column;

import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadMap;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.payload.PayloadValues;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.types.UTF8String;

/** Payload values as Spark's internal rows hold them. Everything is copied. */
public final class SparkCells {
    private SparkCells() {}

    /** Value {@code i}, of that type; null if it is null. */
    public static Object of(PayloadValues values, int i, PayloadType type) {
        if (values.isNullAt(i)) {
            return null;
        }
        return switch (type.kind()) {
            case BOOLEAN -> values.booleanAt(i);
            case BYTE -> (byte) values.intAt(i);
            case SHORT -> (short) values.intAt(i);
            case INT, DATE -> values.intAt(i);
            case LONG, TIMESTAMP, TIMESTAMP_NTZ -> values.longAt(i);
            case FLOAT -> values.floatAt(i);
            case DOUBLE -> values.doubleAt(i);
            case DECIMAL -> decimal(values, i, type);
            case STRING -> UTF8String.fromBytes(values.bytesAt(i));
            case BINARY -> values.bytesAt(i);
            case ARRAY -> array(values.valuesAt(i), type.children().get(0).type());
            case MAP -> {
                PayloadMap map = values.mapAt(i);
                yield new ArrayBasedMapData(
                        array(map.keys(), type.children().get(0).type()),
                        array(map.values(), type.children().get(1).type()));
            }
            case STRUCT -> struct(values.valuesAt(i), type.children());
        };
    }

    private static Decimal decimal(PayloadValues values, int i, PayloadType type) {
        return type.isLongDecimal()
                ? Decimal.apply(values.longAt(i), type.precision(), type.scale())
                : Decimal.apply(
                        new BigDecimal(new BigInteger(values.bytesAt(i)), type.scale()),
                        type.precision(),
                        type.scale());
    }

    private static GenericArrayData array(PayloadValues elements, PayloadType type) {
        var cells = new Object[elements.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = of(elements, i, type);
        }
        return new GenericArrayData(cells);
    }

    private static GenericInternalRow struct(PayloadValues fields, List<PayloadColumn> columns) {
        var cells = new Object[columns.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = of(fields, i, columns.get(i).type());
        }
        return new GenericInternalRow(cells);
    }
}
