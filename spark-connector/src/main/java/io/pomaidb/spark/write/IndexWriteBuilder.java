package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.column.ColumnFinder;
import io.pomaidb.spark.session.SessionSettings;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Plans a write on the driver, while Spark plans the query: everything that can be wrong with options, columns and an
 * existing index is found before a task runs.
 */
public final class IndexWriteBuilder implements SupportsTruncate {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final PomaiOptions options;
    private final StructType schema;
    private WriteMode mode;

    /**
     * A builder of one write.
     *
     * @param schema of the rows to write
     * @param mode what to do with the rows of an existing index
     */
    public IndexWriteBuilder(
            SparkSession spark, PomaiIndex index, PomaiOptions options, StructType schema, WriteMode mode) {
        this.spark = spark;
        this.index = index;
        this.options = options;
        this.schema = schema;
        this.mode = mode;
    }

    @Override
    public WriteBuilder truncate() {
        mode = WriteMode.OVERWRITE;
        return this;
    }

    @Override
    public Write build() {
        try {
            var existing = mode == WriteMode.APPEND ? index.latest() : Optional.<Snapshot>empty();
            var finder = new ColumnFinder(
                    "Cannot write to index " + index.path(), schema, SessionSettings.caseSensitive(spark));
            var id = finder.id(
                    nameOf(existing, PomaiOption.ID_COLUMN, options.idColumn(), s -> s.schema()
                            .idColumn()),
                    PomaiOption.ID_COLUMN);
            var vector = finder.vector(
                    nameOf(existing, PomaiOption.VECTOR_COLUMN, options.vectorColumn(), s -> s.schema()
                            .vectorColumn()),
                    PomaiOption.VECTOR_COLUMN);
            finder.refuseOthers(id, vector);
            var plan = IndexWrite.plan(index, options, mode, id.type());
            var configuration = new SerializableConfiguration(SessionSettings.hadoopConfiguration(spark));
            var write = new IndexBatchWrite(spark, index.path().toString(), plan, id, vector, configuration);
            return new ClusteredWrite(write, id, plan.partitions());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to index " + index.path() + ": its state cannot be read", e);
        }
    }

    /** What an append does not say about column names, the index does. */
    private String nameOf(
            Optional<Snapshot> existing, PomaiOption option, String asked, Function<Snapshot, String> ofIndex) {
        return options.isSet(option) ? asked : existing.map(ofIndex).orElse(asked);
    }
}
