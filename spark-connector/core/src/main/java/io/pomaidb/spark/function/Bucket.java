package io.pomaidb.spark.function;

import io.pomaidb.index.Sharding;
import io.pomaidb.payload.KeyHash;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The catalog function {@code bucket(shards, id)}: the shard of an id where the hash tells it. */
public final class Bucket implements UnboundFunction {
    /** Its name in the catalog. */
    public static final String NAME = "bucket";

    @Override
    public BoundFunction bind(StructType arguments) {
        boolean isKey =
                arguments.size() == 2 && arguments.fields()[1].dataType().equals(DataTypes.StringType);
        return isKey ? new OfKey() : new OfNumber();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return NAME + "(shards int, id bigint or string): the shard of an id";
    }

    private static int shard(InternalRow arguments, long id) {
        return Sharding.shardOf(id, arguments.getInt(0));
    }

    /** Of ids that are numbers. */
    public static final class OfNumber implements ScalarFunction<Integer> {
        @Override
        public Integer produceResult(InternalRow arguments) {
            return arguments.isNullAt(0) || arguments.isNullAt(1) ? null : shard(arguments, arguments.getLong(1));
        }

        @Override
        public DataType[] inputTypes() {
            return new DataType[] {DataTypes.IntegerType, DataTypes.LongType};
        }

        @Override
        public DataType resultType() {
            return DataTypes.IntegerType;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String canonicalName() {
            return "pomaidb.bucket(int, bigint)";
        }
    }

    /** Of ids that are strings. */
    public static final class OfKey implements ScalarFunction<Integer> {
        @Override
        public Integer produceResult(InternalRow arguments) {
            return arguments.isNullAt(0) || arguments.isNullAt(1)
                    ? null
                    : shard(arguments, KeyHash.idOf(arguments.getUTF8String(1).getBytes()));
        }

        @Override
        public DataType[] inputTypes() {
            return new DataType[] {DataTypes.IntegerType, DataTypes.StringType};
        }

        @Override
        public DataType resultType() {
            return DataTypes.IntegerType;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String canonicalName() {
            return "pomaidb.bucket(int, string)";
        }
    }
}
