package io.pomaidb.spark.column;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Spark's types of what an index holds. */
public final class ColumnTypes {
    private ColumnTypes() {}

    /**
     * Type of an id column.
     *
     * @throws DataException if ids are strings, which are written and searched from Java alone so far
     */
    public static DataType of(IdType type) {
        return switch (type) {
            case INT -> DataTypes.IntegerType;
            case LONG -> DataTypes.LongType;
            case STRING ->
                throw new DataException(
                        "Cannot read an index with string ids from Spark (accepted: ids of the types int"
                                + " and long; bin/pomaidb and the Java packages read the others)");
        };
    }

    /** Type of a vector column. */
    public static DataType vector() {
        return DataTypes.createArrayType(DataTypes.FloatType, false);
    }
}
