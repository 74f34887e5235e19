package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * The hits of a search, as an RDD with a lineage of its own: a scan of Spark's DataSource V2 cannot shuffle, and merging
 * the shards' hits takes a shuffle.
 */
public final class HitsRelation extends BaseRelation implements TableScan {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Queries queries;

    private final HitColumns columns;

    /** Made once, and with it the queries read: Spark plans a query more than once. */
    private SearchJob job;

    private RDD<Row> hits;

    /** The hits of queries in a snapshot. Nothing is read yet. */
    public HitsRelation(
            SparkSession spark, PomaiIndex index, Snapshot snapshot, PomaiOptions options, Queries queries) {
        this.spark = spark;
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.queries = queries;
        this.columns = HitColumns.of(index, snapshot, queries, options);
    }

    @Override
    public SQLContext sqlContext() {
        return spark.sqlContext();
    }

    @Override
    public StructType schema() {
        return columns.schema();
    }

    /** Rows come as Spark has them inside. */
    @Override
    public boolean needConversion() {
        return false;
    }

    private SearchJob job() {
        if (job == null) {
            job = SearchJob.of(spark, index, snapshot, options, queries, columns);
        }
        return job;
    }

    /** Reads the queries, which runs a job if they are in a DataFrame; the search itself runs with the RDD. */
    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // What Spark wants of rows that need no conversion.
    public synchronized RDD<Row> buildScan() {
        if (hits == null) {
            hits = (RDD) job().rows().rdd();
        }
        return hits;
    }

    /** The hits, where the driver is the executor too and soon has them; empty elsewhere. */
    synchronized Optional<InternalRow[]> searchHere() {
        return job().rowsHere();
    }

    /** The hits of {@link #searchHere} as users have them; empty as well where Spark would convert by another session. */
    public Optional<List<Row>> collectHere() {
        if (!isCurrent(spark)) {
            return Optional.empty();
        }
        var external = CatalystTypeConverters.createToScalaConverter(schema());
        return searchHere().map(rows -> Arrays.stream(rows)
                .map(row -> (Row) external.apply(row))
                .toList());
    }

    /** Whether the settings are a session's that Spark's own converters of values read in this thread. */
    private static boolean isCurrent(SparkSession session) {
        Option<SparkSession> active = SparkSession.getActiveSession();
        Option<SparkSession> current = active.isDefined() ? active : SparkSession.getDefaultSession();
        return current.isDefined() && current.get().equals(session);
    }

    @Override
    public String toString() {
        return "pomaidb search of " + index.path() + " version " + snapshot.version()
                + options.filter().map(filter -> ", filter: " + filter).orElse("");
    }
}
