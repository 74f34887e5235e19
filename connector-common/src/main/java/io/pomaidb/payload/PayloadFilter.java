package io.pomaidb.payload;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.dictionarylevel.DictionaryFilter;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.statisticslevel.StatisticsFilter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.internal.filter2.columnindex.ColumnIndexFilter;
import org.apache.parquet.internal.filter2.columnindex.ColumnIndexStore;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Finds the rows of a segment that satisfy a predicate. Row groups that cannot have one are left out by their statistics and
 * dictionaries, pages by the page indexes; of the others the id and the predicate's columns are read, and each row tested.
 * For any number of threads.
 */
public final class PayloadFilter {
    private final PayloadPredicate predicate;
    private final String idColumn;
    private final BoundPredicate bound;

    /** The ids of a segment without a payload file, which it does not tell. */
    @FunctionalInterface
    public interface Ids {
        /** Gives each id once. */
        void forEach(LongConsumer sink) throws IOException;
    }

    /**
     * A filter for segments of a schema.
     *
     * @throws io.pomaidb.error.ConfigurationException if the predicate names a column that is not there, or has a literal
     *     of another type than the column; it names the column
     */
    public PayloadFilter(PayloadSchema schema, PayloadPredicate predicate) {
        this.predicate = predicate;
        this.idColumn = schema.idColumn();
        this.bound = BoundPredicate.bind(predicate, schema);
    }

    /**
     * The rows of one segment for which the predicate is true.
     *
     * @param file null for a segment without a payload file, all columns of which are null
     * @param ids the segment's; asked only where there is no file and the predicate is about more than some ids
     * @throws io.pomaidb.error.DataException if the file is missing or damaged; it names the file
     */
    public PayloadMatches matches(PayloadFile file, Ids ids) throws IOException {
        if (file == null) {
            return withoutColumns(ids);
        }
        try (var source = ParquetSource.open(file, bound.stored())) {
            if (!source.hasAny() && !bound.namesId()) {
                return withoutColumns(ids);
            }
            return source.reading(() -> matches(file, source));
        }
    }

    /** The rows that match where nothing but the id is not null. */
    private PayloadMatches withoutColumns(Ids ids) throws IOException {
        var row = new PayloadRow(bound.columns().size());
        if (!bound.namesId()) {
            return bound.isTrue(row, 0) ? PayloadMatches.everything() : PayloadMatches.of(new Roaring64Bitmap());
        }
        var matching = new Roaring64Bitmap();
        LongConsumer test = id -> {
            if (bound.isTrue(row, id)) {
                matching.addLong(id);
            }
        };
        Optional<Roaring64Bitmap> named = NamedIds.of(predicate, idColumn);
        if (named.isPresent()) {
            named.get().forEach(test::accept);
        } else {
            ids.forEach(test);
        }
        return PayloadMatches.of(matching);
    }

    private PayloadMatches matches(PayloadFile file, ParquetSource source) throws IOException {
        MessageType present = source.present();
        List<PayloadColumn> columns = bound.stored().stream()
                .filter(column -> present.containsField(column.name()))
                .toList();
        FilterPredicate pushed = new ParquetPushdown(columns, idColumn, source.columnsWithNan()).of(predicate);
        FilterCompat.Filter onPages = pushed == null ? FilterCompat.NOOP : FilterCompat.get(new QuietPredicate(pushed));
        var ids = new Roaring64Bitmap();
        List<BlockMetaData> groups = source.groups();
        for (int group = 0; group < groups.size(); group++) {
            if (pushed == null || mayMatch(source, group, pushed)) {
                match(source, group, rows(source, group, onPages), ids);
            }
        }
        return ids.getLongCardinality() == file.rows() ? PayloadMatches.everything() : PayloadMatches.of(ids);
    }

    private static boolean mayMatch(ParquetSource source, int group, FilterPredicate pushed) throws IOException {
        BlockMetaData block = source.groups().get(group);
        if (StatisticsFilter.canDrop(pushed, block.getColumns())) {
            return false;
        }
        source.checkDictionaries(group);
        return !DictionaryFilter.canDrop(
                pushed, block.getColumns(), source.reader().getDictionaryReader(group));
    }

    private static RowRanges rows(ParquetSource source, int group, FilterCompat.Filter filter) {
        long rows = source.groups().get(group).getRowCount();
        ColumnIndexStore indexes = source.indexes(group);
        Set<ColumnPath> paths = new HashSet<>();
        source.present().getPaths().forEach(path -> paths.add(ColumnPath.get(path)));
        return ColumnIndexFilter.calculateRowRanges(filter, indexes, paths, rows);
    }

    private void match(ParquetSource source, int group, RowRanges rows, Roaring64Bitmap ids) throws IOException {
        PageReadStore pages = source.pages(group, rows, source.present());
        if (pages == null) {
            return;
        }
        var materializer = new RowMaterializer(bound.columns(), source.present(), true);
        RecordReader<PayloadRow> records = source.records(pages, source.present(), materializer);
        for (long i = 0; i < pages.getRowCount(); i++) {
            PayloadRow row = records.read();
            if (bound.isTrue(row, materializer.id())) {
                ids.addLong(materializer.id());
            }
        }
    }
}
