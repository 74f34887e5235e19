package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.ColumnIndexStore;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * A payload file opened with Parquet's reader, for one thread. The file is input from anybody: its footer is checked, memory
 * is bounded by its size, and whatever Parquet throws comes out as an error that names the file.
 */
final class ParquetSource implements AutoCloseable {
    private static final int MAX_REASON = 200;

    static final ColumnPath ID = ColumnPath.get(PayloadSchema.ID);

    private final PayloadFile file;
    private final BoundedMemory memory;
    private final ParquetFileReader reader;

    /** The id and those wanted columns that the file has. */
    private final MessageType present;

    /** For looking at what Parquet will read; null until then. */
    private SeekableInputStream headers;

    private ParquetSource(PayloadFile file, BoundedMemory memory, ParquetFileReader reader, MessageType present) {
        this.file = file;
        this.memory = memory;
        this.reader = reader;
        this.present = present;
    }

    /** What can go wrong while reading. */
    interface Read<T> {
        T run() throws IOException;
    }

    static ParquetSource open(PayloadFile file, List<PayloadColumn> columns) throws IOException {
        var memory = new BoundedMemory(file.size());
        var options = ParquetReadOptions.builder()
                .withCodecFactory(new GzipPages())
                .withAllocator(memory)
                .usePageChecksumVerification(true)
                .build();
        ParquetFileReader reader =
                reading(file, "its footer cannot be decoded: ", () -> ParquetFileReader.open(file.input(), options));
        try {
            FooterCheck.check(file, reader.getFooter());
            MessageType present = ParquetTypes.present(
                    file.toString(), reader.getFileMetaData().getSchema(), columns);
            return new ParquetSource(file, memory, reader, present);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    <T> T reading(Read<T> read) throws IOException {
        return reading(file, read);
    }

    private static <T> T reading(PayloadFile file, Read<T> read) throws IOException {
        return reading(file, "", read);
    }

    /**
     * Runs a read.
     *
     * @param part what is read, if it has a name, as errors begin with it
     */
    private static <T> T reading(PayloadFile file, String part, Read<T> read) throws IOException {
        try {
            return read.run();
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (StorageException.isIn(e)) {
                throw new IOException("Cannot read payload file " + file + ": " + e.getMessage(), e);
            }
            throw new DataException(
                    "Cannot read payload file " + file + ": " + part + reason(e)
                            + " (the file is damaged: restore it, or write the index again)",
                    e);
        }
    }

    /** What Parquet says, without the dump of a whole structure that it may append. */
    private static String reason(Exception failure) {
        String message =
                String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        int dump = message.indexOf("Struct:");
        String begin = dump < 0 ? message : message.substring(0, dump).strip();
        return begin.length() <= MAX_REASON ? begin : begin.substring(0, MAX_REASON) + "…";
    }

    MessageType present() {
        return present;
    }

    /** Whether the file has one of the wanted columns. */
    boolean hasAny() {
        return present.getFieldCount() > 1;
    }

    List<BlockMetaData> groups() {
        return reader.getRowGroups();
    }

    ColumnChunkMetaData chunk(int group, ColumnPath path) {
        for (ColumnChunkMetaData chunk : groups().get(group).getColumns()) {
            if (chunk.getPath().equals(path)) {
                return chunk;
            }
        }
        throw new DataException("Cannot read payload file " + file + ": row group " + group + " has no column "
                + path.toDotString() + " (the file is damaged: restore it, or write the index again)");
    }

    ParquetFileReader reader() {
        return reader;
    }

    /** The page indexes of a row group, for all columns that are read. */
    ColumnIndexStore indexes(int group) {
        // The reader keeps them, for the columns that are asked for at that moment.
        reader.setRequestedSchema(present);
        ColumnIndexStore indexes = reader.getColumnIndexStore(group);
        present.getPaths().forEach(path -> check(group, ColumnPath.get(path), indexes));
        return indexes;
    }

    private void check(int group, ColumnPath path, ColumnIndexStore indexes) {
        ColumnChunkMetaData chunk = chunk(group, path);
        OffsetIndex pages = indexes.getOffsetIndex(path);
        long end = chunk.getStartingPos() + chunk.getTotalSize();
        long row = -1;
        for (int i = 0; i < pages.getPageCount(); i++) {
            long offset = pages.getOffset(i);
            int bytes = pages.getCompressedPageSize(i);
            if (offset < chunk.getStartingPos()
                    || bytes < 0
                    || offset > end - bytes
                    || pages.getFirstRowIndex(i) <= row
                    || pages.getFirstRowIndex(i) >= groups().get(group).getRowCount()) {
                throw new DataException("Cannot read payload file " + file + ": the index of column "
                        + path.toDotString() + " has page " + i + " at " + offset + " with " + bytes
                        + " bytes (the column is at " + chunk.getStartingPos() + " to " + end
                        + ": restore the file, or write the index again)");
            }
            row = pages.getFirstRowIndex(i);
        }
    }

    /** Names of columns whose statistics may hide NaN; all, if the file does not say. */
    Set<String> columnsWithNan() {
        String listed = reader.getFileMetaData().getKeyValueMetaData().get(PayloadFileWriter.NAN_COLUMNS);
        if (listed == null) {
            return present.getFields().stream().map(Type::getName).collect(Collectors.toSet());
        }
        return Set.of(listed.split("\n", -1));
    }

    /** Holds the sizes that the dictionaries of a row group claim against their columns': Parquet reads them unseen. */
    void checkDictionaries(int group) throws IOException {
        if (headers == null) {
            headers = file.input().newStream();
        }
        for (String[] path : present.getPaths()) {
            ColumnChunkMetaData chunk = chunk(group, ColumnPath.get(path));
            if (chunk.hasDictionaryPage()) {
                headers.seek(chunk.getStartingPos());
                check(chunk, Util.readPageHeader(headers));
            }
        }
    }

    private void check(ColumnChunkMetaData chunk, PageHeader header) {
        long bytes = header.getCompressed_page_size();
        long entries = header.isSetDictionary_page_header()
                ? header.getDictionary_page_header().getNum_values()
                : 0;
        if (bytes < 0
                || bytes > chunk.getTotalSize()
                || entries < 0
                || entries > header.getUncompressed_page_size() / CheckedPages.LEAST_ENTRY_BYTES) {
            throw new DataException("Cannot read payload file " + file + ": the dictionary of column "
                    + chunk.getPath().toDotString() + " has " + entries + " entries in " + bytes
                    + " bytes (the column has " + chunk.getTotalSize()
                    + ": restore the file, or write the index again)");
        }
    }

    /** Pages of some rows of a row group; null where there are none. */
    CheckedPages pages(int group, RowRanges rows, MessageType columns) throws IOException {
        memory.beginRead();
        reader.setRequestedSchema(columns);
        PageReadStore pages = reader.readFilteredRowGroup(group, rows);
        return pages == null ? null : new CheckedPages(pages);
    }

    /** All pages of a row group; null where it has no rows. */
    CheckedPages pages(int group, MessageType columns) throws IOException {
        memory.beginRead();
        reader.setRequestedSchema(columns);
        PageReadStore pages = groups().get(group).getRowCount() == 0 ? null : reader.readRowGroup(group);
        return pages == null ? null : new CheckedPages(pages);
    }

    RecordReader<PayloadRow> records(PageReadStore pages, MessageType columns, RowMaterializer rows) {
        MessageColumnIO io = new ColumnIOFactory(reader.getFileMetaData().getCreatedBy())
                .getColumnIO(columns, reader.getFileMetaData().getSchema());
        return io.getRecordReader(pages, rows);
    }

    @Override
    public String toString() {
        return file.toString();
    }

    @Override
    public void close() throws IOException {
        try {
            if (headers != null) {
                headers.close();
            }
        } finally {
            reader.close();
        }
    }
}
