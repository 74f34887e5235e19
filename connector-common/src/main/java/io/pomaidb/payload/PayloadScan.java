package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.IOException;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.io.RecordReader;

/**
 * All rows of a payload file in the order of their ids, which is that in which the engine scans a segment, so that both can
 * be read side by side. Holds one row group in memory. For one thread; ends with its reader.
 */
public final class PayloadScan {
    private final ParquetSource source;
    private final RowMaterializer materializer;
    private final PayloadRow nulls;
    private RecordReader<PayloadRow> records;
    private int group;
    private long left;
    private boolean started;
    private long id;
    private PayloadRow row;

    PayloadScan(PayloadReader owner) {
        this.source = owner.source();
        this.nulls = new PayloadRow(owner.columns().size());
        this.materializer = source == null ? null : new RowMaterializer(owner.columns(), source.present(), true);
    }

    /** Steps to the next row; false at the end. A segment without a file has no rows here. */
    public boolean next() throws IOException {
        return source != null && source.reading(this::step);
    }

    private boolean step() throws IOException {
        while (left == 0) {
            if (group == source.groups().size()) {
                row = null;
                return false;
            }
            PageReadStore pages = source.pages(group++, source.present());
            if (pages != null) {
                records = source.records(pages, source.present(), materializer);
                left = pages.getRowCount();
            }
        }
        left--;
        row = records.read();
        long before = id;
        id = materializer.id();
        if (started && Long.compareUnsigned(before, id) >= 0) {
            throw new IllegalStateException("row " + id + " follows row " + before);
        }
        started = true;
        return true;
    }

    /** Id of the current row. */
    public long id() {
        return id;
    }

    /** The current row; the next step changes it. */
    public PayloadRow row() {
        return row;
    }

    /**
     * The row of an id that is not below that of the call before; the next call changes it. All null in a segment without a
     * file.
     *
     * @throws DataException if the file has no row of the id
     */
    public PayloadRow seek(long wanted) throws IOException {
        if (source == null) {
            return nulls;
        }
        while (!started || Long.compareUnsigned(id, wanted) < 0) {
            if (!next()) {
                break;
            }
        }
        if (row == null || id != wanted) {
            throw new DataException("Cannot read the payload of row " + wanted + ": file " + source
                    + " has no row of that id after the one read before"
                    + " (the file is damaged: restore it, or write the index again)");
        }
        return row;
    }
}
