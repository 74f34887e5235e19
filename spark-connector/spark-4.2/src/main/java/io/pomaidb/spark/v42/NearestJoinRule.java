package io.pomaidb.spark.v42;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.spark.search.NearestRows;
import io.pomaidb.spark.search.NearestTable;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Inline;
import org.apache.spark.sql.catalyst.expressions.VectorCosineSimilarity;
import org.apache.spark.sql.catalyst.expressions.VectorInnerProduct;
import org.apache.spark.sql.catalyst.expressions.VectorL2Distance;
import org.apache.spark.sql.catalyst.plans.Inner$;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.NearestByDistance$;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.NearestByJoin;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.Option;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/**
 * Rewrites a nearest join with an index's rows as a generator of each row's hits, where the join ranks by the index's metric
 * and by its vector column. Spark keeps any other.
 */
final class NearestJoinRule extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan.resolveOperatorsUp(new Rewriting());
    }

    private static final class Rewriting extends AbstractPartialFunction<LogicalPlan, LogicalPlan> {
        @Override
        public boolean isDefinedAt(LogicalPlan plan) {
            return plan instanceof NearestByJoin;
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of LogicalPlan, which Java cannot say.
        public <A extends LogicalPlan, B> B applyOrElse(A plan, Function1<A, B> otherwise) {
            return plan instanceof NearestByJoin join && join.resolved()
                    ? (B) rewritten(join).orElse(join)
                    : otherwise.apply(plan);
        }
    }

    private static Optional<LogicalPlan> rewritten(NearestByJoin join) {
        boolean outer = join.joinType().equals(LeftOuter$.MODULE$);
        if ((!outer && !join.joinType().equals(Inner$.MODULE$)) || join.left().isStreaming()) {
            return Optional.empty();
        }
        Optional<DataSourceV2Relation> relation = relation(join.right());
        Optional<NearestRows> rows =
                relation.flatMap(found -> ((NearestTable) found.table()).nearestRows(found.options()));
        Optional<Ranking> ranking = Ranking.of(join);
        if (rows.isEmpty()
                || ranking.isEmpty()
                || ranking.get().metric() != rows.get().metric()) {
            return Optional.empty();
        }
        return ranking.get()
                .query(vector(relation.get(), rows.get()), join.left())
                .map(query -> generate(join, rows.get(), query, outer));
    }

    private static LogicalPlan generate(NearestByJoin join, NearestRows rows, Expression query, boolean outer) {
        Seq<Attribute> columns = join.right().output();
        var schema = new StructType();
        for (int i = 0; i < columns.size(); i++) {
            Attribute column = columns.apply(i);
            schema = schema.add(column.name(), column.dataType(), column.nullable());
        }
        Expression hits = rows.hitsOf(query, schema, join.numResults(), !join.approx());
        return new Generate(new Inline(hits), none(), outer, Option.empty(), columns, join.left());
    }

    @SuppressWarnings("unchecked") // An empty list is one of anything.
    private static <T> Seq<T> none() {
        return (Seq<T>) (Object) Nil$.MODULE$;
    }

    /** An index whose rows the plan gives, all of them and as they are. */
    private static Optional<DataSourceV2Relation> relation(LogicalPlan plan) {
        if (plan instanceof SubqueryAlias alias) {
            return relation(alias.child());
        }
        if (plan instanceof Project project && project.projectList().forall(AttributeReference.class::isInstance)) {
            return relation(project.child());
        }
        return plan instanceof DataSourceV2Relation relation && relation.table() instanceof NearestTable
                ? Optional.of(relation)
                : Optional.empty();
    }

    private static Attribute vector(DataSourceV2Relation relation, NearestRows rows) {
        for (int i = 0; i < relation.output().size(); i++) {
            if (relation.output().apply(i).name().equals(rows.vectorColumn())) {
                return relation.output().apply(i);
            }
        }
        throw new IllegalStateException("Cannot plan a nearest join: " + relation + " has no " + rows.vectorColumn());
    }

    /** What a join ranks by: a comparison of two vectors, the nearest first. */
    private record Ranking(IndexMetric metric, Expression left, Expression right) {
        static Optional<Ranking> of(NearestByJoin join) {
            boolean byDistance = join.direction().equals(NearestByDistance$.MODULE$);
            if (byDistance && join.rankingExpression() instanceof VectorL2Distance by) {
                return Optional.of(new Ranking(IndexMetric.L2, by.left(), by.right()));
            }
            if (!byDistance && join.rankingExpression() instanceof VectorInnerProduct by) {
                return Optional.of(new Ranking(IndexMetric.IP, by.left(), by.right()));
            }
            if (!byDistance && join.rankingExpression() instanceof VectorCosineSimilarity by) {
                return Optional.of(new Ranking(IndexMetric.COSINE, by.left(), by.right()));
            }
            return Optional.empty();
        }

        /** What the vector column is compared with, where that is of the rows to be joined alone. */
        Optional<Expression> query(Attribute vector, LogicalPlan rows) {
            Expression query = right.semanticEquals(vector) ? left : right;
            boolean compares = right.semanticEquals(vector) || left.semanticEquals(vector);
            return compares && query.deterministic() && query.references().subsetOf(rows.outputSet())
                    ? Optional.of(query)
                    : Optional.empty();
        }
    }
}
