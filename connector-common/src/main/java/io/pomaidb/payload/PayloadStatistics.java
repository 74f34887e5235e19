package io.pomaidb.payload;

import io.pomaidb.payload.PayloadType.Kind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.ColumnPath;

/** Reads of a payload file's footer between which values its columns are. */
public final class PayloadStatistics {
    /** Those whose statistics are exact, and ordered as SQL orders the values. */
    private static final Set<Kind> ORDERED =
            EnumSet.of(Kind.BYTE, Kind.SHORT, Kind.INT, Kind.LONG, Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMP_NTZ);

    private PayloadStatistics() {}

    /** Whether footers tell the range of such a column. */
    public static boolean has(PayloadType type) {
        return ORDERED.contains(type.kind()) || type.isLongDecimal();
    }

    /**
     * The ranges of the id, as {@link PayloadSchema#ID}, and of some columns; without those that the footer does not tell.
     *
     * @param columns as the snapshot's schema has them, of types that {@link #has} ranges
     * @throws io.pomaidb.error.DataException if the file is missing or damaged; it names the file
     */
    public static Map<String, ColumnRange> of(PayloadFile file, List<PayloadColumn> columns) throws IOException {
        Map<String, ColumnRange> ranges = new HashMap<>();
        try (var source = ParquetSource.open(file, columns)) {
            source.reading(() -> {
                read(source, PayloadSchema.ID, ranges);
                for (PayloadColumn column : columns) {
                    read(source, column.name(), ranges);
                }
                return ranges;
            });
        }
        return ranges;
    }

    private static void read(ParquetSource source, String column, Map<String, ColumnRange> ranges) {
        ColumnRange range = ColumnRange.NONE;
        if (source.present().containsField(column)) {
            for (int group = 0; group < source.groups().size(); group++) {
                long rows = source.groups().get(group).getRowCount();
                Statistics<?> statistics =
                        source.chunk(group, ColumnPath.get(column)).getStatistics();
                if (statistics == null
                        || !statistics.isNumNullsSet()
                        || statistics.getNumNulls() < 0
                        || statistics.getNumNulls() > rows
                        || (statistics.getNumNulls() < rows && !statistics.hasNonNullValue())) {
                    return;
                }
                if (statistics.getNumNulls() < rows) {
                    range = range.plus(new ColumnRange(
                            rows - statistics.getNumNulls(),
                            ((Number) statistics.genericGetMin()).longValue(),
                            ((Number) statistics.genericGetMax()).longValue()));
                }
            }
        }
        ranges.put(column, range);
    }
}
