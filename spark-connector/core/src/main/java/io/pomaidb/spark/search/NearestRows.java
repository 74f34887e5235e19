package io.pomaidb.spark.search;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a snapshot, to be looked for by their vectors.
 *
 * @param options of the read, of which those of a view and {@code probes} count
 */
public record NearestRows(SparkSession spark, PomaiIndex index, Snapshot snapshot, PomaiOptions options) {
    /** What nearness is. */
    public IndexMetric metric() {
        return snapshot.metric();
    }

    /** The column of the vectors. */
    public String vectorColumn() {
        return snapshot.schema().vectorColumn();
    }

    /**
     * The rows that are nearest to a vector, as an array.
     *
     * @param vector an array of numbers
     * @param columns columns of the rows that are wanted
     * @param most how many rows
     * @param exact whether every row is compared
     */
    public Expression hitsOf(Expression vector, StructType columns, int most, boolean exact) {
        var search = IndexSearch.of(
                        spark, index, snapshot, options, HitFilter.ALL, HitColumns.ofRows(snapshot, columns))
                .nearest(most, exact);
        return new HitsOf(search, SearchTally.of(spark), vector);
    }
}
