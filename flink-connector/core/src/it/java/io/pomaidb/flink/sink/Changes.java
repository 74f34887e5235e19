package io.pomaidb.flink.sink;

import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A stream that writes every id and then replaces or deletes it, some twice. The changes of an id lie so far apart that
 * checkpoints fall between them, and all in one block: each reader of the source has whole blocks, so that an id comes from
 * one task in the order of its changes, as the sink needs it.
 */
final class Changes {
    private static final int IDS_OF_BLOCK = 250;
    private static final int ROUNDS = 3;
    private static final int BLOCK = IDS_OF_BLOCK * ROUNDS;

    private Changes() {}

    /** The change of a number. A row that is written has the vector of the number, not of its id. */
    static TestRow of(long number) {
        int round = (int) (number % BLOCK) / IDS_OF_BLOCK;
        long id = number / BLOCK * IDS_OF_BLOCK + number % IDS_OF_BLOCK;
        if (round == ROUNDS - 1 && id % 4 == 3) {
            return new TestRow(-1 - id, TestRow.vector(number), false);
        }
        return round > 0 && (id + round) % 3 == 0
                ? TestRow.deletion(id)
                : new TestRow(id, TestRow.vector(number), false);
    }

    /** Whether a stream writes the id once and changes it never. */
    static boolean isWrittenOnce(long id) {
        return id < 0;
    }

    /** Whole blocks for each of some readers, with at least so many changes. */
    static long countFor(long atLeast, int readers) {
        long unit = (long) BLOCK * readers;
        return (atLeast + unit - 1) / unit * unit;
    }

    /** The changes of the numbers from 0 to {@code count - 1}. */
    static DataStreamSource<TestRow> stream(StreamExecutionEnvironment environment, long count, double rowsPerSecond) {
        return TestRow.stream(environment, Changes::of, count, rowsPerSecond);
    }

    /** The vectors, by id, that these changes leave. */
    static SortedMap<Long, float[]> after(long count) {
        var rows = new TreeMap<Long, float[]>();
        for (long number = 0; number < count; number++) {
            TestRow change = of(number);
            if (change.deleted) {
                rows.remove(change.id);
            } else {
                rows.put(change.id, change.vector);
            }
        }
        return rows;
    }
}
