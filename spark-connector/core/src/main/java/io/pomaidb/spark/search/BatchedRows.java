package io.pomaidb.spark.search;

import io.pomaidb.search.QueryVectors;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.types.DataType;

/** Joins the rows of a partition with the hits of their vectors, as many rows at once as are worth it. */
final class BatchedRows implements FlatMapFunction<Iterator<InternalRow>, InternalRow> {
    private static final long serialVersionUID = 1L;
    private static final int MOST_ROWS = 1024;
    private static final int MOST_HITS = 1 << 16;

    private final HitsOf hits;
    private final boolean outer;
    private final int[] kept;
    private final DataType[] types;

    /**
     * A join; the arrays are taken over.
     *
     * @param hits whose vector is bound to the rows
     * @param outer whether a row without hits stays
     * @param kept places of the columns that go through
     * @param types of these columns and those of the hits
     */
    BatchedRows(HitsOf hits, boolean outer, int[] kept, DataType[] types) {
        this.hits = hits;
        this.outer = outer;
        this.kept = kept;
        this.types = types;
    }

    @Override
    public Iterator<InternalRow> call(Iterator<InternalRow> rows) throws IOException {
        return rows.hasNext()
                ? new Joined(rows, OpenIndex.during(TaskContext.get(), hits.search(), hits.tally()))
                : Collections.emptyIterator();
    }

    private final class Joined implements Iterator<InternalRow> {
        private final Iterator<InternalRow> rows;
        private final OpenIndex open;
        private final int atOnce = Math.max(
                1,
                Math.min(
                        MOST_ROWS,
                        Math.min(MOST_HITS, hits.search().hitsAtOnce())
                                / hits.search().topK()));
        private final UnsafeProjection binary = UnsafeProjection.create(types);
        private final JoinedRow joined = new JoinedRow();
        private final InternalRow nothing = new GenericInternalRow(types.length - kept.length);

        /** The rows that were read last, and their hits; those before {@code taken} were joined with all of theirs. */
        private final List<InternalRow> read = new ArrayList<>();

        private InternalRow[][] found = new InternalRow[0][];
        private int taken;
        private int rank;

        Joined(Iterator<InternalRow> rows, OpenIndex open) {
            this.rows = rows;
            this.open = open;
        }

        @Override
        public boolean hasNext() {
            while (true) {
                while (taken < read.size() && rank == found[taken].length) {
                    taken++;
                    rank = 0;
                }
                if (taken < read.size()) {
                    return true;
                }
                if (!rows.hasNext()) {
                    return false;
                }
                search();
            }
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all rows were joined");
            }
            return binary.apply(joined.apply(read.get(taken), found[taken][rank++]));
        }

        private void search() {
            read.clear();
            taken = 0;
            rank = 0;
            var asked = new ArrayList<Integer>();
            QueryVectors.Builder queries = hits.queries();
            while (read.size() < atOnce && rows.hasNext()) {
                InternalRow row = rows.next();
                float[] vector = hits.components(row);
                if (vector != null) {
                    asked.add(read.size());
                    queries.add("in a row", VectorSource.of(vector));
                }
                read.add(kept(row.copy()));
            }
            found = new InternalRow[read.size()][];
            Arrays.fill(found, outer ? new InternalRow[] {nothing} : new InternalRow[0]);
            if (asked.isEmpty()) {
                return;
            }
            try {
                InternalRow[][] hitRows = open.rows(open.search(queries.build()), none -> null);
                for (int i = 0; i < hitRows.length; i++) {
                    if (hitRows[i].length > 0) {
                        found[asked.get(i)] = hitRows[i];
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "Cannot search index " + hits.search().path(), e);
            }
        }

        private InternalRow kept(InternalRow row) {
            var cells = new Object[kept.length];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = row.isNullAt(kept[i]) ? null : row.get(kept[i], types[i]);
            }
            return new GenericInternalRow(cells);
        }
    }
}
