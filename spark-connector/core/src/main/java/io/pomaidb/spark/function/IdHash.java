package io.pomaidb.spark.function;

import io.pomaidb.payload.KeyHash;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** The catalog function that turns a string key into the long that shards are told by. */
public final class IdHash implements UnboundFunction, ScalarFunction<Long> {
    /** Its name in the catalog. */
    public static final String NAME = "id_hash";

    /** The id of a key; Spark finds this method by its name and calls it from generated code. */
    public static long invoke(UTF8String key) {
        // A row without a key is refused where it is written.
        return key == null ? 0 : KeyHash.idOf(key.getBytes());
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
        return NAME + "(string): the 64-bit id of a key, a bigint";
    }

    @Override
    public DataType[] inputTypes() {
        return new DataType[] {DataTypes.StringType};
    }

    @Override
    public DataType resultType() {
        return DataTypes.LongType;
    }
}
