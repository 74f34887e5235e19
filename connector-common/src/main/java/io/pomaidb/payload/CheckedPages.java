package io.pomaidb.payload;

import java.util.Optional;
import java.util.PrimitiveIterator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.io.ParquetDecodingException;

/** Pages of a row group whose dictionaries have no more entries than bytes for them: Parquet makes an array as large. */
final class CheckedPages implements PageReadStore {
    static final int LEAST_ENTRY_BYTES = 4;

    private final PageReadStore pages;

    CheckedPages(PageReadStore pages) {
        this.pages = pages;
    }

    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
        PageReader reader = pages.getPageReader(column);
        return new PageReader() {
            @Override
            public DictionaryPage readDictionaryPage() {
                DictionaryPage page = reader.readDictionaryPage();
                if (page != null) {
                    check(page);
                }
                return page;
            }

            @Override
            public long getTotalValueCount() {
                return reader.getTotalValueCount();
            }

            @Override
            public DataPage readPage() {
                return reader.readPage();
            }
        };
    }

    private static void check(DictionaryPage page) {
        long entries = page.getDictionarySize();
        if (entries < 0 || entries * LEAST_ENTRY_BYTES > page.getBytes().size()) {
            throw new ParquetDecodingException("a dictionary claims " + entries + " entries in "
                    + page.getBytes().size() + " bytes");
        }
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
        return pages.getRowIndexes();
    }
}
