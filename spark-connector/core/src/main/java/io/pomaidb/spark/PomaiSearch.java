package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.spark.search.HitsRelation;
import io.pomaidb.spark.search.Queries;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Nearest-neighbour search over an index, as a Java and Scala API.
 *
 * <pre>{@code
 * Dataset<Row> hits = PomaiSearch.on(spark, "/data/words.pomai")
 *         .queries(queries)
 *         .queryId("qid")
 *         .queryVector("qvec")
 *         .topK(10)
 *         .run();
 * }</pre>
 *
 * <p>It does what {@code spark.read().format("pomaidb").option("queries", view)} does, on a DataFrame that needs no name.
 * Immutable and safe for any number of threads: each setter returns a search of its own.
 */
public final class PomaiSearch {
    private final SparkSession spark;
    private final Dataset<Row> queries;
    private final Column condition;
    private final Map<String, String> options;

    private PomaiSearch(SparkSession spark, Dataset<Row> queries, Column condition, Map<String, String> options) {
        this.spark = spark;
        this.queries = queries;
        this.condition = condition;
        this.options = Map.copyOf(options);
    }

    /** A search of the index at {@code path}, which still needs {@link #queries} or {@link #query}. */
    public static PomaiSearch on(SparkSession spark, String path) {
        return new PomaiSearch(spark, null, null, Map.of(PomaiOption.PATH.optionName(), path));
    }

    /**
     * Searches for each row of a DataFrame: an id of any type that tells it from the others, and a vector of type
     * {@code array<float>}, {@code array<double>} or Spark ML's vector.
     */
    public PomaiSearch queries(Dataset<Row> rows) {
        return new PomaiSearch(spark, rows, condition, options);
    }

    /** The queries' id column, {@code query_id} unless set. */
    public PomaiSearch queryId(String column) {
        return option(PomaiOption.QUERY_ID, column);
    }

    /** The queries' vector column, {@code query_vector} unless set. */
    public PomaiSearch queryVector(String column) {
        return option(PomaiOption.QUERY_VECTOR, column);
    }

    /** Searches for one vector; the hits then have no column {@code query_id}. */
    public PomaiSearch query(float... vector) {
        return option(PomaiOption.QUERY, Arrays.toString(vector));
    }

    /** Hits for each query, 10 unless set; fewer where the index has fewer rows. */
    public PomaiSearch topK(int k) {
        return option(PomaiOption.TOP_K, Integer.toString(k));
    }

    /**
     * Searches among the rows that satisfy a condition on the index's columns, as SQL has it after WHERE. Any condition
     * will do: what the index cannot evaluate itself, Spark does before the search. Conditions of several calls have to
     * hold all.
     */
    public PomaiSearch where(String sql) {
        return where(functions.expr(sql));
    }

    /** As {@link #where(String)}, for a condition on columns by their names, as in {@code col("year").gt(1990)}. */
    public PomaiSearch where(Column further) {
        return new PomaiSearch(spark, queries, condition == null ? further : condition.and(further), options);
    }

    /**
     * Columns of the index that hits bring along, in this order: payload columns, the vector, and {@code _shard},
     * {@code _segment} and {@code _version}. They are fetched for the final hits only. {@code *} stands for the payload.
     */
    public PomaiSearch columns(String... names) {
        return option(PomaiOption.COLUMNS, String.join(",", names));
    }

    /** Shards that a query visits where rows are sharded by nearness; 0 for all. */
    public PomaiSearch probes(int shards) {
        return option(PomaiOption.PROBES, Integer.toString(shards));
    }

    /** Searches a version of the index, by its number or tag, instead of the newest. */
    public PomaiSearch version(String numberOrTag) {
        return option(PomaiOption.VERSION, numberOrTag);
    }

    /** Searches the index as it was at a time. */
    public PomaiSearch asOf(Instant time) {
        return option(PomaiOption.TIMESTAMP, time.toString());
    }

    /** Any other search option by its name, as the data source takes it. */
    public PomaiSearch option(String name, String value) {
        var more = new HashMap<>(options);
        more.keySet().removeIf(name::equalsIgnoreCase);
        more.put(name, value);
        return new PomaiSearch(spark, queries, condition, more);
    }

    private PomaiSearch option(PomaiOption option, String value) {
        return option(option.optionName(), value);
    }

    /**
     * The hits, one row each: {@code query_id} (of the type of the query id column), {@code rank} (int, from 1),
     * {@code id} (of the type of the index's id), {@code score} (float; higher is better: the inner product, minus the
     * squared distance, or the cosine), and the columns that {@link #columns} names. The rows have no order; sort by query and rank where it matters.
     *
     * <p>The index is looked at now, and the hits are those of its newest snapshot, unless
     * {@link #version} says another. The queries are read when the
     * DataFrame is first planned, which an action or {@code explain} does, and kept for its later uses. A query without
     * id or vector, an id that repeats, a vector of another dimension or with a component that is no finite number end
     * that with a {@link io.pomaidb.error.DataException} that names the query.
     *
     * @throws ConfigurationException if there is no index, no query, or an option is wrong
     * @throws io.pomaidb.error.DataException if the queries lack a column or it has another type
     */
    public Dataset<Row> run() {
        return spark.baseRelationToDataFrame(hits());
    }

    /**
     * The hits that {@link #run} describes, found now, as Spark's own method of this name has them of a Dataset. Where the
     * driver is the executor too, the session is the thread's, and few hits are asked for (up to 2^20 of 2^14 queries,
     * without {@link #columns}), it has them without planning a Dataset, which takes about ten milliseconds; Spark's web
     * pages then do not show the search.
     *
     * @throws ConfigurationException as {@link #run} does
     * @throws io.pomaidb.error.DataException as {@link #run} does, and where a query is refused
     */
    public List<Row> collectAsList() {
        HitsRelation hits = hits();
        return hits.collectHere()
                .orElseGet(() -> spark.baseRelationToDataFrame(hits).collectAsList());
    }

    private HitsRelation hits() {
        var parsed = PomaiOptions.parse(options);
        var location = IndexLocation.of(spark, parsed.path());
        var snapshot = location.snapshot(parsed);
        location.refuseOthers(parsed, snapshot);
        Queries asked = queries(location, parsed).where(condition);
        return new HitsRelation(spark, location.index(), snapshot, parsed, asked);
    }

    private Queries queries(IndexLocation location, PomaiOptions parsed) {
        var byOptions = location.queries(parsed);
        if (byOptions.isPresent() == (queries != null)) {
            throw new ConfigurationException(
                    "Cannot search index " + location.index().path() + ": "
                            + (queries == null
                                    ? "there is nothing to search for"
                                    : "both a DataFrame and an option bring queries")
                            + " (accepted: one of queries and query)");
        }
        return byOptions.orElseGet(() -> Queries.of(queries, location.index(), parsed));
    }
}
