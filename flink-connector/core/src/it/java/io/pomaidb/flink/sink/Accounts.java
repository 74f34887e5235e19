package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import java.util.SortedMap;
import java.util.stream.LongStream;

/** Accounts for the ids of a stream that counts them up, or for the rows that {@link Changes} leave. */
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

    /** An index shows what the first changes of a stream leave: these ids with these vectors, and no others. */
    static void everyChange(TestIndex index, long count) throws Exception {
        SortedMap<Long, float[]> expected = Changes.after(count);
        SortedMap<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).containsExactlyElementsOf(expected.keySet());
        assertThat(rows)
                .allSatisfy((id, vector) ->
                        assertThat(vector).as("vector of row %d", id).isEqualTo(expected.get(id)));
    }

    /** An index shows what the changes leave, and no row was committed twice, which later ones would hide. */
    static void everyChangeOnce(TestIndex index, long count) throws Exception {
        everyChange(index, count);
        assertThat(CommittedIds.ofAllVersions(index).stream()
                        .filter(Changes::isWrittenOnce)
                        .sorted())
                .as("rows that the stream writes once")
                .isNotEmpty()
                .containsExactlyElementsOf(Changes.after(count).keySet().stream()
                        .filter(Changes::isWrittenOnce)
                        .toList());
    }
}
