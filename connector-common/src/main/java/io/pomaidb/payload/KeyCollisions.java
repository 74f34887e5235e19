package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds string keys that are different and have the same 64-bit id. Of n keys the chance that any two do is about n² / 2^65
 * (one in 37 million for a million keys), but who chooses the keys can make them so.
 */
public final class KeyCollisions {
    /** Ids that are looked up at once. */
    private static final int BATCH = 1 << 15;

    private KeyCollisions() {}

    /** Refuses two keys of one id, given in UTF-8, unless they are the same. */
    static void requireSame(long id, byte[] key, byte[] other) {
        if (!Arrays.equals(key, other)) {
            throw new DataException("Cannot write rows with keys " + text(key) + " and " + text(other)
                    + ": both have the id " + id + ", the xxHash64 of the key (change one of the keys)");
        }
    }

    /** Refuses a row of a payload file, of which the first column is the key, if it has none. */
    static void requireKey(long id, String column, PayloadValues stored) {
        if (stored.isNullAt(0)) {
            throw new DataException("Cannot write row " + id + ": it has no key in column " + column
                    + " (the index is damaged: write it again)");
        }
    }

    private static String text(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        return '"' + (text.length() <= 100 ? text : text.substring(0, 100) + "…") + '"';
    }

    /**
     * Holds the keys of a new segment against those of older ones. Of an older segment this reads the page indexes of the
     * ids, the pages of ids in whose range a new id is, and the keys of the ids that both have: little for a few new rows,
     * and all ids of the older segment for as many new rows as it has pages.
     *
     * @param schema with a key column
     * @param written the new segment's file
     * @param older the files of the other segments of its shard
     * @throws DataException if a key of the new segment has the id of another key; it names both
     */
    public static void check(PayloadSchema schema, PayloadFile written, List<PayloadFile> older) throws IOException {
        List<PayloadColumn> key = schema.project(List.of(schema.keyColumn()));
        var others = new ArrayList<PayloadReader>();
        try (PayloadReader reader = PayloadReader.open(written, key)) {
            for (PayloadFile file : older) {
                others.add(PayloadReader.open(file, key));
            }
            var batch = new Batch();
            PayloadScan scan = reader.scan();
            while (scan.next()) {
                batch.add(scan);
                if (batch.count == BATCH) {
                    batch.check(others);
                }
            }
            batch.check(others);
        } finally {
            for (PayloadReader other : others) {
                other.close();
            }
        }
    }

    private static final class Batch {
        private final long[] ids = new long[BATCH];
        private final byte[][] keys = new byte[BATCH][];
        private int count;

        void add(PayloadScan scan) {
            ids[count] = scan.id();
            keys[count++] = scan.row().isNullAt(0) ? null : scan.row().bytesAt(0);
        }

        void check(List<PayloadReader> others) throws IOException {
            long[] wanted = Arrays.copyOf(ids, count);
            for (PayloadReader other : others) {
                List<PayloadRow> rows = other.rows(wanted);
                for (int i = 0; i < count; i++) {
                    PayloadRow row = rows.get(i);
                    if (row != null && !row.isNullAt(0)) {
                        requireSame(wanted[i], keys[i], row.bytesAt(0));
                    }
                }
            }
            count = 0;
        }
    }
}
