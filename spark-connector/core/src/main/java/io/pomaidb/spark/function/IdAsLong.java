package io.pomaidb.spark.function;

import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The catalog function that turns an int id into the long that shards are told by. A source's required distribution
 * cannot cast, but it can name a function of its catalog.
 */
public final class IdAsLong implements UnboundFunction, ScalarFunction<Long> {
    /** Its name in the catalog. */
    public static final String NAME = "id_as_long";

    /** The value itself; Spark finds this method by its name and calls it from generated code. */
    public static long invoke(int id) {
        return id;
    }

    @Override
    public BoundFunction bind(StructType arguments) {
        return this;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String canonicalName() {
        return "pomaidb." + NAME;
    }

    @Override
    public String description() {
        return NAME + "(int): the same number as a bigint";
    }

    @Override
    public DataType[] inputTypes() {
        return new DataType[] {DataTypes.IntegerType};
    }

    @Override
    public DataType resultType() {
        return DataTypes.LongType;
    }
}
