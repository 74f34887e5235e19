package io.pomaidb.spark.row;

import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadRow;
import java.io.IOException;

/** What one row of an index is made of. What is not needed is not asked for. */
public interface RowSource {
    /** Its id, of string ids the hash. */
    long id();

    /** Its vector, which is copied. */
    float[] vector();

    /** The segment that has it. */
    Segment segment() throws IOException;

    /** Its payload: the columns of {@link RowShape#payload}. */
    PayloadRow payload() throws IOException;
}
