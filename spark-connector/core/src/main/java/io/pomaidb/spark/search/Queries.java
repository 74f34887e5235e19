package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.spark.column.ColumnFinder;
import io.pomaidb.spark.session.SessionSettings;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;

/** The queries of one search: one vector, or the rows of a DataFrame with an id and a vector. */
public final class Queries {
    /** Id and vector of each query; null where there is one vector only. */
    private final Dataset<Row> rows;

    private final String idColumn;
    private final String vectorColumn;
    private final float[] single;

    /** What hits satisfy besides option {@code filter}; null if nothing. */
    private final Column condition;

    private Queries(Dataset<Row> rows, String idColumn, String vectorColumn, float[] single, Column condition) {
        this.rows = rows;
        this.idColumn = idColumn;
        this.vectorColumn = vectorColumn;
        this.single = single;
        this.condition = condition;
    }

    /** The one query of option {@code query}, which has no id. */
    public static Queries single(float[] vector) {
        return new Queries(null, "", PomaiOption.QUERY.optionName(), vector, null);
    }

    /**
     * The queries in the columns that options name.
     *
     * @throws DataException if a column is missing or holds something else, or the DataFrame is a stream
     */
    public static Queries of(Dataset<Row> queries, PomaiIndex index, PomaiOptions options) {
        var attempt = "Cannot search index " + index.path() + " for queries";
        if (queries.isStreaming()) {
            throw new DataException(attempt + ": they are a stream (accepted: a batch, as foreachBatch gives it)");
        }
        var finder = new ColumnFinder(attempt, queries.schema(), SessionSettings.caseSensitive(queries.sparkSession()));
        int id = finder.ordinal(options.queryIdColumn(), PomaiOption.QUERY_ID);
        int vector = finder.vector(options.queryVectorColumn(), PomaiOption.QUERY_VECTOR)
                .ordinal();
        var names = queries.schema().fieldNames();
        return new Queries(
                queries.select(column(queries, names[id]), column(queries, names[vector])),
                names[id],
                names[vector],
                null,
                null);
    }

    /** The same queries, for hits whose rows satisfy a condition; null for none. */
    public Queries where(Column hits) {
        return new Queries(rows, idColumn, vectorColumn, single, hits);
    }

    /** What hits satisfy, option {@code filter} included. */
    Optional<Column> condition(PomaiOptions options) {
        Optional<Column> option = options.filter().map(functions::expr);
        return option.isPresent() && condition != null
                ? Optional.of(option.get().and(condition))
                : option.or(() -> Optional.ofNullable(condition));
    }

    private static Column column(Dataset<Row> rows, String name) {
        return rows.col("`" + name.replace("`", "``") + "`");
    }

    /** Type of the queries' ids; empty where the one query has none. */
    Optional<DataType> idType() {
        return Optional.ofNullable(rows)
                .map(some -> some.schema().fields()[PackedQuery.ID].dataType());
    }

    String idColumn() {
        return idColumn;
    }

    String vectorColumn() {
        return vectorColumn;
    }

    /** All queries, read anew. Those of one partition are held in memory at a time. */
    Iterator<PackedQuery> read() {
        if (rows == null) {
            return List.of(PackedQuery.of(single)).iterator();
        }
        var vectorType = rows.schema().fields()[PackedQuery.VECTOR].dataType();
        return rows.javaRDD().map(row -> PackedQuery.of(row, vectorType)).toLocalIterator();
    }
}
