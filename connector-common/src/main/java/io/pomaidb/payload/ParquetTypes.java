package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** What the columns of a payload file are in Parquet, and which columns of a file can be read as a schema's. */
final class ParquetTypes {
    static final String LIST = "list";
    static final String ELEMENT = "element";
    static final String ENTRIES = "key_value";
    static final String KEY = "key";
    static final String VALUE = "value";

    /** Digits of a decimal up to which it is an int in the file. */
    static final int MAX_INT_PRECISION = 9;

    private static final String MESSAGE = "pomaidb";

    private ParquetTypes() {}

    static MessageType message(List<PayloadColumn> columns) {
        var fields = new ArrayList<Type>(columns.size() + 1);
        fields.add(id());
        columns.forEach(column -> fields.add(type(column.name(), column.type(), Type.Repetition.OPTIONAL)));
        return new MessageType(MESSAGE, fields);
    }

    static MessageType idOnly() {
        return new MessageType(MESSAGE, id());
    }

    private static Type id() {
        return Types.required(PrimitiveTypeName.INT64).named(PayloadSchema.ID);
    }

    private static Type type(String name, PayloadType type, Type.Repetition repetition) {
        return switch (type.kind()) {
            case BOOLEAN -> primitive(name, PrimitiveTypeName.BOOLEAN, null, repetition);
            case BYTE -> primitive(name, PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(8, true), repetition);
            case SHORT -> primitive(name, PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(16, true), repetition);
            case INT -> primitive(name, PrimitiveTypeName.INT32, null, repetition);
            case LONG -> primitive(name, PrimitiveTypeName.INT64, null, repetition);
            case FLOAT -> primitive(name, PrimitiveTypeName.FLOAT, null, repetition);
            case DOUBLE -> primitive(name, PrimitiveTypeName.DOUBLE, null, repetition);
            case DECIMAL -> decimal(name, type, repetition);
            case DATE -> primitive(name, PrimitiveTypeName.INT32, LogicalTypeAnnotation.dateType(), repetition);
            case TIMESTAMP -> primitive(name, PrimitiveTypeName.INT64, micros(true), repetition);
            case TIMESTAMP_NTZ -> primitive(name, PrimitiveTypeName.INT64, micros(false), repetition);
            case STRING -> primitive(name, PrimitiveTypeName.BINARY, LogicalTypeAnnotation.stringType(), repetition);
            case BINARY -> primitive(name, PrimitiveTypeName.BINARY, null, repetition);
            case ARRAY -> {
                Type element = type(ELEMENT, type.child(0), Type.Repetition.OPTIONAL);
                var list = new GroupType(Type.Repetition.REPEATED, LIST, element);
                yield group(name, LogicalTypeAnnotation.listType(), repetition, List.of(list));
            }
            case MAP -> {
                var entries = new GroupType(
                        Type.Repetition.REPEATED,
                        ENTRIES,
                        type(KEY, type.child(0), Type.Repetition.REQUIRED),
                        type(VALUE, type.child(1), Type.Repetition.OPTIONAL));
                yield group(name, LogicalTypeAnnotation.mapType(), repetition, List.of(entries));
            }
            case STRUCT ->
                group(
                        name,
                        null,
                        repetition,
                        type.children().stream()
                                .map(field -> type(field.name(), field.type(), Type.Repetition.OPTIONAL))
                                .toList());
        };
    }

    private static LogicalTypeAnnotation micros(boolean isAdjustedToUtc) {
        return LogicalTypeAnnotation.timestampType(isAdjustedToUtc, TimeUnit.MICROS);
    }

    private static Type primitive(
            String name, PrimitiveTypeName primitive, LogicalTypeAnnotation logical, Type.Repetition repetition) {
        return Types.primitive(primitive, repetition).as(logical).named(name);
    }

    private static Type group(
            String name, LogicalTypeAnnotation logical, Type.Repetition repetition, List<Type> fields) {
        return Types.buildGroup(repetition)
                .as(logical)
                .addFields(fields.toArray(Type[]::new))
                .named(name);
    }

    private static Type decimal(String name, PayloadType type, Type.Repetition repetition) {
        LogicalTypeAnnotation logical = LogicalTypeAnnotation.decimalType(type.scale(), type.precision());
        if (type.precision() <= MAX_INT_PRECISION) {
            return primitive(name, PrimitiveTypeName.INT32, logical, repetition);
        }
        if (type.isLongDecimal()) {
            return primitive(name, PrimitiveTypeName.INT64, logical, repetition);
        }
        return Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                .length(decimalBytes(type.precision()))
                .as(logical)
                .named(name);
    }

    /** Bytes that hold every unscaled value of so many digits. */
    static int decimalBytes(int precision) {
        return BigInteger.TEN.pow(precision).subtract(BigInteger.ONE).bitLength() / Byte.SIZE + 1;
    }

    /**
     * Which of the wanted columns a file has, as it has them.
     *
     * @param file what errors call it
     * @throws DataException if it has one with another type, or no id
     */
    static MessageType present(String file, MessageType inFile, List<PayloadColumn> wanted) {
        var fields = new ArrayList<Type>(wanted.size() + 1);
        for (Type expected : message(wanted).getFields()) {
            Optional<Type> found = inFile.getFields().stream()
                    .filter(field -> field.getName().equals(expected.getName()))
                    .findFirst();
            if (found.isEmpty()) {
                if (expected.getName().equals(PayloadSchema.ID)) {
                    throw new DataException("Cannot read payload file " + file + ": it has no column "
                            + PayloadSchema.ID + " (restore the file, or write the index again)");
                }
            } else if (!found.get().equals(expected)) {
                throw new DataException("Cannot read payload file " + file + ": its column " + expected.getName()
                        + " is " + oneLine(found.get()) + " (expected " + oneLine(expected)
                        + ", as the snapshot has it)");
            } else {
                fields.add(expected);
            }
        }
        return new MessageType(MESSAGE, fields);
    }

    private static String oneLine(Type type) {
        String text = type.toString().replaceAll("\\s+", " ");
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
