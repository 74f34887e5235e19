package io.pomaidb.spark.search;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.DataType;
import scala.Function1;
import scala.collection.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/** Joins each row with the hits of its vector. Its signatures are those of both Scala versions, as {@link HitsOf} has it. */
public final class BatchSearchExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final HitsOf hits;
    private final boolean outer;
    private final scala.collection.immutable.List<Attribute> required;
    private final scala.collection.immutable.List<Attribute> found;
    private final SparkPlan child;

    /**
     * A join. Public for Spark, which copies plans by their constructor.
     *
     * @param outer whether a row without hits stays
     * @param required columns of the row that go through
     * @param found columns of the hits
     */
    public BatchSearchExec(
            HitsOf hits,
            boolean outer,
            scala.collection.immutable.List<Attribute> required,
            scala.collection.immutable.List<Attribute> found,
            SparkPlan child) {
        this.hits = hits;
        this.outer = outer;
        this.required = required;
        this.found = found;
        this.child = child;
    }

    @Override
    public Seq<Attribute> output() {
        List<Attribute> all = new ArrayList<>(Catalyst.list(required));
        all.addAll(Catalyst.list(found));
        return Catalyst.list(all);
    }

    @Override
    public RDD<InternalRow> doExecute() {
        List<Attribute> given = Catalyst.output(child);
        List<Attribute> kept = Catalyst.list(required);
        int[] ordinals =
                kept.stream().mapToInt(column -> ordinal(given, column)).toArray();
        var types = new ArrayList<DataType>();
        kept.forEach(column -> types.add(column.dataType()));
        Catalyst.list(found).forEach(column -> types.add(column.dataType()));
        hits.search().filter().find();
        var bound = hits.of(hits.vector().transform(new Binding(given)));
        var rows = new BatchedRows(bound, outer, ordinals, types.toArray(DataType[]::new));
        return child.execute().toJavaRDD().mapPartitions(rows).rdd();
    }

    private static int ordinal(List<Attribute> columns, Attribute column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).exprId().equals(column.exprId())) {
                return i;
            }
        }
        throw new IllegalStateException("Cannot plan a search: column " + column + " is not among " + columns);
    }

    /** Puts places in rows where columns are named. */
    private static final class Binding extends AbstractPartialFunction<Expression, Expression> {
        private final List<Attribute> columns;

        Binding(List<Attribute> columns) {
            this.columns = columns;
        }

        @Override
        public boolean isDefinedAt(Expression expression) {
            return expression instanceof AttributeReference;
        }

        @Override
        @SuppressWarnings("unchecked") // Scala's B is a supertype of Expression, which Java cannot say.
        public <A extends Expression, B> B applyOrElse(A expression, Function1<A, B> otherwise) {
            return expression instanceof AttributeReference column
                    ? (B) new BoundReference(ordinal(columns, column), column.dataType(), column.nullable())
                    : otherwise.apply(expression);
        }
    }

    @Override
    public Seq<SparkPlan> children() {
        return Catalyst.list(List.of(child));
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return new BatchSearchExec(hits, outer, required, found, children.apply(0));
    }

    /** The same on Scala 2.13, with the type that Spark's own method has in bytecode. */
    public TreeNode<SparkPlan> withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> children) {
        return new BatchSearchExec(hits, outer, required, found, children.apply(0));
    }

    @Override
    public String nodeName() {
        return "BatchSearch";
    }

    @Override
    public String simpleString(int maxFields) {
        IndexSearch search = hits.search();
        return nodeName() + " pomaidb " + (search.exact() ? "exact" : "approximate") + " nearest "
                + search.topK() + " of " + search.path() + " version "
                + search.snapshot().version() + " by "
                + search.snapshot().metric().optionName() + ", vector: "
                + hits.vector() + ", columns: "
                + String.join(", ", search.columns().schema().fieldNames()) + (outer ? ", rows without hits stay" : "");
    }

    @Override
    public int productArity() {
        return 5;
    }

    @Override
    public Object productElement(int i) {
        return switch (i) {
            case 0 -> hits;
            case 1 -> outer;
            case 2 -> required;
            case 3 -> found;
            default -> child;
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof BatchSearchExec;
    }
}
