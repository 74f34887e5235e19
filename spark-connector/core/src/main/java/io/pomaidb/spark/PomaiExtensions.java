package io.pomaidb.spark;

import io.pomaidb.spark.search.BatchSearchStrategy;
import io.pomaidb.spark.search.OuterLateral;
import io.pomaidb.spark.search.SessionRules;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.Function1;
import scala.Tuple3;
import scala.runtime.BoxedUnit;

/**
 * Adds the table function {@code pomai_search} to sessions, has joins with nearest rows answered by an index, and has the log
 * say which orders by nearness are scans. Spark finds this class by itself where the jar is on the class
 * path when the session is made; else {@code spark.sql.extensions} names it.
 */
public final class PomaiExtensions implements SparkSessionExtensionsProvider {
    /** Called by Spark. */
    public PomaiExtensions() {}

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"
    }) // Spark's type of the arguments is another one in each version of Scala.
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        Function1<Object, LogicalPlan> builder = SearchFunction::plan;
        extensions.injectTableFunction((Tuple3) new Tuple3<>(
                new FunctionIdentifier(SearchFunction.NAME),
                new ExpressionInfo(SearchFunction.class.getName(), SearchFunction.NAME),
                builder));
        extensions.injectPreCBORule(session -> new ScannedOrders());
        Function1<SparkSession, SparkStrategy> strategy = session -> new BatchSearchStrategy();
        extensions.injectPlannerStrategy(strategy);
        Function1<SparkSession, Rule<LogicalPlan>> outerLateral = session -> new OuterLateral();
        extensions.injectPostHocResolutionRule(outerLateral);
        SessionRules.addAll(extensions);
        return BoxedUnit.UNIT;
    }
}
