package io.pomaidb.search;

import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadRow;

/** A row as an index has it. Immutable as far as nobody changes the vector. */
public final class StoredRow {
    private final Segment segment;
    private final float[] vector;
    private final PayloadRow payload;

    StoredRow(Segment segment, float[] vector, PayloadRow payload) {
        this.segment = segment;
        this.vector = vector;
        this.payload = payload;
    }

    /** The segment that holds it. */
    public Segment segment() {
        return segment;
    }

    /** The vector as it was written, under the cosine metric but for the rounding of floats, and not a copy; null where it was not asked for. */
    public float[] vector() {
        return vector;
    }

    /** The columns that were asked for. */
    public PayloadRow payload() {
        return payload;
    }
}
