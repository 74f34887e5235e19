package io.pomaidb.spark.write;

import io.pomaidb.index.IdType;
import io.pomaidb.spark.column.IdColumn;
import io.pomaidb.spark.column.VectorColumn;
import io.pomaidb.write.IndexWrite;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.SortDirection;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.RequiresDistributionAndOrdering;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A planned write, which asks Spark for rows clustered by id. Spark's hash partitioning of a long column is the function
 * that shards ids, so that each partition holds rows of one shard and nothing is hashed twice.
 */
final class ClusteredWrite implements RequiresDistributionAndOrdering {
    private final SparkSession spark;
    private final String path;
    private final IndexWrite plan;
    private final IdColumn id;
    private final VectorColumn vector;
    private final SerializableConfiguration configuration;

    ClusteredWrite(
            SparkSession spark,
            String path,
            IndexWrite plan,
            IdColumn id,
            VectorColumn vector,
            SerializableConfiguration configuration) {
        this.spark = spark;
        this.path = path;
        this.plan = plan;
        this.id = id;
        this.vector = vector;
        this.configuration = configuration;
    }

    @Override
    public Distribution requiredDistribution() {
        // Spark hashes an int differently from the long of the same value, and shards are told by the long.
        Expression key = id.type() == IdType.INT ? Expressions.apply(IdAsLong.NAME, idReference()) : idReference();
        return Distributions.clustered(new Expression[] {key});
    }

    @Override
    public int requiredNumPartitions() {
        return plan.partitions();
    }

    @Override
    public SortOrder[] requiredOrdering() {
        return new SortOrder[] {Expressions.sort(idReference(), SortDirection.ASCENDING)};
    }

    @Override
    public BatchWrite toBatch() {
        // Spark may run one plan more than once, and each run cleans up after itself.
        return new IndexBatchWrite(spark, path, plan.again(), id, vector, configuration);
    }

    @Override
    public String description() {
        return "pomaidb " + path;
    }

    private NamedReference idReference() {
        return Expressions.column("`" + id.name().replace("`", "``") + "`");
    }
}
