package io.pomaidb.spark;

import io.pomaidb.index.IndexSchema;
import io.pomaidb.spark.filter.FilterPushdown;
import io.pomaidb.spark.function.VectorComparison;
import io.pomaidb.spark.nearest.NearestOrder;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.ApplyFunctionExpression;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Strategy$;
import scala.Option;
import scala.collection.Iterable;
import scala.runtime.BoxedUnit;

/**
 * Changes no plan, and says in the log of a query that is ordered by nearness that the index does not answer it, where Spark
 * does not ask the index: without a limit, and with a condition that the index cannot evaluate. Spark runs it once a query.
 */
final class ScannedOrders extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        Set<LogicalPlan> limited = Collections.newSetFromMap(new IdentityHashMap<>());
        plan.foreach(node -> {
            if (node instanceof LocalLimit limit) {
                limited.add(belowProjections(limit.child()));
            } else if (node instanceof Sort sort && sort.global()) {
                look(sort, limited.contains(sort));
            }
            return BoxedUnit.UNIT;
        });
        return plan;
    }

    private static LogicalPlan belowProjections(LogicalPlan plan) {
        LogicalPlan below = plan;
        while (below instanceof Project project) {
            below = project.child();
        }
        return below;
    }

    private static void look(Sort sort, boolean limited) {
        LogicalPlan below = belowProjections(sort.child());
        Expression condition = null;
        if (below instanceof Filter filter) {
            condition = filter.condition();
            below = belowProjections(filter.child());
        }
        if (below instanceof DataSourceV2Relation relation && relation.table() instanceof ReadableIndexTable table) {
            Optional<String> obstacle =
                    limited ? unknown(condition, table.indexSchema()) : Optional.of("it has no LIMIT");
            obstacle.ifPresent(
                    why -> firstKey(sort).ifPresent(function -> NearestOrder.tellScan(function, table.name(), why)));
        }
    }

    /** Why the index cannot evaluate a condition; empty where it can, or there is none. */
    private static Optional<String> unknown(Expression condition, IndexSchema schema) {
        if (condition instanceof And both) {
            return unknown(both.left(), schema).or(() -> unknown(both.right(), schema));
        }
        if (condition == null) {
            return Optional.empty();
        }
        Option<Predicate> translated = DataSourceV2Strategy$.MODULE$.translateFilterV2(condition);
        boolean known = translated.isDefined()
                && new FilterPushdown(schema, new Predicate[] {translated.get()}).rest().length == 0;
        return known ? Optional.empty() : Optional.of("the index cannot evaluate its condition " + condition.sql());
    }

    /** The function that rows are ordered by first, itself or by its name. */
    private static Optional<VectorComparison> firstKey(Sort sort) {
        var keys = ((Iterable<?>) sort.productElement(0)).iterator();
        if (!keys.hasNext()) {
            return Optional.empty();
        }
        Expression key = ((SortOrder) keys.next()).child();
        if (key instanceof AttributeReference attribute && sort.child() instanceof Project project) {
            var columns = ((Iterable<?>) project.productElement(0)).iterator();
            while (columns.hasNext()) {
                if (columns.next() instanceof Alias alias && alias.exprId().equals(attribute.exprId())) {
                    key = alias.child();
                }
            }
        }
        return key instanceof ApplyFunctionExpression call && call.function() instanceof VectorComparison comparison
                ? Optional.of(comparison)
                : Optional.empty();
    }
}
