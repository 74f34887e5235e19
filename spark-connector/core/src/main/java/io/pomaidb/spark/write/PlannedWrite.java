package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.config.ShardBy;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.spark.column.ColumnFinder;
import io.pomaidb.spark.column.RowColumns;
import io.pomaidb.spark.session.SessionSettings;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A write and the columns of its rows, as the driver plans them: everything that can be wrong with options, columns and an
 * existing index is found here, before a task runs.
 *
 * @param plan the write
 * @param columns where ids, vectors and payload stand in the rows
 */
record PlannedWrite(IndexWrite plan, RowColumns columns) {
    /** Plans a write of rows of a schema, which nothing was trained for. */
    static PlannedWrite of(
            SparkSession spark, PomaiIndex index, PomaiOptions options, StructType schema, WriteMode mode) {
        return of(spark, index, options, schema, mode, noCentroids());
    }

    /**
     * Plans a write of rows of a schema.
     *
     * @param trained for an index that is made
     */
    static PlannedWrite of(
            SparkSession spark,
            PomaiIndex index,
            PomaiOptions options,
            StructType schema,
            WriteMode mode,
            Optional<Centroids> trained) {
        try {
            Optional<Snapshot> existing = mode == WriteMode.CREATE ? Optional.empty() : index.latest();
            Optional<Snapshot> appendedTo = mode == WriteMode.APPEND ? existing : Optional.empty();
            var finder = new ColumnFinder(
                    "Cannot write to index " + index.path(), schema, SessionSettings.caseSensitive(spark));
            var id = finder.id(
                    nameOf(appendedTo, options, PomaiOption.ID_COLUMN, options.idColumn(), s -> s.schema()
                            .idColumn()),
                    PomaiOption.ID_COLUMN);
            var vector = finder.vector(
                    nameOf(appendedTo, options, PomaiOption.VECTOR_COLUMN, options.vectorColumn(), s -> s.schema()
                            .vectorColumn()),
                    PomaiOption.VECTOR_COLUMN);
            var payload = finder.others(
                    id, vector, appendedTo.map(s -> s.schema().payload()).orElse(List.of()));
            var centroids =
                    trained.isEmpty() && mode == WriteMode.OVERWRITE ? centroids(index, options, existing) : trained;
            var plan = IndexWrite.plan(index, options, mode, id.type(), payload.columns(), centroids);
            return new PlannedWrite(plan, new RowColumns(id, vector, payload));
        } catch (IOException e) {
            throw unreadable(index, e);
        }
    }

    /** Plans deletions from an index, by ids that are the first column of their rows. */
    static PlannedWrite deletions(PomaiIndex index, PomaiOptions options, RowColumns columns) {
        try {
            IdType type = columns.id().type();
            return new PlannedWrite(
                    IndexWrite.plan(index, options, WriteMode.APPEND, type, List.<PayloadColumn>of(), noCentroids()),
                    columns);
        } catch (IOException e) {
            throw unreadable(index, e);
        }
    }

    private static UncheckedIOException unreadable(PomaiIndex index, IOException cause) {
        return new UncheckedIOException("Cannot write to index " + index.path() + ": its state cannot be read", cause);
    }

    private static Optional<Centroids> noCentroids() {
        return Optional.empty();
    }

    /** What is sharded by nearness keeps its centroids, where they are as many as wanted. */
    private static Optional<Centroids> centroids(PomaiIndex index, PomaiOptions options, Optional<Snapshot> existing)
            throws IOException {
        return options.shardBy() == ShardBy.CLUSTER && existing.isPresent()
                ? index.centroids(existing.get().parameters())
                : noCentroids();
    }

    /** What an append does not say about column names, the index does. */
    private static String nameOf(
            Optional<Snapshot> existing,
            PomaiOptions options,
            PomaiOption option,
            String asked,
            Function<Snapshot, String> ofIndex) {
        return options.isSet(option) ? asked : existing.map(ofIndex).orElse(asked);
    }
}
