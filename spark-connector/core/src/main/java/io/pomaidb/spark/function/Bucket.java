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
        return new OfId(isKey ? DataTypes.StringType : DataTypes.LongType);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return NAME + "(shards int, id bigint or string): the shard of an id";
    }

    /** The function for ids of one type. */
    public static final class OfId implements ScalarFunction<Integer> {
        private final DataType type;

        OfId(DataType type) {
            this.type = type;
        }

        @Override
        public Integer produceResult(InternalRow arguments) {
            return arguments.isNullAt(0) || arguments.isNullAt(1)
                    ? null
                    : Sharding.shardOf(engineId(arguments), arguments.getInt(0));
        }

        private long engineId(InternalRow arguments) {
            return type.equals(DataTypes.LongType)
                    ? arguments.getLong(1)
                    : KeyHash.idOf(arguments.getUTF8String(1).getBytes());
        }

        @Override
        public DataType[] inputTypes() {
            return new DataType[] {DataTypes.IntegerType, type};
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
            return "pomaidb.bucket(int, " + type.catalogString() + ")";
        }
    }
}
