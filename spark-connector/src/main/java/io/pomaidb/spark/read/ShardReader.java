package io.pomaidb.spark.read;

import io.pomaidb.index.IdType;
import io.pomaidb.search.ShardScan;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.connector.read.PartitionReader;

/** The rows of one shard as Spark takes them: id, vector. */
final class ShardReader implements PartitionReader<InternalRow> {
    private final ShardScan scan;
    private final IdType idType;
    private final float[] vector;

    ShardReader(ShardScan scan, int dim, IdType idType) {
        this.scan = scan;
        this.idType = idType;
        this.vector = new float[dim];
    }

    @Override
    public boolean next() {
        return scan.next();
    }

    @Override
    public InternalRow get() {
        scan.copyVector(vector);
        // No conditional expression here: it would widen the int to a long.
        Object id = scan.id();
        if (idType == IdType.INT) {
            id = (int) scan.id();
        }
        return new GenericInternalRow(new Object[] {id, UnsafeArrayData.fromPrimitiveArray(vector)});
    }

    @Override
    public void close() {
        scan.close();
    }
}
