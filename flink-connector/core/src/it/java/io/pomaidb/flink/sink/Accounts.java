package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import java.util.stream.LongStream;

/** Accounts for the ids of a stream that counts them up. */
final class Accounts {
    private Accounts() {}

    /** An index shows the ids from 0 to {@code rows - 1}. */
    static void everyId(TestIndex index, long rows) throws Exception {
        assertThat(index.rows().keySet())
                .containsExactlyElementsOf(LongStream.range(0, rows).boxed().toList());
    }

    /** An index shows the ids, and no row was committed twice, which upserts would hide. */
    static void everyIdOnce(TestIndex index, long rows) throws Exception {
        everyId(index, rows);
        assertThat(index.index().latestExisting().rows())
                .as("rows in segments, none twice")
                .isEqualTo(rows);
    }
}
