package io.pomaidb.spark.write;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.spark.column.IdColumn;
import io.pomaidb.spark.function.IdAsLong;
import io.pomaidb.spark.function.IdHash;
import io.pomaidb.spark.session.SessionSettings;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWrite;
import org.apache.spark.sql.connector.write.RequiresDistributionAndOrdering;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A planned write, which asks Spark for rows clustered by id. Spark's hash partitioning of a long column is the function
 * that shards ids, so that each partition holds rows of one shard and nothing is hashed twice.
 */
final class ClusteredWrite implements RequiresDistributionAndOrdering, DeltaWrite {
    private final IndexBatchWrite write;
    private final IdColumn id;
    private final int partitions;
    private final String queryId;

    private ClusteredWrite(IndexBatchWrite write, IdColumn id, int partitions, String queryId) {
        this.write = write;
        this.id = id;
        this.partitions = partitions;
        this.queryId = queryId;
    }

    /**
     * A write of one or more runs, or of one batch of a stream.
     *
     * @param queryId of the stream, the same after restarts
     * @param read what the rows were made of, if they were made of the index's own
     */
    static ClusteredWrite of(
            SparkSession spark, PomaiIndex index, PlannedWrite planned, String queryId, Optional<ReadRows> read) {
        var configuration = new SerializableConfiguration(SessionSettings.hadoopConfiguration(spark));
        var write = new IndexBatchWrite(
                spark, index.path().toString(), planned.plan(), planned.columns(), configuration, read);
        return new ClusteredWrite(write, planned.columns().id(), planned.plan().partitions(), queryId);
    }

    @Override
    public Distribution requiredDistribution() {
        return Distributions.clustered(new Expression[] {engineId()});
    }

    @Override
    public int requiredNumPartitions() {
        return partitions;
    }

    /** None: what Spark sorts it holds or spills, and the engine sorts rows where they lie. */
    @Override
    public SortOrder[] requiredOrdering() {
        return new SortOrder[0];
    }

    @Override
    public DeltaBatchWrite toBatch() {
        // Spark may run one plan more than once, and each run cleans up after itself.
        return write.again();
    }

    @Override
    public StreamingWrite toStreaming() {
        return new IndexStreamWrite(write.again(), queryId);
    }

    @Override
    public CustomMetric[] supportedCustomMetrics() {
        return IndexDataWriter.metrics();
    }

    @Override
    public String description() {
        return write.toString();
    }

    /** Spark hashes an int or a string differently from the long that is its id, and shards are told by the long. */
    private Expression engineId() {
        return switch (id.type()) {
            case INT -> Expressions.apply(IdAsLong.NAME, idReference());
            case LONG -> idReference();
            case STRING -> Expressions.apply(IdHash.NAME, idReference());
        };
    }

    private NamedReference idReference() {
        return reference(id.name());
    }

    /** A column by its name, whatever characters it has. */
    static NamedReference reference(String column) {
        return Expressions.column("`" + column.replace("`", "``") + "`");
    }
}
