package io.pomaidb.spark.row;

import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.search.StoredRow;

/**
 * A row that a search found.
 *
 * @param id its id, of string ids the hash
 * @param row what the index has of it
 */
record FoundRow(long id, StoredRow row) implements RowSource {
    @Override
    public float[] vector() {
        return row.vector();
    }

    @Override
    public Segment segment() {
        return row.segment();
    }

    @Override
    public PayloadRow payload() {
        return row.payload();
    }
}
