package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.write.WriteMode;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.internal.connector.SupportsStreamingUpdateAsAppend;

/**
 * Plans a write of rows on the driver, while Spark plans the query. What a stream updates is appended: rows replace those
 * of their ids.
 */
public final class IndexWriteBuilder implements SupportsTruncate, SupportsStreamingUpdateAsAppend {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final PomaiOptions options;
    private final PomaiOptions overwriting;
    private final LogicalWriteInfo info;
    private WriteMode mode;

    /**
     * A builder of one write.
     *
     * @param overwriting the options that count if it replaces all rows
     * @param info about the rows to write
     * @param mode what to do with the rows of an existing index
     */
    public IndexWriteBuilder(
            SparkSession spark,
            PomaiIndex index,
            PomaiOptions options,
            PomaiOptions overwriting,
            LogicalWriteInfo info,
            WriteMode mode) {
        this.spark = spark;
        this.index = index;
        this.options = options;
        this.overwriting = overwriting;
        this.info = info;
        this.mode = mode;
    }

    @Override
    public WriteBuilder truncate() {
        mode = WriteMode.OVERWRITE;
        return this;
    }

    @Override
    public Write build() {
        var used = mode == WriteMode.OVERWRITE ? overwriting : options;
        var planned = PlannedWrite.of(spark, index, used, info.schema(), mode);
        return ClusteredWrite.of(spark, index, planned, info.queryId(), Optional.empty());
    }
}
