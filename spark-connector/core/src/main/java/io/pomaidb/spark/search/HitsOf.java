package io.pomaidb.spark.search;

import io.pomaidb.error.DataException;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.spark.column.LiteralVector;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenFallback;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The hits of a row's vector, as an array of rows. Where {@link BatchSearchStrategy} finds it below {@code inline}, it searches
 * for many rows at once; anywhere else each row is searched for by itself.
 *
 * <p>The overrides return immutable sequences, which javac also gives the signatures of Scala 2.12, and take both kinds: so
 * one class file serves all versions of Spark.
 */
public final class HitsOf extends Expression implements CodegenFallback, Serializable {
    private static final long serialVersionUID = 1L;
    private static final String COLUMN = "query_vector";

    private final IndexSearch search;
    private final SearchTally tally;
    private final Expression vector;

    private transient OpenIndex open;

    HitsOf(IndexSearch search, SearchTally tally, Expression vector) {
        this.search = search;
        this.tally = tally;
        this.vector = vector;
    }

    IndexSearch search() {
        return search;
    }

    SearchTally tally() {
        return tally;
    }

    /** An array of numbers, or null. */
    Expression vector() {
        return vector;
    }

    /** Whether hits are rows of the index and nothing else. */
    public boolean areRows() {
        return search.columns().areRows();
    }

    /** The same hits with some of their columns only, where they are rows. */
    public HitsOf ofColumns(StructType columns) {
        return new HitsOf(search.bringing(HitColumns.ofRows(search.snapshot(), columns)), tally, vector);
    }

    HitsOf of(Expression other) {
        return new HitsOf(search, tally, other);
    }

    @Override
    public boolean nullable() {
        return false;
    }

    @Override
    public DataType dataType() {
        return DataTypes.createArrayType(search.columns().schema(), false);
    }

    /** Finite numbers, or a {@link DataException}; null where there is no vector. */
    float[] components(InternalRow row) {
        if (!(vector.eval(row) instanceof ArrayData array)) {
            return null;
        }
        return LiteralVector.components(array, ((ArrayType) vector.dataType()).elementType())
                .orElseThrow(() -> new DataException("Cannot search index " + search.path() + ": a vector in "
                        + vector.sql() + " has a component that is null (accepted: finite numbers)"));
    }

    /** Queries of one vector or more. */
    QueryVectors.Builder queries() {
        return QueryVectors.builder(search.snapshot().parameters(), COLUMN);
    }

    @Override
    public synchronized Object eval(InternalRow row) {
        float[] components = components(row);
        if (components == null) {
            return new GenericArrayData(new Object[0]);
        }
        QueryVectors query =
                queries().add("of a row", VectorSource.of(components)).build();
        TaskContext task = TaskContext.get();
        try {
            if (task == null) {
                // The optimizer evaluates constants on the driver.
                try (var once = new OpenIndex(search, search.index(), tally, 1, 0)) {
                    return hits(once, query);
                }
            }
            if (open == null || open.isClosed()) {
                open = OpenIndex.during(task, search, tally);
            }
            return hits(open, query);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot search index " + search.path(), e);
        }
    }

    private static ArrayData hits(OpenIndex index, QueryVectors query) throws IOException {
        return new GenericArrayData((Object[]) index.rows(index.search(query), none -> null)[0]);
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        return CodegenFallback.super.doGenCode(context, code);
    }

    @Override
    public Seq<Expression> children() {
        return Catalyst.list(java.util.List.of(vector));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return of(children.apply(0));
    }

    /** The same on Scala 2.13, with the type that Spark's own method has in bytecode. */
    public TreeNode<Expression> withNewChildrenInternal(scala.collection.immutable.IndexedSeq<Expression> children) {
        return of(children.apply(0));
    }

    @Override
    public String prettyName() {
        return "pomaidb_hits";
    }

    @Override
    public String toString() {
        return prettyName() + "(" + search.path() + ", " + vector + ")";
    }

    @Override
    public int productArity() {
        return 1;
    }

    @Override
    public Object productElement(int i) {
        return vector;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof HitsOf;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Copies of a plan share the search; comparing its segments would take long.
    public boolean equals(Object other) {
        return other instanceof HitsOf that && search == that.search && vector.equals(that.vector);
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(search) + vector.hashCode();
    }
}
