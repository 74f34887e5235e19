package io.pomaidb.spark.function;

import io.pomaidb.payload.KeyHash;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/** The function of string keys. */
public final class IdHash extends IdFunction {
    /** Its name in the catalog. */
    public static final String NAME = "id_hash";

    IdHash() {
        super(NAME, DataTypes.StringType, "the 64-bit id of a key, a bigint");
    }

    /** The id of a key. */
    public static long invoke(UTF8String key) {
        // A row without a key is refused where it is written.
        return key == null ? 0 : KeyHash.idOf(key.getBytes());
    }
}
