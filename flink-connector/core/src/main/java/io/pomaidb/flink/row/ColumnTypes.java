package io.pomaidb.flink.row;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.util.ArrayList;
import java.util.Objects;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;

/** What the types of a Flink table's columns are in an index, and the other way round. */
public final class ColumnTypes {
    /** Digits of a second that an index keeps. */
    static final int MICROS = 6;

    private ColumnTypes() {}

    /**
     * The type of a payload column.
     *
     * @throws ConfigurationException if an index has no such type; it names the column
     */
    public static PayloadType payload(String column, LogicalType type) {
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> PayloadType.BOOLEAN;
            case TINYINT -> PayloadType.BYTE;
            case SMALLINT -> PayloadType.SHORT;
            case INTEGER -> PayloadType.INT;
            case BIGINT -> PayloadType.LONG;
            case FLOAT -> PayloadType.FLOAT;
            case DOUBLE -> PayloadType.DOUBLE;
            case DECIMAL -> {
                var decimal = (DecimalType) type;
                yield PayloadType.decimal(decimal.getPrecision(), decimal.getScale());
            }
            case CHAR, VARCHAR -> PayloadType.STRING;
            case BINARY, VARBINARY -> PayloadType.BINARY;
            case DATE -> PayloadType.DATE;
            case TIMESTAMP_WITHOUT_TIME_ZONE -> time(column, type, PayloadType.TIMESTAMP_NTZ);
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> time(column, type, PayloadType.TIMESTAMP);
            case ARRAY -> PayloadType.array(payload(column, ((ArrayType) type).getElementType()));
            case MAP -> {
                var map = (MapType) type;
                yield PayloadType.map(payload(column, map.getKeyType()), payload(column, map.getValueType()));
            }
            case ROW -> struct(column, (RowType) type);
            default -> throw unknown(column, type);
        };
    }

    /** Digits behind the second of a time with or without time zone. */
    static int digits(LogicalType type) {
        return type instanceof TimestampType time
                ? time.getPrecision()
                : ((LocalZonedTimestampType) type).getPrecision();
    }

    private static PayloadType time(String column, LogicalType type, PayloadType time) {
        if (digits(type) > MICROS) {
            throw unknown(column, type);
        }
        return time;
    }

    private static PayloadType struct(String column, RowType type) {
        var fields = new ArrayList<PayloadColumn>();
        for (RowType.RowField field : type.getFields()) {
            fields.add(new PayloadColumn(field.getName(), payload(column + "." + field.getName(), field.getType())));
        }
        return PayloadType.struct(fields);
    }

    private static ConfigurationException unknown(String column, LogicalType type) {
        return new ConfigurationException("Cannot keep column " + column + " in an index: its type is "
                + type.asSummaryString()
                + " (accepted: BOOLEAN, integers, FLOAT, DOUBLE, DECIMAL, strings, bytes, DATE,"
                + " TIMESTAMP and TIMESTAMP_LTZ of up to 6 digits, and ARRAY, MAP and ROW of these)");
    }

    /**
     * The type of the id column.
     *
     * @throws ConfigurationException if ids cannot have the type
     */
    public static IdType id(String column, LogicalType type) {
        return switch (type.getTypeRoot()) {
            case INTEGER -> IdType.INT;
            case BIGINT -> IdType.LONG;
            case CHAR, VARCHAR -> IdType.STRING;
            default ->
                throw new ConfigurationException("Cannot use column " + column + " as id: its type is "
                        + type.asSummaryString() + " (accepted: INT, BIGINT, STRING)");
        };
    }

    /**
     * Checks the type of the id column.
     *
     * @throws ConfigurationException if ids cannot have the type
     */
    public static void checkId(String column, LogicalType type) {
        Objects.requireNonNull(id(column, type));
    }

    /**
     * Checks the type of a payload column.
     *
     * @throws ConfigurationException if an index has no such type; it names the column
     */
    public static void checkPayload(String column, LogicalType type) {
        Objects.requireNonNull(payload(column, type));
    }

    /**
     * Checks the type of the vector column.
     *
     * @throws ConfigurationException if it is no array of numbers that vectors are kept as
     */
    public static void checkVector(String column, LogicalType type) {
        if (!type.is(LogicalTypeRoot.ARRAY)
                || !((ArrayType) type).getElementType().isAnyOf(LogicalTypeRoot.FLOAT, LogicalTypeRoot.DOUBLE)) {
            throw new ConfigurationException("Cannot use column " + column + " as vector: its type is "
                    + type.asSummaryString() + " (accepted: ARRAY<FLOAT>, ARRAY<DOUBLE>)");
        }
    }

    /** Flink's type for a payload column. */
    public static DataType of(PayloadType type) {
        return switch (type.kind()) {
            case BOOLEAN -> DataTypes.BOOLEAN();
            case BYTE -> DataTypes.TINYINT();
            case SHORT -> DataTypes.SMALLINT();
            case INT -> DataTypes.INT();
            case LONG -> DataTypes.BIGINT();
            case FLOAT -> DataTypes.FLOAT();
            case DOUBLE -> DataTypes.DOUBLE();
            case DECIMAL -> DataTypes.DECIMAL(type.precision(), type.scale());
            case DATE -> DataTypes.DATE();
            case TIMESTAMP -> DataTypes.TIMESTAMP_LTZ(MICROS);
            case TIMESTAMP_NTZ -> DataTypes.TIMESTAMP(MICROS);
            case STRING -> DataTypes.STRING();
            case BINARY -> DataTypes.BYTES();
            case ARRAY -> DataTypes.ARRAY(of(type.children().get(0).type()));
            case MAP ->
                DataTypes.MAP(
                        of(type.children().get(0).type()).notNull(),
                        of(type.children().get(1).type()));
            case STRUCT ->
                DataTypes.ROW(type.children().stream()
                        .map(field -> DataTypes.FIELD(field.name(), of(field.type())))
                        .toArray(DataTypes.Field[]::new));
        };
    }

    /** Flink's type for an id column. */
    public static DataType of(IdType type) {
        return switch (type) {
            case INT -> DataTypes.INT();
            case LONG -> DataTypes.BIGINT();
            case STRING -> DataTypes.STRING();
        };
    }
}
