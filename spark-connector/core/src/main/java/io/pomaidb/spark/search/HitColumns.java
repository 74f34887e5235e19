package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.column.ColumnTypes;
import io.pomaidb.spark.row.MetadataField;
import io.pomaidb.spark.row.RowShape;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of hits: those that all searches have, and columns of the index that one asks for. Immutable. */
public final class HitColumns implements Serializable {
    /** Column of the queries' ids; absent where one query is searched for. */
    public static final String QUERY_ID = "query_id";

    /** Column of the hits' places among the hits of their query, counted from 1. */
    public static final String RANK = "rank";

    /** Column of the hits' ids. */
    public static final String ID = "id";

    /** Column of the hits' scores: a float, as the engine computes it. Higher is better. */
    public static final String SCORE = "score";

    private static final long serialVersionUID = 1L;
    private static final List<String> OWN = List.of(QUERY_ID, RANK, ID, SCORE);
    private static final String ALL = "*";

    private final boolean withQueryId;
    private final IdType idType;
    private final StructType schema;

    /** The id, where hits are not rows, and what of the index is asked for; null where hits themselves tell all. */
    private final RowShape shape;

    /** Whether what is fetched is all of a hit. */
    private final boolean rows;

    private HitColumns(boolean withQueryId, IdType idType, StructType schema, RowShape shape, boolean rows) {
        this.withQueryId = withQueryId;
        this.idType = idType;
        this.schema = schema;
        this.shape = shape;
        this.rows = rows;
    }

    /** Columns of the index and nothing else. */
    static HitColumns ofRows(Snapshot snapshot, StructType columns) {
        var shape = RowShape.of(snapshot.schema(), columns, snapshot.dim());
        return new HitColumns(false, snapshot.schema().idType(), columns, shape, true);
    }

    /**
     * The columns that options ask for.
     *
     * @throws ConfigurationException if the index has no such column, or hits have one of its name
     */
    public static HitColumns of(PomaiIndex index, Snapshot snapshot, Queries queries, PomaiOptions options) {
        IndexSchema columns = snapshot.schema();
        Optional<DataType> queryIds = queries.idType();
        var schema = new StructType();
        if (queryIds.isPresent()) {
            schema = schema.add(QUERY_ID, queryIds.get(), false);
        }
        schema = schema.add(RANK, DataTypes.IntegerType, false)
                .add(ID, ColumnTypes.of(columns.idType()), false)
                .add(SCORE, DataTypes.FloatType, false);
        List<StructField> more = options.columns()
                .map(names -> asked("Cannot search index " + index.path(), names, columns))
                .orElse(List.of());
        for (StructField column : more) {
            schema = schema.add(column);
        }
        if (more.isEmpty() && columns.idType() != IdType.STRING) {
            return new HitColumns(queryIds.isPresent(), columns.idType(), schema, null, false);
        }
        var fetched = new ArrayList<StructField>(more);
        fetched.add(0, RowShape.schema(columns).apply(columns.idColumn()));
        var shape = RowShape.of(columns, new StructType(fetched.toArray(new StructField[0])), snapshot.dim());
        return new HitColumns(queryIds.isPresent(), columns.idType(), schema, shape, false);
    }

    private static List<StructField> asked(String attempt, String names, IndexSchema columns) {
        StructType all = RowShape.schema(columns);
        if (names.trim().equals(ALL)) {
            return Arrays.stream(all.fields())
                    .filter(field -> !field.name().equals(columns.idColumn())
                            && !field.name().equals(columns.vectorColumn()))
                    .map(field -> unlikeOwn(attempt, field))
                    .toList();
        }
        for (MetadataColumn field : MetadataField.columns()) {
            all = all.add(field.name(), field.dataType(), false);
        }
        var fields = List.of(all.fields());
        return Arrays.stream(names.split(",", -1))
                .map(String::trim)
                .map(name -> fields.stream()
                        .filter(field -> field.name().equalsIgnoreCase(name))
                        .findFirst()
                        .orElseThrow(() -> new ConfigurationException(attempt + ": option "
                                + PomaiOption.COLUMNS.optionName() + " names " + name + " (the index has: "
                                + String.join(
                                        ", ",
                                        fields.stream().map(StructField::name).toList()) + ")")))
                .map(field -> unlikeOwn(attempt, field))
                .toList();
    }

    private static StructField unlikeOwn(String attempt, StructField field) {
        if (OWN.stream().anyMatch(own -> own.equalsIgnoreCase(field.name()))) {
            throw new ConfigurationException(attempt + ": option " + PomaiOption.COLUMNS.optionName()
                    + " asks for column " + field.name()
                    + ", and hits have a column of this name (name others; join the hits with the rows for this one)");
        }
        return field;
    }

    /** All columns. */
    public StructType schema() {
        return schema;
    }

    boolean areRows() {
        return rows;
    }

    boolean withQueryId() {
        return withQueryId;
    }

    /** What has to be fetched of a hit's row; empty if nothing. */
    Optional<RowShape> fetched() {
        return Optional.ofNullable(shape);
    }

    /** The row of a hit that has nothing of the index besides the id; rank 0 is the best. */
    InternalRow row(Object queryId, Hits hits, int rank) {
        // No conditional expression here: it would widen the int to a long.
        Object id = hits.id(rank);
        if (idType == IdType.INT) {
            id = (int) hits.id(rank);
        }
        return new GenericInternalRow(
                withQueryId
                        ? new Object[] {queryId, rank + 1, id, hits.score(rank)}
                        : new Object[] {rank + 1, id, hits.score(rank)});
    }

    /**
     * The row of a hit.
     *
     * @param rank 0 being the best
     * @param found its id, and what else was fetched
     */
    InternalRow row(Object queryId, int rank, float score, GenericInternalRow found) {
        if (rows) {
            return found;
        }
        var cells = new Object[schema.size()];
        int at = 0;
        if (withQueryId) {
            cells[at++] = queryId;
        }
        cells[at++] = rank + 1;
        cells[at++] = found.genericGet(0);
        cells[at++] = score;
        for (int i = 1; i < found.numFields(); i++) {
            cells[at++] = found.genericGet(i);
        }
        return new GenericInternalRow(cells);
    }
}
