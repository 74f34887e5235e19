package io.pomaidb.spark.search;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.StructType;
import scala.collection.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The hits of a search. Where they are all that is asked for, and the driver is the executor too, they are searched for
 * right here, without a job. Its signatures are those of both Scala versions, as {@link HitsOf} has it.
 */
public final class HitsExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final transient HitsRelation relation;
    private final scala.collection.immutable.List<Attribute> columns;

    /** A scan of hits. Public for Spark, which copies plans by their constructor. */
    public HitsExec(HitsRelation relation, scala.collection.immutable.List<Attribute> columns) {
        this.relation = relation;
        this.columns = columns;
    }

    @Override
    public Seq<Attribute> output() {
        return columns;
    }

    @Override
    public InternalRow[] executeCollect() {
        Optional<InternalRow[]> here = relation.searchHere();
        return here.isPresent() ? here.get() : super.executeCollect();
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // The rows are internal ones, whatever the relation has to call them.
    public RDD<InternalRow> doExecute() {
        StructType schema = relation.schema();
        var rows = (RDD<InternalRow>) (RDD) relation.buildScan();
        return rows.toJavaRDD().mapPartitions(some -> binary(some, schema)).rdd();
    }

    private static Iterator<InternalRow> binary(Iterator<InternalRow> rows, StructType schema) {
        UnsafeProjection projection = UnsafeProjection.create(schema);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public InternalRow next() {
                return projection.apply(rows.next());
            }
        };
    }

    @Override
    public Seq<SparkPlan> children() {
        return Catalyst.list(List.of());
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return this;
    }

    /** The same on Scala 2.13, with the type that Spark's own method has in bytecode. */
    public TreeNode<SparkPlan> withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> children) {
        return this;
    }

    @Override
    public String nodeName() {
        return "Hits";
    }

    @Override
    public String simpleString(int maxFields) {
        return nodeName() + " " + relation;
    }

    @Override
    public int productArity() {
        return 2;
    }

    @Override
    public Object productElement(int i) {
        return i == 0 ? relation : columns;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof HitsExec;
    }
}
