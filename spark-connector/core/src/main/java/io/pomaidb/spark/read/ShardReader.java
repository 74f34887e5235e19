package io.pomaidb.spark.read;

import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.search.ShardScan;
import io.pomaidb.spark.metric.CacheMetrics;
import io.pomaidb.spark.row.RowShape;
import io.pomaidb.spark.row.RowSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;

/** The rows of one shard as Spark takes them. */
final class ShardReader implements PartitionReader<InternalRow>, RowSource {
    private final ShardScan scan;
    private final RowShape shape;
    private final int dim;

    /** Rows that may still come; below 0 as many as there are. */
    private int left;

    ShardReader(ShardScan scan, RowShape shape, int dim, int limit) {
        this.scan = scan;
        this.shape = shape;
        this.dim = dim;
        this.left = limit;
    }

    @Override
    public boolean next() {
        if (left == 0) {
            return false;
        }
        left -= left > 0 ? 1 : 0;
        return scan.next();
    }

    @Override
    public InternalRow get() {
        try {
            return shape.row(this);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the payload of row " + scan.id(), e);
        }
    }

    @Override
    public CustomTaskMetric[] currentMetricsValues() {
        return CacheMetrics.behind(scan.cacheUse());
    }

    @Override
    public long id() {
        return scan.id();
    }

    @Override
    public float[] vector() {
        var vector = new float[dim];
        scan.copyVector(vector);
        return vector;
    }

    @Override
    public Segment segment() throws IOException {
        return scan.segment();
    }

    @Override
    public PayloadRow payload() throws IOException {
        return scan.payload();
    }

    @Override
    public void close() {
        scan.close();
    }
}
