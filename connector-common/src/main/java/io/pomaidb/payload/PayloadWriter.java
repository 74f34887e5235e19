package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the payload of one segment. Rows come in any order and may replace each other: of several rows of an id the last
 * one counts, and none where it was taken back after that. They are collected in memory up to a bound, then sorted and put to a scratch file; rows that come in the
 * order of their ids make one such file, which is not sorted again. For one thread. {@link #close} deletes the scratch
 * files; the payload file appears by {@link #finish} only.
 */
public final class PayloadWriter implements AutoCloseable {
    private static final int FIRST_ROWS = 1024;

    private final PayloadSchema schema;
    private final List<PayloadColumn> columns;
    private final int bufferBytes;
    private final RowEncoder encoder;
    private final PayloadRow nulls;
    private final SpilledRuns runs;
    private long[] ids = new long[FIRST_ROWS];

    /** Where the row begins in the encoder's bytes; it ends where the next one begins. */
    private int[] offsets = new int[FIRST_ROWS + 1];

    private int count;

    /**
     * A writer of rows of a schema that is not empty.
     *
     * @param scratch an existing local folder for this writer's files
     * @param bufferBytes how many bytes of rows to keep in memory, approximately
     */
    public PayloadWriter(PayloadSchema schema, Path scratch, int bufferBytes) {
        this.schema = schema;
        this.columns = schema.stored();
        this.runs = new SpilledRuns(scratch, schema.keyColumn() != null);
        this.bufferBytes = bufferBytes;
        this.encoder = new RowEncoder(columns);
        this.nulls = new PayloadRow(schema.columns().size());
    }

    /**
     * Adds a row.
     *
     * @param key the row's key in UTF-8, of which {@code id} is the {@link KeyHash}; null where ids are numbers
     * @param values the payload columns in the order of the schema, read before this returns; null for nothing but nulls
     * @throws DataException if a value does not fit its column, or another key has the same id
     */
    public void add(long id, byte[] key, PayloadValues values) throws IOException {
        if ((key != null) != (schema.keyColumn() != null)) {
            throw new DataException("Cannot write row " + id + ": it has " + (key == null ? "no" : "a")
                    + " string key (the index has ids that are "
                    + (schema.keyColumn() == null ? "numbers)" : "hashes of column " + schema.keyColumn() + ")"));
        }
        encoder.add(id, key, values == null ? nulls : values);
        added(id);
    }

    /**
     * Adds a row that another payload file had.
     *
     * @param stored all columns of the schema, the key among them where there is one
     */
    public void addStored(long id, PayloadValues stored) throws IOException {
        if (schema.keyColumn() != null) {
            KeyCollisions.requireKey(id, schema.keyColumn(), stored);
        }
        encoder.add(id, null, stored);
        added(id);
    }

    /** Takes back the row of an id, if there is one. What is added later stays. */
    public void remove(long id) throws IOException {
        // A row without a byte, which no other is.
        added(id);
    }

    private void added(long id) throws IOException {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, count * 2);
            offsets = Arrays.copyOf(offsets, count * 2 + 1);
        }
        ids[count++] = id;
        offsets[count] = encoder.size();
        if (encoder.size() + (long) count * (Long.BYTES + Integer.BYTES) >= bufferBytes) {
            spill();
        }
    }

    /** Takes the buffer's rows in order, each id once. */
    private void drain(RunTarget target) throws IOException {
        if (IdOrder.isStrictlyAscending(ids, count)) {
            for (int i = 0; i < count; i++) {
                target.add(ids[i], encoder.bytes(), offsets[i], offsets[i + 1] - offsets[i]);
            }
        } else {
            int[] order = IdOrder.sorted(ids, count);
            for (int i = 0; i < count; i++) {
                int row = order[i];
                if (i + 1 < count && ids[order[i + 1]] == ids[row]) {
                    requireSameKey(row, order[i + 1]);
                } else {
                    target.add(ids[row], encoder.bytes(), offsets[row], offsets[row + 1] - offsets[row]);
                }
            }
        }
        count = 0;
        encoder.clear();
    }

    private interface RunTarget {
        void add(long id, byte[] bytes, int offset, int length) throws IOException;
    }

    private void requireSameKey(int row, int other) {
        if (schema.keyColumn() != null && !isRemoved(row) && !isRemoved(other)) {
            KeyCollisions.requireSame(
                    ids[row],
                    RowDecoder.key(encoder.bytes(), offsets[row]),
                    RowDecoder.key(encoder.bytes(), offsets[other]));
        }
    }

    private boolean isRemoved(int row) {
        return offsets[row] == offsets[row + 1];
    }

    private void spill() throws IOException {
        if (count == 0) {
            return;
        }
        long least = ids[0];
        for (int i = 1; i < count; i++) {
            least = Long.compareUnsigned(ids[i], least) < 0 ? ids[i] : least;
        }
        drain(runs.runFrom(least)::add);
    }

    /**
     * Writes the payload file. The writer can then only be closed.
     *
     * @param file a local file that does not exist
     * @return the number of rows in it, which is that of distinct ids
     * @throws DataException if two keys have the same id
     */
    public long finish(Path file) throws IOException {
        var counter = new long[1];
        boolean finished = false;
        try (var to = new PayloadFileWriter(file, columns)) {
            if (runs.isEmpty()) {
                drain((id, bytes, offset, length) -> {
                    if (length > 0) {
                        to.add(id, bytes, offset);
                        counter[0]++;
                    }
                });
            } else {
                spill();
                runs.merge((id, bytes, size) -> {
                    if (size > 0) {
                        to.add(id, bytes, 0);
                        counter[0]++;
                    }
                });
            }
            finished = true;
        } finally {
            if (!finished) {
                Files.deleteIfExists(file);
            }
        }
        return counter[0];
    }

    /** Deletes the scratch files. A second call does nothing. */
    @Override
    public void close() throws IOException {
        runs.close();
    }
}
