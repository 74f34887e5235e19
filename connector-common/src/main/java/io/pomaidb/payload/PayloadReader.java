package io.pomaidb.payload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.filter2.columnindex.ColumnIndexStore;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Reads the payload of one segment: of some rows by their ids, or of all in the order of ids. Columns that the file does not
 * have are null, and so is everything where a segment has no file. For one thread, and for one scan or lookup at a time.
 *
 * <p>A lookup reads the footer once, then of each row group that can hold one of the ids the page indexes, the pages of ids
 * that can, and of each column the pages that hold the rows. Errors are {@link io.pomaidb.error.DataException} where the
 * file is missing or damaged, and {@link IOException} where reading fails.
 */
public final class PayloadReader implements AutoCloseable {
    private final List<PayloadColumn> columns;

    /** Null where the segment has no file. */
    private final ParquetSource source;

    private PayloadReader(List<PayloadColumn> columns, ParquetSource source) {
        this.columns = List.copyOf(columns);
        this.source = source;
    }

    /**
     * Opens a file.
     *
     * @param file null for a segment that has none
     * @param columns the columns of the rows to be, as the snapshot's schema has them
     */
    public static PayloadReader open(PayloadFile file, List<PayloadColumn> columns) throws IOException {
        return new PayloadReader(columns, file == null ? null : ParquetSource.open(file, columns));
    }

    List<PayloadColumn> columns() {
        return columns;
    }

    ParquetSource source() {
        return source;
    }

    /**
     * The rows of some ids.
     *
     * @param ids in any order
     * @return a row at the place of each id, with the columns asked for; null where the file has no row of the id
     */
    public List<PayloadRow> rows(long[] ids) throws IOException {
        var rows = new PayloadRow[ids.length];
        if (source == null) {
            Arrays.setAll(rows, i -> new PayloadRow(columns.size()));
        } else if (ids.length > 0) {
            source.reading(() -> {
                new Lookup(ids, rows).run();
                return rows;
            });
        }
        return Arrays.asList(rows);
    }

    /** All rows, in the order of their ids. */
    public PayloadScan scan() {
        return new PayloadScan(this);
    }

    /** One lookup: finds the rows of ids, then reads them. */
    private final class Lookup {
        private final long[] ids;
        private final PayloadRow[] rows;

        /** The ids in signed order, and where each stands in the request. */
        private final long[] sorted;

        private final int[] places;

        Lookup(long[] ids, PayloadRow[] rows) {
            this.ids = ids;
            this.rows = rows;
            this.places = signedOrder();
            this.sorted = new long[ids.length];
            Arrays.setAll(sorted, i -> ids[places[i]]);
        }

        private int[] signedOrder() {
            var flipped = new long[ids.length];
            Arrays.setAll(flipped, i -> ids[i] ^ Long.MIN_VALUE);
            return IdOrder.sorted(flipped, flipped.length);
        }

        void run() throws IOException {
            List<BlockMetaData> groups = source.groups();
            for (int group = 0; group < groups.size(); group++) {
                ColumnChunkMetaData chunk = source.chunk(group, ParquetSource.ID);
                if (groups.get(group).getRowCount() > 0 && mayHold(chunk)) {
                    run(group, groups.get(group).getRowCount());
                }
            }
        }

        private boolean mayHold(ColumnChunkMetaData chunk) {
            var statistics = chunk.getStatistics();
            return !statistics.hasNonNullValue()
                    || !(statistics.genericGetMin() instanceof Long min)
                    || !(statistics.genericGetMax() instanceof Long max)
                    || IdPages.isAnyWithin(sorted, min, max);
        }

        private void run(int group, long groupRows) throws IOException {
            ColumnIndexStore indexes = source.indexes(group);
            RowRanges candidates = IdPages.candidates(
                    sorted,
                    indexes.getColumnIndex(ParquetSource.ID),
                    indexes.getOffsetIndex(ParquetSource.ID),
                    groupRows);
            MessageType idOnly = ParquetTypes.idOnly();
            CheckedPages pages = source.pages(group, candidates, idOnly);
            if (pages == null) {
                return;
            }
            var positions = new long[ids.length];
            var found = new int[ids.length];
            int count = 0;
            var materializer = new RowMaterializer(List.of(), idOnly, true);
            RecordReader<PayloadRow> records = source.records(pages, idOnly, materializer);
            var numbers = pages.rows();
            for (long i = 0; i < pages.getRowCount() && count < ids.length; i++) {
                records.read();
                long position = numbers.isPresent() ? numbers.get().nextLong() : i;
                int at = Arrays.binarySearch(sorted, materializer.id());
                if (at >= 0) {
                    positions[count] = position;
                    found[count++] = at;
                }
            }
            read(group, groupRows, positions, found, count);
        }

        private void read(int group, long groupRows, long[] positions, int[] found, int count) throws IOException {
            var values = new ArrayList<PayloadRow>(count);
            if (count == 0 || !source.hasAny()) {
                for (int i = 0; i < count; i++) {
                    values.add(new PayloadRow(columns.size()));
                }
            } else {
                MessageType schema = withoutId(source.present());
                PageReadStore pages = source.pages(group, IdPages.of(positions, count, groupRows), schema);
                var materializer = new RowMaterializer(columns, schema, false);
                RecordReader<PayloadRow> records = source.records(pages, schema, materializer);
                for (int i = 0; i < count; i++) {
                    values.add(records.read());
                }
            }
            for (int i = 0; i < count; i++) {
                put(found[i], values.get(i));
            }
        }

        /** An id may be asked for several times. */
        private void put(int at, PayloadRow row) {
            long id = sorted[at];
            for (int i = at; i >= 0 && sorted[i] == id; i--) {
                rows[places[i]] = row;
            }
            for (int i = at + 1; i < sorted.length && sorted[i] == id; i++) {
                rows[places[i]] = row;
            }
        }
    }

    private static MessageType withoutId(MessageType schema) {
        List<Type> fields = schema.getFields();
        return new MessageType(schema.getName(), fields.subList(1, fields.size()));
    }

    @Override
    public void close() throws IOException {
        if (source != null) {
            source.close();
        }
    }
}
