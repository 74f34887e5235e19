package io.pomaidb.spark.search;

import io.pomaidb.spark.column.RowVector;
import io.pomaidb.spark.column.VectorColumn;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.LocalTableScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.DataType;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Brings the queries of a DataFrame to the driver: those that are there already without a job, and else as many partitions
 * with one job as have few. A partition that has many gets a job of its own, so that the driver holds the queries of one such
 * partition at a time.
 */
final class QueryReader implements Iterator<QueryBlock> {
    /** What a job for many partitions may bring. */
    private static final long MOST_BYTES = 32L << 20;

    private static final int MOST_PARTITIONS = 256;

    private final RDD<InternalRow> rows;
    private final Packing packing;
    private final int partitions;
    private int next;
    private List<QueryBlock> read = List.of();
    private int taken;

    private QueryReader(RDD<InternalRow> rows, Packing packing) {
        this.rows = rows;
        this.packing = packing;
        this.partitions = rows.getNumPartitions();
    }

    /**
     * The queries in the rows of a DataFrame, partition by partition.
     *
     * @param id place of the id
     * @param idType its type
     * @param vector the vector's column
     */
    static Iterator<QueryBlock> of(Dataset<Row> rows, int id, DataType idType, VectorColumn vector) {
        SparkPlan plan = rows.queryExecution().executedPlan();
        if (plan instanceof LocalTableScanExec) {
            var all = new Packing(id, idType, vector, Long.MAX_VALUE);
            return List.of(all.block(Arrays.asList(plan.executeCollect()).iterator()))
                    .iterator();
        }
        RDD<InternalRow> internal = rows.queryExecution().toRdd();
        long share = MOST_BYTES / Math.max(1, Math.min(MOST_PARTITIONS, internal.getNumPartitions()));
        return new QueryReader(internal, new Packing(id, idType, vector, share));
    }

    /** The queries in the rows of a DataFrame that this process holds as few blocks; empty if it does not. */
    static Optional<Iterator<QueryBlock>> here(Dataset<Row> rows, int id, DataType idType, VectorColumn vector) {
        var packing = new Packing(id, idType, vector, Long.MAX_VALUE);
        return BlockRows.of(rows, MOST_BYTES).flatMap(blocks -> {
            var read = new ArrayList<QueryBlock>();
            for (int partition = 0; partition < blocks.partitions(); partition++) {
                blocks.read(partition)
                        .map(some -> packing.block(new Rows(some)))
                        .ifPresent(read::add);
            }
            return read.size() == blocks.partitions() ? Optional.of(read.iterator()) : Optional.empty();
        });
    }

    @Override
    public boolean hasNext() {
        return taken < read.size() || next < partitions;
    }

    @Override
    public QueryBlock next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all queries were read");
        }
        if (taken == read.size()) {
            int end = Math.min(partitions, next + MOST_PARTITIONS);
            read = end == partitions && next == 0
                    ? job()
                    : job(packing, IntStream.range(next, end).toArray());
            taken = 0;
            next = end;
        }
        QueryBlock block = read.get(taken++);
        if (!block.isCutShort()) {
            return block;
        }
        int partition = next - read.size() + taken - 1;
        return job(packing.whole(), new int[] {partition}).get(0);
    }

    /**
     * Reads all partitions. Spark reads the class files of functions in Java's API to clean them of what they do not use,
     * which takes longer than these queries; a class that is none of Scala's closures it takes as it is.
     */
    private List<QueryBlock> job() {
        var blocks = new QueryBlock[partitions];
        rows.context()
                .runJob(
                        rows,
                        new PackingTask(packing),
                        new Keeping(blocks),
                        ClassTag$.MODULE$.<QueryBlock>apply(QueryBlock.class));
        return Arrays.asList(blocks);
    }

    private List<QueryBlock> job(Packing packing, int[] numbers) {
        return Arrays.stream(rows.toJavaRDD().mapPartitions(packing).collectPartitions(numbers))
                .map(blocks -> blocks.get(0))
                .toList();
    }

    /** What a task does for its partition. */
    private static final class PackingTask
            extends AbstractFunction2<TaskContext, scala.collection.Iterator<InternalRow>, QueryBlock>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Packing packing;

        PackingTask(Packing packing) {
            this.packing = packing;
        }

        @Override
        public QueryBlock apply(TaskContext task, scala.collection.Iterator<InternalRow> rows) {
            return packing.block(new Rows(rows));
        }
    }

    /** Keeps what tasks have found, in the order of their partitions. Spark calls it for one at a time. */
    private static final class Keeping extends AbstractFunction2<Object, QueryBlock, BoxedUnit> {
        private final QueryBlock[] blocks;

        Keeping(QueryBlock[] blocks) {
            this.blocks = blocks;
        }

        @Override
        public BoxedUnit apply(Object partition, QueryBlock block) {
            blocks[(Integer) partition] = block;
            return BoxedUnit.UNIT;
        }
    }

    /** Rows as Java iterates. */
    private record Rows(scala.collection.Iterator<?> all) implements Iterator<InternalRow> {
        @Override
        public boolean hasNext() {
            return all.hasNext();
        }

        @Override
        public InternalRow next() {
            return (InternalRow) all.next();
        }
    }

    /**
     * Packs the queries of a partition, as long as they take no more bytes than they may.
     *
     * @param id place of the id
     */
    private record Packing(int id, DataType idType, VectorColumn vector, long mostBytes)
            implements FlatMapFunction<Iterator<InternalRow>, QueryBlock> {
        Packing whole() {
            return new Packing(id, idType, vector, Long.MAX_VALUE);
        }

        @Override
        public Iterator<QueryBlock> call(Iterator<InternalRow> rows) {
            return List.of(block(rows)).iterator();
        }

        QueryBlock block(Iterator<InternalRow> rows) {
            var block = new QueryBlock();
            RowVector reader = vector.encoding().reader();
            Function<InternalRow, Object> ids =
                    row -> row.isNullAt(id) ? null : InternalRow.copyValue(row.get(id, idType));
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                if (row.isNullAt(vector.ordinal())) {
                    block.add(ids.apply(row), null);
                } else {
                    reader.pointAt(row, vector.ordinal());
                    block.add(ids.apply(row), reader);
                }
                if (block.bytes() > mostBytes) {
                    block.cutShort();
                    return block;
                }
            }
            return block;
        }
    }
}
