package io.pomaidb.spark.search;

import org.apache.spark.sql.catalyst.expressions.Inline;
import org.apache.spark.sql.catalyst.expressions.LateralSubquery;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LateralJoin;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import scala.Function1;
import scala.runtime.AbstractPartialFunction;

/**
 * Tells the generator of hits when it is in a {@code LEFT JOIN LATERAL}: Spark makes such a join a generator on the rows to
 * be joined, and takes it that none of them is without a hit.
 */
public final class OuterLateral extends Rule<LogicalPlan> {
    /** Called for each session. */
    public OuterLateral() {}

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan.resolveOperatorsUp(new Telling());
    }

    private static final class Telling extends AbstractPartialFunction<LogicalPlan, LogicalPlan> {
        @Override
        public boolean isDefinedAt(LogicalPlan plan) {
            return plan instanceof LateralJoin join
                    && join.joinType().equals(LeftOuter$.MODULE$)
                    && join.condition().isEmpty()
                    && isInner(join.right().plan());
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of LogicalPlan, which Java cannot say.
        public <A extends LogicalPlan, B> B applyOrElse(A plan, Function1<A, B> otherwise) {
            if (!isDefinedAt(plan)) {
                return otherwise.apply(plan);
            }
            LateralSubquery right = ((LateralJoin) plan).right();
            return (B) with(plan, 1, with(right, 0, outer(right.plan())));
        }
    }

    /** Whether a plan is hits, with nothing above but a choice of columns, and none where there is none. */
    private static boolean isInner(LogicalPlan plan) {
        if (plan instanceof SubqueryAlias alias) {
            return isInner(alias.child());
        }
        if (plan instanceof Project project) {
            return isInner(project.child());
        }
        return plan instanceof Generate generate
                && !generate.outer()
                && generate.generator() instanceof Inline inline
                && inline.child() instanceof HitsOf;
    }

    private static LogicalPlan outer(LogicalPlan plan) {
        if (plan instanceof SubqueryAlias alias) {
            return with(alias, 1, outer(alias.child()));
        }
        return plan instanceof Project project ? with(project, 1, outer(project.child())) : with(plan, 2, true);
    }

    /** A copy with another part; the constructors have sequences, of which each Scala has its own. */
    @SuppressWarnings("unchecked") // A copy is of the same class.
    private static <T extends TreeNode<?>> T with(T node, int part, Object value) {
        var parts = new Object[node.productArity()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = i == part ? value : node.productElement(i);
        }
        return (T) node.makeCopy(parts);
    }
}
