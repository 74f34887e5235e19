package io.pomaidb.payload;

import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PrimitiveIterator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.io.ParquetDecodingException;

/**
 * Pages of a row group, made safe for Parquet's column readers in two ways. A dictionary that claims more entries than it has
 * bytes for is refused, because a reader makes an array as large. And a reader of single rows takes the end of a page for
 * the end of its column when it looks for the last row and that is in a later page; the numbers of rows that it is given
 * therefore do not end before the column's pages do. For one thread.
 */
final class CheckedPages implements PageReadStore {
    static final int LEAST_ENTRY_BYTES = 4;

    private final PageReadStore pages;

    /** Of the column reader that is being made: it asks for its pages, then for the row numbers. */
    private CheckedReader latest;

    CheckedPages(PageReadStore pages) {
        this.pages = pages;
    }

    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
        latest = new CheckedReader(pages.getPageReader(column));
        return latest;
    }

    @Override
    public long getRowCount() {
        return pages.getRowCount();
    }

    @Override
    public Optional<Long> getRowIndexOffset() {
        return pages.getRowIndexOffset();
    }

    @Override
    public Optional<PrimitiveIterator.OfLong> getRowIndexes() {
        CheckedReader column = latest;
        return rows().map(rows -> column == null ? rows : new RowsOfPages(rows, column));
    }

    /** The numbers of the rows; empty where all rows of the group are read. */
    Optional<PrimitiveIterator.OfLong> rows() {
        return pages.getRowIndexes();
    }

    /** Reads one page ahead, to know whether there is one. */
    private static final class CheckedReader implements PageReader {
        private final PageReader reader;
        private DataPage ahead;

        CheckedReader(PageReader reader) {
            this.reader = reader;
        }

        @Override
        public DictionaryPage readDictionaryPage() {
            DictionaryPage page = reader.readDictionaryPage();
            if (page != null) {
                long entries = page.getDictionarySize();
                long bytes = page.getBytes().size();
                if (entries < 0 || entries * LEAST_ENTRY_BYTES > bytes) {
                    throw new ParquetDecodingException(
                            "a dictionary claims " + entries + " entries in " + bytes + " bytes");
                }
            }
            return page;
        }

        @Override
        public long getTotalValueCount() {
            return reader.getTotalValueCount();
        }

        boolean hasPage() {
            if (ahead == null) {
                ahead = reader.readPage();
            }
            return ahead != null;
        }

        @Override
        public DataPage readPage() {
            if (!hasPage()) {
                throw new ParquetDecodingException("a column has fewer pages than its index says");
            }
            DataPage page = ahead;
            ahead = null;
            return page;
        }
    }

    /** Row numbers that end with the pages of a column, and not before. */
    private static final class RowsOfPages implements PrimitiveIterator.OfLong {
        private final PrimitiveIterator.OfLong rows;
        private final CheckedReader column;

        RowsOfPages(PrimitiveIterator.OfLong rows, CheckedReader column) {
            this.rows = rows;
            this.column = column;
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext() || column.hasPage();
        }

        @Override
        public long nextLong() {
            if (rows.hasNext()) {
                return rows.nextLong();
            }
            if (!hasNext()) {
                throw new NoSuchElementException("there are no more rows");
            }
            return Long.MAX_VALUE;
        }
    }
}
