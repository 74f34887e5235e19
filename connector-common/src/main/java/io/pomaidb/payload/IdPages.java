package io.pomaidb.payload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;

/** Which rows of a row group have to be looked at, by the page index of the ids; and single rows as ranges. */
final class IdPages {
    private IdPages() {}

    /** Whether one of the ids, which ascend as signed numbers, is in a range. */
    static boolean isAnyWithin(long[] ids, long min, long max) {
        int at = Arrays.binarySearch(ids, min);
        return at >= 0 || (-at - 1 < ids.length && ids[-at - 1] <= max);
    }

    /**
     * The rows of the pages that may hold one of the ids.
     *
     * @param ids ascending as signed numbers, which is the order of statistics; the rows' own order does not matter here
     */
    static RowRanges candidates(long[] ids, ColumnIndex values, OffsetIndex pages, long rows) {
        if (values == null) {
            return RowRanges.createSingle(rows);
        }
        List<ByteBuffer> mins = values.getMinValues();
        List<ByteBuffer> maxs = values.getMaxValues();
        var found = IntStream.range(0, pages.getPageCount())
                .filter(page -> isAnyWithin(ids, number(mins.get(page)), number(maxs.get(page))));
        return RowRanges.create(rows, found.iterator(), pages);
    }

    private static long number(ByteBuffer value) {
        return value.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(value.position());
    }

    /** The first {@code count} of some row numbers, which ascend, as ranges. */
    static RowRanges of(long[] positions, int count, long rows) {
        return RowRanges.create(rows, IntStream.range(0, count).iterator(), new Rows(positions, count));
    }

    /** Each row a page of its own: Parquet makes ranges from nothing but pages. */
    private static final class Rows implements OffsetIndex {
        private final long[] positions;
        private final int count;

        Rows(long[] positions, int count) {
            this.positions = positions;
            this.count = count;
        }

        @Override
        public int getPageCount() {
            return count;
        }

        @Override
        public long getOffset(int page) {
            return 0;
        }

        @Override
        public int getCompressedPageSize(int page) {
            return 0;
        }

        @Override
        public long getFirstRowIndex(int page) {
            return positions[page];
        }

        @Override
        public long getLastRowIndex(int page, long rows) {
            return positions[page];
        }
    }
}
