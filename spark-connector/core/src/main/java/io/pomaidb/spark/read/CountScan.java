package io.pomaidb.spark.read;

import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.ShardSegment;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalLong;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.Count;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The number of rows of an index, told by its snapshot. */
final class CountScan implements LocalScan {
    private final String path;
    private final Aggregation aggregation;
    private final long rows;

    /**
     * A scan of one row.
     *
     * @param path of the index
     * @param aggregation the counts that are asked for
     * @param rows the number
     */
    CountScan(String path, Aggregation aggregation, long rows) {
        this.path = path;
        this.aggregation = aggregation;
        this.rows = rows;
    }

    /** Whether all that is asked for is the number of rows: ids and vectors are never null. */
    static boolean covers(Aggregation aggregation, IndexSchema schema) {
        return aggregation.groupByExpressions().length == 0
                && Arrays.stream(aggregation.aggregateExpressions())
                        .allMatch(function -> isNumberOfRows(function, schema));
    }

    private static boolean isNumberOfRows(AggregateFunc function, IndexSchema schema) {
        if (function instanceof CountStar) {
            return true;
        }
        return function instanceof Count count
                && (!count.isDistinct() || isColumn(count, schema.idColumn()))
                && (isColumn(count, schema.idColumn()) || isColumn(count, schema.vectorColumn()));
    }

    private static boolean isColumn(Count count, String name) {
        return count.column() instanceof NamedReference reference
                && Arrays.equals(reference.fieldNames(), new String[] {name});
    }

    /** The number of rows, if the snapshot knows it: no segment replaces or deletes a row of another. */
    static OptionalLong rows(PomaiIndex index, Snapshot snapshot) throws IOException {
        var shards = new HashSet<Integer>();
        for (Segment segment : snapshot.segments()) {
            if (segment.rows() > 0 && !shards.add(segment.shard())) {
                return OptionalLong.empty();
            }
        }
        for (int shard : shards) {
            for (ShardSegment segment : index.segmentsOf(snapshot, shard)) {
                if (!segment.deleted().isEmpty()) {
                    return OptionalLong.empty();
                }
            }
        }
        return OptionalLong.of(snapshot.rows());
    }

    @Override
    public InternalRow[] rows() {
        var row = new Object[aggregation.aggregateExpressions().length];
        Arrays.fill(row, rows);
        return new InternalRow[] {new GenericInternalRow(row)};
    }

    @Override
    public StructType readSchema() {
        var schema = new StructType();
        for (AggregateFunc function : aggregation.aggregateExpressions()) {
            schema = schema.add(function.toString(), DataTypes.LongType, false);
        }
        return schema;
    }

    @Override
    public String description() {
        return "pomaidb number of rows of " + path;
    }
}
