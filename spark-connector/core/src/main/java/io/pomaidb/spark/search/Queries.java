package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.spark.column.ColumnFinder;
import io.pomaidb.spark.column.VectorColumn;
import io.pomaidb.spark.session.SessionSettings;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;

/** The queries of one search: one vector, or the rows of a DataFrame with an id and a vector. */
public final class Queries {
    /** As they were given, and with these two columns alone; null where there is one vector only. */
    private final Columns given;

    private final Columns read;

    /** Null where there are rows. */
    private final float[] single;

    /** What hits satisfy besides option {@code filter}; null if nothing. */
    private final Column condition;

    private Queries(Columns given, Columns read, float[] single, Column condition) {
        this.given = given;
        this.read = read;
        this.single = single;
        this.condition = condition;
    }

    /** Where an id and a vector stand in rows. */
    private record Columns(Dataset<Row> rows, int id, VectorColumn vector) {
        StructField idColumn() {
            return rows.schema().fields()[id];
        }
    }

    /** The one query of option {@code query}, which has no id. */
    public static Queries single(float[] vector) {
        return new Queries(null, null, vector, null);
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
        VectorColumn vector = finder.vector(options.queryVectorColumn(), PomaiOption.QUERY_VECTOR);
        var given = new Columns(queries, id, vector);
        if (queries.columns().length == 2) {
            // Spark keeps the plan of a DataFrame for its later uses; that of a selection would be made anew.
            return new Queries(given, given, null, null);
        }
        Dataset<Row> two = queries.select(column(queries, queries.columns()[id]), column(queries, vector.name()));
        var read = new Columns(two, 0, new VectorColumn(vector.name(), 1, vector.encoding()));
        return new Queries(given, read, null, null);
    }

    /** The same queries, for hits whose rows satisfy a condition; null for none. */
    public Queries where(Column hits) {
        return new Queries(given, read, single, hits);
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
        return Optional.ofNullable(given).map(columns -> columns.idColumn().dataType());
    }

    String idColumn() {
        return given.idColumn().name();
    }

    /** What errors call the place of a vector. */
    String vectorColumn() {
        return given == null ? PomaiOption.QUERY.optionName() : given.vector.name();
    }

    /** All queries, read anew. */
    Iterator<QueryBlock> read() {
        if (given == null) {
            return List.of(QueryBlock.single(single)).iterator();
        }
        DataType idType = given.idColumn().dataType();
        return QueryReader.here(given.rows, given.id, idType, given.vector)
                .orElseGet(() -> QueryReader.of(read.rows, read.id, idType, read.vector));
    }
}
