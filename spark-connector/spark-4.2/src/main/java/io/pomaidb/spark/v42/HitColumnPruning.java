package io.pomaidb.spark.v42;

import io.pomaidb.spark.search.HitsOf;
import java.util.ArrayList;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Inline;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractPartialFunction;

/** Leaves out the columns of hits that nothing above them needs, so that they are not fetched. */
final class HitColumnPruning extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan.transformDown(new Pruning());
    }

    private static final class Pruning extends AbstractPartialFunction<LogicalPlan, LogicalPlan> {
        @Override
        public boolean isDefinedAt(LogicalPlan plan) {
            return plan instanceof Project;
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of LogicalPlan, which Java cannot say.
        public <A extends LogicalPlan, B> B applyOrElse(A plan, Function1<A, B> otherwise) {
            return plan instanceof Project project ? (B) pruned(project) : otherwise.apply(plan);
        }
    }

    private static LogicalPlan pruned(Project project) {
        if (project.child() instanceof Generate generate) {
            return pruned(generate, project.references())
                    .map(fewer -> new Project(project.projectList(), fewer))
                    .orElse(project);
        }
        if (project.child() instanceof Filter filter && filter.child() instanceof Generate generate) {
            return pruned(generate, project.references().$plus$plus(filter.references()))
                    .map(fewer -> new Project(project.projectList(), new Filter(filter.condition(), fewer)))
                    .orElse(project);
        }
        return project;
    }

    /** The generator without the columns that are not needed; empty if there are none. */
    private static Optional<Generate> pruned(Generate generate, AttributeSet needed) {
        if (!(generate.generator() instanceof Inline inline)
                || !(inline.child() instanceof HitsOf hits)
                || !hits.areRows()) {
            return Optional.empty();
        }
        Seq<Attribute> columns = generate.generatorOutput();
        var left = new ArrayList<Attribute>();
        var schema = new StructType();
        for (int i = 0; i < columns.size(); i++) {
            Attribute column = columns.apply(i);
            // A generator without columns would have no rows.
            boolean last = i == columns.size() - 1 && left.isEmpty();
            if (needed.contains(column) || last) {
                left.add(column);
                schema = schema.add(column.name(), column.dataType(), column.nullable());
            }
        }
        if (left.size() == columns.size()) {
            return Optional.empty();
        }
        return Optional.of(new Generate(
                new Inline(hits.ofColumns(schema)),
                generate.unrequiredChildIndex(),
                generate.outer(),
                generate.qualifier(),
                CollectionConverters.asScala(left).toList(),
                generate.child()));
    }
}
