package io.pomaidb.spark.read;

import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.ColumnRange;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadStatistics;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.search.SnapshotStatistics;
import io.pomaidb.spark.column.ColumnTypes;
import io.pomaidb.spark.column.SparkCells;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.Count;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.expressions.aggregate.Max;
import org.apache.spark.sql.connector.expressions.aggregate.Min;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Counts, smallest and largest values of all rows, told by the snapshot and the footers of its payload files. */
final class AggregateScan implements LocalScan {
    private final String path;
    private final List<Answer> answers;

    /** What one function gives. */
    private record Answer(String name, DataType type, Object value) {}

    private AggregateScan(String path, List<Answer> answers) {
        this.path = path;
        this.answers = List.copyOf(answers);
    }

    /** The answers to an aggregation of all rows; empty if one of them takes reading rows. */
    static Optional<AggregateScan> of(PomaiIndex index, Snapshot snapshot, Aggregation aggregation) throws IOException {
        IndexSchema schema = snapshot.schema();
        if (aggregation.groupByExpressions().length > 0) {
            return Optional.empty();
        }
        var ranges = new LinkedHashSet<PayloadColumn>();
        boolean ids = false;
        for (AggregateFunc function : aggregation.aggregateExpressions()) {
            if (counts(function, schema)) {
                continue;
            }
            Optional<String> column = column(function);
            if (column.isEmpty()) {
                return Optional.empty();
            }
            if (column.get().equals(schema.idColumn()) && schema.idType() != IdType.STRING) {
                ids = true;
            } else {
                Optional<PayloadColumn> payload = payload(schema, column.get());
                if (payload.isEmpty()) {
                    return Optional.empty();
                }
                ranges.add(payload.get());
            }
        }
        var statistics = SnapshotStatistics.of(index, snapshot, ids, List.copyOf(ranges));
        var answers = new ArrayList<Answer>();
        for (AggregateFunc function : aggregation.aggregateExpressions()) {
            Optional<Answer> answer = answer(function, schema, statistics);
            if (answer.isEmpty()) {
                return Optional.empty();
            }
            answers.add(answer.get());
        }
        return Optional.of(new AggregateScan(index.path().toString(), answers));
    }

    /** Whether a function is the number of rows: ids and vectors are never null, and no id is there twice. */
    private static boolean counts(AggregateFunc function, IndexSchema schema) {
        if (function instanceof CountStar) {
            return true;
        }
        Optional<String> column = column(function);
        return function instanceof Count count
                && (column.equals(Optional.of(schema.idColumn()))
                        || (column.equals(Optional.of(schema.vectorColumn())) && !count.isDistinct()));
    }

    /** The column of a function that the footers may answer. */
    private static Optional<String> column(AggregateFunc function) {
        Expression of = null;
        if (function instanceof Min min) {
            of = min.column();
        } else if (function instanceof Max max) {
            of = max.column();
        } else if (function instanceof Count count) {
            of = count.column();
        }
        return of instanceof NamedReference reference && reference.fieldNames().length == 1
                ? Optional.of(reference.fieldNames()[0])
                : Optional.empty();
    }

    private static Optional<PayloadColumn> payload(IndexSchema schema, String name) {
        return schema.payload().stream()
                .filter(column -> column.name().equals(name) && PayloadStatistics.has(column.type()))
                .findFirst();
    }

    private static Optional<Answer> answer(AggregateFunc function, IndexSchema schema, SnapshotStatistics statistics) {
        String name = function.toString();
        if (counts(function, schema)) {
            return number(name, statistics.rows());
        }
        String column = column(function).orElseThrow();
        boolean isId = column.equals(schema.idColumn());
        Optional<ColumnRange> range = isId ? statistics.ids() : statistics.column(column);
        if (range.isEmpty()) {
            return Optional.empty();
        }
        if (function instanceof Count count) {
            return count.isDistinct()
                    ? Optional.empty()
                    : number(name, OptionalLong.of(range.get().values()));
        }
        PayloadType type = isId
                ? (schema.idType() == IdType.INT ? PayloadType.INT : PayloadType.LONG)
                : payload(schema, column).orElseThrow().type();
        var cell = new PayloadRow(1);
        if (range.get().values() > 0) {
            cell.setLong(
                    0, function instanceof Min ? range.get().min() : range.get().max());
        }
        return Optional.of(new Answer(name, ColumnTypes.of(type), SparkCells.of(cell, 0, type)));
    }

    private static Optional<Answer> number(String name, OptionalLong number) {
        return number.isPresent()
                ? Optional.of(new Answer(name, DataTypes.LongType, number.getAsLong()))
                : Optional.empty();
    }

    @Override
    public InternalRow[] rows() {
        Object[] row = answers.stream().map(Answer::value).toArray();
        return new InternalRow[] {new GenericInternalRow(row)};
    }

    @Override
    public StructType readSchema() {
        var schema = new StructType();
        for (Answer answer : answers) {
            schema = schema.add(answer.name(), answer.type(), true);
        }
        return schema;
    }

    @Override
    public String description() {
        return "pomaidb " + String.join(", ", answers.stream().map(Answer::name).toList()) + " of " + path;
    }
}
