package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds different string keys of one id among any number of payload files, where {@link KeyCollisions} finds those of one
 * file against others. Each file is read once: its ids and keys go to a scratch file, and all of these are merged in the order
 * of ids, so that the work grows with the keys, and memory is bounded. For one thread. {@link #close} deletes the scratch
 * files.
 */
public final class KeyRuns implements AutoCloseable {
    private final SpilledRuns runs;

    /** @param scratch an existing local folder for these files alone */
    public KeyRuns(Path scratch) {
        this.runs = new SpilledRuns(scratch, true);
    }

    /**
     * Reads the ids and keys of a file.
     *
     * @param schema with a key column
     * @throws DataException if a row of the file has no key; or if, of the files before, two have different keys of one id,
     *     which may also be found by {@link #check} alone
     */
    public void add(PayloadSchema schema, PayloadFile file) throws IOException {
        List<PayloadColumn> key = schema.project(List.of(schema.keyColumn()));
        var encoder = new RowEncoder(key);
        try (PayloadReader reader = PayloadReader.open(file, key)) {
            PayloadScan scan = reader.scan();
            SpilledRun.Writer run = null;
            while (scan.next()) {
                KeyCollisions.requireKey(scan.id(), schema.keyColumn(), scan.row());
                if (run == null) {
                    run = runs.runFrom(scan.id());
                }
                encoder.add(scan.id(), null, scan.row());
                run.add(scan.id(), encoder.bytes(), 0, encoder.size());
                encoder.clear();
            }
        }
    }

    /**
     * Holds the keys of all files against each other. Then this can only be closed.
     *
     * @throws DataException if two keys have the same id; it names both
     */
    public void check() throws IOException {
        runs.merge((id, bytes, size) -> {});
    }

    /** Deletes the scratch files. A second call does nothing. */
    @Override
    public void close() throws IOException {
        runs.close();
    }
}
