package io.pomaidb.flink.search;

import java.util.Map;
import org.apache.flink.api.common.typeinfo.BasicArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.types.Row;

/** The best hits that one part of the shards has for a query. Public, with public fields, because Flink's serializer asks for it. */
public final class PartHits {
    /** As {@link PartQuery#run}. */
    public long run;

    /** As {@link PartQuery#number}. */
    public long number;

    /** As {@link PartQuery#parts}. */
    public int parts;

    /** Whether these are the best of all shards, whatever the other parts have. */
    public boolean whole;

    /** Ids, best first. */
    public long[] ids;

    /** The strings that the ids are hashes of; null where they are not asked for. */
    public String[] keys;

    /** The rows of the ids; null where they are not asked for. */
    public Row[] rows;

    /** Their scores. */
    public float[] scores;

    /** How Flink sends hits with rows of a type; without rows, of any. */
    static TypeInformation<PartHits> type(TypeInformation<Row> rows) {
        return Types.POJO(
                PartHits.class,
                Map.of(
                        "run", Types.LONG,
                        "number", Types.LONG,
                        "parts", Types.INT,
                        "whole", Types.BOOLEAN,
                        "ids", Types.PRIMITIVE_ARRAY(Types.LONG),
                        "keys", BasicArrayTypeInfo.STRING_ARRAY_TYPE_INFO,
                        "rows", Types.OBJECT_ARRAY(rows),
                        "scores", Types.PRIMITIVE_ARRAY(Types.FLOAT)));
    }
}
