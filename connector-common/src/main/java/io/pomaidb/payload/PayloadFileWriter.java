package io.pomaidb.payload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * Writes one payload file to the local disk: encoded rows in the order of their ids. Pages are small, because whoever wants
 * one row reads one page a column, and row groups are, because a reader of all rows holds one of each file it merges.
 */
final class PayloadFileWriter implements AutoCloseable {
    /** Entry of the footer that names the columns, one a line, whose page statistics know nothing of the NaN in them. */
    static final String NAN_COLUMNS = "pomaidb.nan";

    private static final long ROW_GROUP_BYTES = 16 << 20;
    private static final int PAGE_BYTES = 64 << 10;
    private static final int PAGE_ROWS = 4096;
    private static final int DICTIONARY_BYTES = 64 << 10;
    private static final int ROWS_BEFORE_CHECK = 16;

    private final ParquetWriter<Row> writer;
    private final Row row = new Row();

    PayloadFileWriter(Path file, List<PayloadColumn> columns) throws IOException {
        var configuration = new Configuration(false);
        writer = new Builder(file, columns)
                .withConf(configuration)
                // In the JDK: neither a native library to extract nor one more dependency, and every reader knows it.
                .withCompressionCodec(CompressionCodecName.GZIP)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .withPageSize(PAGE_BYTES)
                .withPageRowCountLimit(PAGE_ROWS)
                .withDictionaryPageSize(DICTIONARY_BYTES)
                .withDictionaryEncoding(PayloadSchema.ID, false)
                .withMinRowCountForPageSizeCheck(ROWS_BEFORE_CHECK)
                .withPageWriteChecksumEnabled(true)
                .build();
    }

    /** Adds a row whose id is, as an unsigned number, above that of the row before. */
    void add(long id, byte[] encoded, int offset) throws IOException {
        row.id = id;
        row.bytes = encoded;
        row.offset = offset;
        writer.write(row);
    }

    /** Writes the footer. */
    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** An encoded row; the same object for all of them. */
    private static final class Row {
        private long id;
        private byte[] bytes;
        private int offset;
    }

    private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
        private final List<PayloadColumn> columns;

        Builder(Path file, List<PayloadColumn> columns) {
            super(new LocalParquetFile(file));
            this.columns = columns;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
            return new Support(columns);
        }
    }

    private static final class Support extends WriteSupport<Row> {
        private final List<PayloadColumn> columns;
        private final RowDecoder decoder;
        private RecordConsumer consumer;

        Support(List<PayloadColumn> columns) {
            this.columns = columns;
            this.decoder = new RowDecoder(columns);
        }

        @Override
        public String getName() {
            return "pomaidb";
        }

        @Override
        public WriteContext init(Configuration configuration) {
            return new WriteContext(ParquetTypes.message(columns), Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            consumer = recordConsumer;
        }

        @Override
        public void write(Row row) {
            decoder.write(row.id, row.bytes, row.offset, consumer);
        }

        @Override
        public FinalizedWriteContext finalizeWrite() {
            return new FinalizedWriteContext(Map.of(NAN_COLUMNS, String.join("\n", decoder.columnsWithNan())));
        }
    }
}
