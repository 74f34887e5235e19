package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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
    private final Optional<Map<String, String>> trainedWith;
    private final Supplier<Optional<ReadRows>> read;
    private WriteMode mode;

    /**
     * A builder of one write.
     *
     * @param overwriting the options that count if it replaces all rows
     * @param info about the rows to write
     * @param mode what to do with the rows of an existing index
     * @param trainedWith the options as text, if a write that makes the index is to find centroids first
     * @param read what of the index the rows may have been made of, asked when the write is planned
     */
    public IndexWriteBuilder(
            SparkSession spark,
            PomaiIndex index,
            PomaiOptions options,
            PomaiOptions overwriting,
            LogicalWriteInfo info,
            WriteMode mode,
            Optional<Map<String, String>> trainedWith,
            Supplier<Optional<ReadRows>> read) {
        this.spark = spark;
        this.index = index;
        this.options = options;
        this.overwriting = overwriting;
        this.info = info;
        this.mode = mode;
        this.trainedWith = trainedWith;
        this.read = read;
    }

    @Override
    public WriteBuilder truncate() {
        mode = WriteMode.OVERWRITE;
        return this;
    }

    @Override
    public Write build() {
        var used = mode == WriteMode.OVERWRITE ? overwriting : options;
        if (trainedWith.isPresent() && (mode == WriteMode.OVERWRITE || !exists())) {
            return new TrainingWrite(used, trainedWith.get(), mode);
        }
        var centroids = TrainedCentroids.of(info.options());
        var planned = PlannedWrite.of(spark, index, used, info.schema(), mode, centroids);
        Optional<ReadRows> basis = mode == WriteMode.APPEND ? read.get() : Optional.empty();
        return ClusteredWrite.of(spark, index, planned, info.queryId(), basis);
    }

    private boolean exists() {
        try {
            return index.latest().isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the state of index " + index.path(), e);
        }
    }
}
