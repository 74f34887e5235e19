package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Function1;
import scala.runtime.AbstractPartialFunction;

/**
 * A search for the vector of each row, in the task that has the row, in all shards that the vector visits: what LATERAL
 * joins ask for. Each executor that has rows opens all of these shards.
 */
public final class RowSearch {
    private RowSearch() {}

    /**
     * The hits of a vector that the row before tells: rank, id, score and columns.
     *
     * @param vector of an array of numbers; may refer to the columns of the row before
     * @throws ConfigurationException if it is something else, or options do not fit
     */
    public static LogicalPlan plan(
            SparkSession spark, PomaiIndex index, Snapshot snapshot, PomaiOptions options, Expression vector) {
        if (!(vector.dataType() instanceof ArrayType array) || !(array.elementType() instanceof NumericType)) {
            throw new ConfigurationException("Cannot search index " + index.path() + " for " + vector.sql()
                    + ": it is of type " + vector.dataType().catalogString() + " (accepted: an array of numbers)");
        }
        var columns = HitColumns.of(index, snapshot, Queries.single(new float[0]), options);
        HitFilter filter = options.filter()
                .map(functions::expr)
                .map(new FilterPlan(spark, index, snapshot, options)::of)
                .orElse(HitFilter.ALL);
        var search = IndexSearch.of(spark, index, snapshot, options, filter, columns);
        UDF1<Object, List<Row>> searching = new VectorSearch(search, SearchTally.of(spark));
        var found = functions.udf(searching, DataTypes.createArrayType(columns.schema(), false));
        // Spark's public interface takes no expression, so that one of its own holds the place until the plan is made.
        String place = UUID.randomUUID().toString();
        // A row without columns, as Spark wants it beside an expression of the row before.
        var plan = spark.range(1)
                .select(new Column[0])
                .select(functions.inline(found.apply(functions.lit(place))))
                .queryExecution()
                .analyzed();
        return plan.transformAllExpressions(new Placing(UTF8String.fromString(place), vector));
    }

    /** Puts the vector where the place is held. */
    private static final class Placing extends AbstractPartialFunction<Expression, Expression> {
        private final UTF8String place;
        private final Expression vector;

        Placing(UTF8String place, Expression vector) {
            this.place = place;
            this.vector = vector;
        }

        @Override
        public boolean isDefinedAt(Expression expression) {
            return expression instanceof Literal literal && place.equals(literal.value());
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of Expression, which Java cannot say.
        public <A extends Expression, B> B applyOrElse(A expression, Function1<A, B> otherwise) {
            return isDefinedAt(expression) ? (B) vector : otherwise.apply(expression);
        }
    }
}
