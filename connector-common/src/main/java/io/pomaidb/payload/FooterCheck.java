package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.internal.hadoop.metadata.IndexReference;

/** Holds a footer against the file's size and the snapshot's row count, before anything that it says is followed. */
final class FooterCheck {
    private final PayloadFile file;

    private FooterCheck(PayloadFile file) {
        this.file = file;
    }

    /** Throws {@link DataException} if the footer cannot be that of the file. */
    static void check(PayloadFile file, ParquetMetadata footer) {
        new FooterCheck(file).check(footer);
    }

    private void check(ParquetMetadata footer) {
        long rows = 0;
        for (BlockMetaData block : footer.getBlocks()) {
            if (block.getRowCount() < 0 || block.getRowCount() > file.rows() - rows) {
                throw wrong("a row group of " + block.getRowCount() + " rows after " + rows
                        + " (the snapshot says that there are " + file.rows() + ")");
            }
            rows += block.getRowCount();
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                check(chunk);
            }
        }
        if (rows != file.rows()) {
            throw wrong(rows + " rows (the snapshot says that there are " + file.rows() + ")");
        }
    }

    private void check(ColumnChunkMetaData chunk) {
        checkRange(chunk, "data", chunk.getStartingPos(), chunk.getTotalSize());
        checkIndex(chunk, chunk.getColumnIndexReference());
        checkIndex(chunk, chunk.getOffsetIndexReference());
    }

    private void checkIndex(ColumnChunkMetaData chunk, IndexReference index) {
        if (index != null) {
            checkRange(chunk, "an index", index.getOffset(), index.getLength());
        }
    }

    private void checkRange(ColumnChunkMetaData chunk, String what, long start, long bytes) {
        if (start < 0 || bytes < 0 || start > file.size() || bytes > file.size() - start) {
            throw wrong(what + " of column " + chunk.getPath().toDotString() + " at " + start + " with " + bytes
                    + " bytes (the file has " + file.size() + ")");
        }
    }

    private DataException wrong(String what) {
        return new DataException("Cannot read payload file " + file + ": its footer lists " + what
                + ": restore the file, or write the index again");
    }
}
