package io.pomaidb.spark.search;

import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.BlockStatus;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import scala.Option;
import scala.collection.Iterator;

/**
 * Rows that Spark holds as blocks of this very process, as a local checkpoint leaves them where the driver is the executor.
 * To look at them takes no job: nothing is computed, and the rows of a checkpoint never change.
 */
final class BlockRows {
    private final BlockManager blocks;
    private final RDD<InternalRow> rows;

    private BlockRows(BlockManager blocks, RDD<InternalRow> rows) {
        this.blocks = blocks;
        this.rows = rows;
    }

    /**
     * The rows of a DataFrame, if it is nothing but such blocks, and all of them are here.
     *
     * @param mostBytes what they may take; more is worth a job, which reads on all cores
     */
    static Optional<BlockRows> of(Dataset<Row> frame, long mostBytes) {
        if (!(frame.queryExecution().analyzed() instanceof LogicalRDD plan)) {
            return Optional.empty();
        }
        RDD<InternalRow> rdd = plan.rdd();
        if (!rdd.context().isLocal() || rdd.getStorageLevel().equals(StorageLevel.NONE())) {
            return Optional.empty();
        }
        var found = new BlockRows(SparkEnv.get().blockManager(), rdd);
        long bytes = 0;
        for (int partition = 0; partition < found.partitions(); partition++) {
            Option<BlockStatus> status = found.blocks.getStatus(found.block(partition));
            if (status.isEmpty()) {
                return Optional.empty();
            }
            bytes += status.get().memSize() + status.get().diskSize();
        }
        return bytes <= mostBytes ? Optional.of(found) : Optional.empty();
    }

    int partitions() {
        return rows.getNumPartitions();
    }

    /** The rows of a partition, to be read to their end; empty if the block has gone in the meantime. */
    Optional<Iterator<Object>> read(int partition) {
        Option<BlockResult> block = blocks.getLocalValues(block(partition));
        return block.isEmpty() ? Optional.empty() : Optional.of(block.get().data());
    }

    private RDDBlockId block(int partition) {
        return new RDDBlockId(rows.id(), partition);
    }
}
