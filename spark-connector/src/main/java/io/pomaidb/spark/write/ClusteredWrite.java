package io.pomaidb.spark.write;

import io.pomaidb.index.IdType;
import io.pomaidb.spark.column.IdColumn;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.SortDirection;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.RequiresDistributionAndOrdering;

/**
 * A planned write, which asks Spark for rows clustered by id. Spark's hash partitioning of a long column is the function
 * that shards ids, so that each partition holds rows of one shard and nothing is hashed twice.
 */
final class ClusteredWrite implements RequiresDistributionAndOrdering {
    private final IndexBatchWrite write;
    private final IdColumn id;
    private final int partitions;

    /**
     * A write of one or more runs.
     *
     * @param partitions that rows are wanted in
     */
    ClusteredWrite(IndexBatchWrite write, IdColumn id, int partitions) {
        this.write = write;
        this.id = id;
        this.partitions = partitions;
    }

    @Override
    public Distribution requiredDistribution() {
        // Spark hashes an int differently from the long of the same value, and shards are told by the long.
        Expression key = id.type() == IdType.INT ? Expressions.apply(IdAsLong.NAME, idReference()) : idReference();
        return Distributions.clustered(new Expression[] {key});
    }

    @Override
    public int requiredNumPartitions() {
        return partitions;
    }

    @Override
    public SortOrder[] requiredOrdering() {
        return new SortOrder[] {Expressions.sort(idReference(), SortDirection.ASCENDING)};
    }

    @Override
    public BatchWrite toBatch() {
        // Spark may run one plan more than once, and each run cleans up after itself.
        return write.again();
    }

    @Override
    public String description() {
        return write.toString();
    }

    private NamedReference idReference() {
        return Expressions.column("`" + id.name().replace("`", "``") + "`");
    }
}
