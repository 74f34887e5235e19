package io.pomaidb.spark.column;

import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Spark's types of what an index holds, and back. */
public final class ColumnTypes {
    /** The types of payload that {@link #payload} accepts, in words. */
    public static final String ACCEPTED_PAYLOAD =
            "numbers, decimals, booleans, strings, binaries, dates, timestamps, and arrays, maps and structs of these";

    private static final Map<PayloadType, DataType> ATOMIC = Map.ofEntries(
            Map.entry(PayloadType.BOOLEAN, DataTypes.BooleanType),
            Map.entry(PayloadType.BYTE, DataTypes.ByteType),
            Map.entry(PayloadType.SHORT, DataTypes.ShortType),
            Map.entry(PayloadType.INT, DataTypes.IntegerType),
            Map.entry(PayloadType.LONG, DataTypes.LongType),
            Map.entry(PayloadType.FLOAT, DataTypes.FloatType),
            Map.entry(PayloadType.DOUBLE, DataTypes.DoubleType),
            Map.entry(PayloadType.DATE, DataTypes.DateType),
            Map.entry(PayloadType.TIMESTAMP, DataTypes.TimestampType),
            Map.entry(PayloadType.TIMESTAMP_NTZ, DataTypes.TimestampNTZType),
            Map.entry(PayloadType.STRING, DataTypes.StringType),
            Map.entry(PayloadType.BINARY, DataTypes.BinaryType));

    private static final Map<DataType, PayloadType> ATOMIC_PAYLOAD =
            ATOMIC.entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

    private ColumnTypes() {}

    /** Type of an id column. */
    public static DataType of(IdType type) {
        return switch (type) {
            case INT -> DataTypes.IntegerType;
            case LONG -> DataTypes.LongType;
            case STRING -> DataTypes.StringType;
        };
    }

    /** Type of a vector column. */
    public static DataType vector() {
        return DataTypes.createArrayType(DataTypes.FloatType, false);
    }

    /** Type of a payload column. Whatever is in it may be null, except the keys of a map. */
    public static DataType of(PayloadType type) {
        List<PayloadColumn> children = type.children();
        return switch (type.kind()) {
            case DECIMAL -> DataTypes.createDecimalType(type.precision(), type.scale());
            case ARRAY -> DataTypes.createArrayType(of(children.get(0).type()), true);
            case MAP ->
                DataTypes.createMapType(
                        of(children.get(0).type()), of(children.get(1).type()), true);
            case STRUCT -> {
                var struct = new StructType();
                for (PayloadColumn field : children) {
                    struct = struct.add(field.name(), of(field.type()), true);
                }
                yield struct;
            }
            default -> ATOMIC.get(type);
        };
    }

    /**
     * The payload's type for values of a type of Spark; empty if there is none.
     *
     * @throws io.pomaidb.error.ConfigurationException if a nested type is beyond what payload can be
     */
    public static Optional<PayloadType> payload(DataType type) {
        if (type instanceof DecimalType decimal) {
            return decimal.scale() < 0
                    ? Optional.empty()
                    : Optional.of(PayloadType.decimal(decimal.precision(), decimal.scale()));
        }
        if (type instanceof ArrayType array) {
            return payload(array.elementType()).map(PayloadType::array);
        }
        if (type instanceof MapType map) {
            return payload(map.keyType())
                    .flatMap(key -> payload(map.valueType()).map(value -> PayloadType.map(key, value)));
        }
        if (type instanceof StructType struct) {
            var fields = new ArrayList<PayloadColumn>();
            for (StructField field : struct.fields()) {
                Optional<PayloadType> fieldType = payload(field.dataType());
                if (fieldType.isEmpty()) {
                    return Optional.empty();
                }
                fields.add(new PayloadColumn(field.name(), fieldType.get()));
            }
            return Optional.of(PayloadType.struct(fields));
        }
        return Optional.ofNullable(ATOMIC_PAYLOAD.get(type));
    }
}
