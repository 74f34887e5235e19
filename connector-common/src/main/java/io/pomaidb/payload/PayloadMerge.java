package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the payload of a segment that others were compacted to: of each id the row of the segment that won it. Holds one
 * row group of each segment in memory. For one thread; {@link #close} closes the segments' files, and without
 * {@link #finish} leaves a file that is of no use.
 */
public final class PayloadMerge implements AutoCloseable {
    private final PayloadSchema schema;
    private final List<PayloadReader> readers = new ArrayList<>();
    private final List<PayloadScan> scans = new ArrayList<>();
    private final RowEncoder encoder;
    private final PayloadFileWriter writer;
    private boolean started;
    private boolean closed;
    private long last;
    private long rows;

    private PayloadMerge(PayloadSchema schema, PayloadFileWriter writer) {
        this.schema = schema;
        this.encoder = new RowEncoder(schema.stored());
        this.writer = writer;
    }

    /**
     * Opens the segments.
     *
     * @param schema of the snapshot: columns that a segment does not have become null
     * @param segments the files in the order by which {@link #add} calls them; null for a segment without one
     * @param file a local file that does not exist
     */
    public static PayloadMerge open(PayloadSchema schema, List<PayloadFile> segments, Path file) throws IOException {
        var merge = new PayloadMerge(schema, new PayloadFileWriter(file, schema.stored()));
        try {
            for (PayloadFile segment : segments) {
                PayloadReader reader = PayloadReader.open(segment, schema.stored());
                merge.readers.add(reader);
                merge.scans.add(reader.scan());
            }
            return merge;
        } catch (IOException | RuntimeException e) {
            merge.close();
            throw e;
        }
    }

    /**
     * Adds a row.
     *
     * @param segment the segment that has the row, by its place among those that were opened
     * @param id above those added before, as unsigned numbers
     * @throws DataException if the segment has no such row
     */
    public void add(int segment, long id) throws IOException {
        if (started && Long.compareUnsigned(last, id) >= 0) {
            throw new IllegalStateException(
                    "Cannot merge row " + id + " after row " + last + ": ids have to ascend as unsigned numbers");
        }
        PayloadRow row = scans.get(segment).seek(id);
        if (schema.keyColumn() != null && row.isNullAt(0)) {
            throw new DataException("Cannot merge row " + id + ": it has no key in column " + schema.keyColumn()
                    + " (the index is damaged: write it again)");
        }
        encoder.clear();
        encoder.add(id, null, row);
        writer.add(id, encoder.bytes(), 0);
        started = true;
        last = id;
        rows++;
    }

    /**
     * Completes the file.
     *
     * @return the number of rows in it
     */
    public long finish() throws IOException {
        closed = true;
        writer.close();
        return rows;
    }

    @Override
    public void close() throws IOException {
        try {
            if (!closed) {
                closed = true;
                writer.close();
            }
        } finally {
            for (PayloadReader reader : readers) {
                reader.close();
            }
            readers.clear();
        }
    }
}
