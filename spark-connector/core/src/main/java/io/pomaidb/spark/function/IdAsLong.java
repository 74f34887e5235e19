package io.pomaidb.spark.function;

import org.apache.spark.sql.types.DataTypes;

/** The function of int ids. */
public final class IdAsLong extends IdFunction {
    /** Its name in the catalog. */
    public static final String NAME = "id_as_long";

    IdAsLong() {
        super(NAME, DataTypes.IntegerType, "the same number as a bigint");
    }

    /** The value itself. */
    public static long invoke(int id) {
        return id;
    }
}
