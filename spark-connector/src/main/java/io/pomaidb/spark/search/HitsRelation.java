package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.column.ColumnTypes;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The hits of a search, as an RDD with a lineage of its own: a scan of Spark's DataSource V2 cannot shuffle, and merging
 * the shards' hits takes a shuffle.
 */
public final class HitsRelation extends BaseRelation implements TableScan {
    /** Column of the queries' ids; absent where one query is searched for. */
    public static final String QUERY_ID = "query_id";
    /** Column of the hits' places among the hits of their query, counted from 1. */
    public static final String RANK = "rank";
    /** Column of the hits' ids. */
    public static final String ID = "id";
    /** Column of the hits' scores: a float, as the engine computes it. Higher is better. */
    public static final String SCORE = "score";

    private final SparkSession spark;
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Queries queries;

    /** Made once: Spark plans a query more than once, and each time would read and broadcast the queries. */
    private RDD<Row> hits;

    /** The hits of queries in a snapshot. Nothing is read yet. */
    public HitsRelation(
            SparkSession spark, PomaiIndex index, Snapshot snapshot, PomaiOptions options, Queries queries) {
        this.spark = spark;
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.queries = queries;
    }

    /** Columns of the hits of {@code queries} in {@code snapshot}. */
    public static StructType schema(Queries queries, Snapshot snapshot) {
        var schema = new StructType();
        if (queries.idType().isPresent()) {
            schema = schema.add(QUERY_ID, queries.idType().get(), false);
        }
        return schema.add(RANK, DataTypes.IntegerType, false)
                .add(ID, ColumnTypes.of(snapshot.schema().idType()), false)
                .add(SCORE, DataTypes.FloatType, false);
    }

    @Override
    public SQLContext sqlContext() {
        return spark.sqlContext();
    }

    @Override
    public StructType schema() {
        return schema(queries, snapshot);
    }

    /** Reads the queries, which runs a job if they are in a DataFrame; the search itself runs with the RDD. */
    @Override
    public synchronized RDD<Row> buildScan() {
        if (hits == null) {
            hits = new SearchJob(spark, index, snapshot, options, queries)
                    .rows()
                    .rdd();
        }
        return hits;
    }

    @Override
    public String toString() {
        return "pomaidb search of " + index.path();
    }
}
