package io.pomaidb.spark.row;

import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** What an index tells of a row besides its columns. */
public enum MetadataField {
    SHARD("_shard", DataTypes.IntegerType, "shard of the row"),
    SEGMENT("_segment", DataTypes.StringType, "segment of the row"),
    VERSION("_version", DataTypes.LongType, "version of the index that the row came with");

    private final String column;

    // Types of Spark are immutable, which the compiler cannot see.
    @SuppressWarnings("ImmutableEnumChecker")
    private final DataType type;

    private final String meaning;

    MetadataField(String column, DataType type, String meaning) {
        this.column = column;
        this.type = type;
        this.meaning = meaning;
    }

    /** The field of a column's name. */
    static Optional<MetadataField> of(String name) {
        return Arrays.stream(values())
                .filter(field -> field.column.equals(name))
                .findFirst();
    }

    /** All of them, as a table declares them. */
    public static MetadataColumn[] columns() {
        return Arrays.stream(values())
                .map(field -> new Declared(field.column, field.type, field.meaning))
                .toArray(MetadataColumn[]::new);
    }

    private record Declared(String name, DataType dataType, String comment) implements MetadataColumn {
        @Override
        public boolean isNullable() {
            return false;
        }
    }
}
