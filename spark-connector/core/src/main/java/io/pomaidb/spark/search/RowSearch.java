package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.OneRowRelation;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Range;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.NumericType;
import scala.Function1;
import scala.runtime.AbstractPartialFunction;

/**
 * A search for the vectors of rows, in the tasks that have the rows, in all shards that the vectors visit: what LATERAL
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
                .map(new FilterPlan(spark, index, snapshot, options)::later)
                .orElse(HitFilter.ALL);
        var search = IndexSearch.of(spark, index, snapshot, options, filter, columns);
        var hits = new HitsOf(search, SearchTally.of(spark), vector);
        // Spark's public interface takes no expression, so that a null of their type holds the hits' place.
        var place = functions.lit(null).cast(hits.dataType());
        // With nothing but one row below, Spark makes a lateral join a generator on the rows to be joined.
        var plan = spark.range(1)
                .select(new Column[0])
                .select(functions.inline(place))
                .queryExecution()
                .analyzed();
        return plan.transformAllExpressions(new Placing(hits)).transformUp(new OneRow());
    }

    private static final class OneRow extends AbstractPartialFunction<LogicalPlan, LogicalPlan> {
        @Override
        public boolean isDefinedAt(LogicalPlan plan) {
            return plan instanceof Project project && project.child() instanceof Range;
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of LogicalPlan, which Java cannot say.
        public <A extends LogicalPlan, B> B applyOrElse(A plan, Function1<A, B> otherwise) {
            return isDefinedAt(plan) ? (B) new OneRowRelation() : otherwise.apply(plan);
        }
    }

    /** Puts the hits where their place is held: nothing else in the plan is cast. */
    private static final class Placing extends AbstractPartialFunction<Expression, Expression> {
        private final HitsOf hits;

        Placing(HitsOf hits) {
            this.hits = hits;
        }

        @Override
        public boolean isDefinedAt(Expression expression) {
            return expression instanceof Cast;
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of Expression, which Java cannot say.
        public <A extends Expression, B> B applyOrElse(A expression, Function1<A, B> otherwise) {
            return isDefinedAt(expression) ? (B) hits : otherwise.apply(expression);
        }
    }
}
