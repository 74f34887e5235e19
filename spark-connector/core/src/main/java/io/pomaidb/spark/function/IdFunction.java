package io.pomaidb.spark.function;

import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A catalog function that turns an id into the long that shards are told by. A source's required distribution cannot cast,
 * but it can name a function of its catalog. Spark looks for the method {@code invoke} in the very class of a function and
 * calls it from generated code.
 */
abstract sealed class IdFunction implements UnboundFunction, ScalarFunction<Long> permits IdAsLong, IdHash {
    private final String name;
    private final DataType idType;
    private final String result;

    IdFunction(String name, DataType idType, String result) {
        this.name = name;
        this.idType = idType;
        this.result = result;
    }

    @Override
    public final BoundFunction bind(StructType arguments) {
        return this;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String canonicalName() {
        return "pomaidb." + name;
    }

    @Override
    public final String description() {
        return name + "(" + idType.catalogString() + "): " + result;
    }

    @Override
    public final DataType[] inputTypes() {
        return new DataType[] {idType};
    }

    @Override
    public final DataType resultType() {
        return DataTypes.LongType;
    }
}
