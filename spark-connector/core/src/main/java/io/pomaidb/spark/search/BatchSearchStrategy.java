package io.pomaidb.spark.search;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Inline;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import scala.Function1;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/** Plans hits alone as one search, and joins of rows with their hits as searches for many rows at once. */
public final class BatchSearchStrategy extends SparkStrategy {
    /** Called for each session. */
    public BatchSearchStrategy() {}

    @Override
    public Seq<SparkPlan> apply(LogicalPlan plan) {
        if (plan instanceof Generate generate
                && generate.generator() instanceof Inline inline
                && inline.child() instanceof HitsOf hits) {
            return Catalyst.list(List.of(new BatchSearchExec(
                    hits,
                    generate.outer(),
                    Catalyst.list(Catalyst.required(generate)),
                    Catalyst.list(Catalyst.generated(generate)),
                    planLater(generate.child()))));
        }
        plan.transformExpressions(new Evaluated());
        if (plan instanceof LogicalRelation scan && scan.relation() instanceof HitsRelation relation) {
            return Catalyst.list(List.of(new HitsExec(relation, Catalyst.list(Catalyst.output(scan)))));
        }
        return Catalyst.list(List.of());
    }

    /** Prepares hits that no plan of ours searches for: Spark evaluates them in tasks of its own. */
    private static final class Evaluated extends AbstractPartialFunction<Expression, Expression> {
        @Override
        public boolean isDefinedAt(Expression expression) {
            return false;
        }

        @Override
        public <A extends Expression, B> B applyOrElse(A expression, Function1<A, B> otherwise) {
            if (expression instanceof HitsOf hits) {
                hits.search().filter().find();
            }
            return otherwise.apply(expression);
        }
    }
}
