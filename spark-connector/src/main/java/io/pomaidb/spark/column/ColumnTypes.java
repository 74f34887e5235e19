package io.pomaidb.spark.column;

import io.pomaidb.index.IdType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Spark's types of what an index holds. */
public final class ColumnTypes {
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
}
