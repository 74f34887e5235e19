package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.Centroids;
import io.pomaidb.spark.column.ColumnFinder;
import io.pomaidb.spark.column.VectorColumn;
import io.pomaidb.spark.session.JobDescription;
import io.pomaidb.spark.session.SessionSettings;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.CentroidTraining;
import io.pomaidb.write.WriteMode;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.connector.write.V1Write;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.apache.spark.sql.sources.InsertableRelation;

/**
 * The first write of an index whose rows are sharded by nearness: it looks for centroids among the rows, and then writes them
 * as any write does. The rows are therefore read twice. Spark hands over the rows before they are written only where a write
 * is of its older kind.
 */
final class TrainingWrite implements V1Write {
    private static final String FORMAT = "pomaidb";
    private static final long SEED = 42;

    private final PomaiOptions options;
    private final Map<String, String> given;
    private final WriteMode mode;

    /**
     * A write.
     *
     * @param options of the write
     * @param given the same as text
     */
    TrainingWrite(PomaiOptions options, Map<String, String> given, WriteMode mode) {
        this.options = options;
        var others = new HashMap<>(given);
        // Spark takes a path among the options for the location of a table, which is something else.
        others.keySet().removeIf(PomaiOption.PATH.optionName()::equalsIgnoreCase);
        this.given = Map.copyOf(others);
        this.mode = mode;
    }

    @Override
    public InsertableRelation toInsertableRelation() {
        return (rows, overwrite) -> insert(rows);
    }

    @Override
    public StreamingWrite toStreaming() {
        throw new ConfigurationException("Cannot write a stream to index " + options.path()
                + ": its rows are to be sharded by cluster, and there are no centroids yet (write a first batch, or"
                + " compact to clusters later)");
    }

    private void insert(Dataset<Row> rows) {
        String trained = TrainedCentroids.keep(train(rows));
        try {
            rows.write()
                    .format(FORMAT)
                    .options(given)
                    .option(TrainedCentroids.OPTION, trained)
                    .mode(saveMode())
                    .save(options.path());
        } finally {
            TrainedCentroids.forget(trained);
        }
    }

    private SaveMode saveMode() {
        return switch (mode) {
            case CREATE -> SaveMode.ErrorIfExists;
            case APPEND -> SaveMode.Append;
            case OVERWRITE -> SaveMode.Overwrite;
        };
    }

    private Centroids train(Dataset<Row> rows) {
        var finder = new ColumnFinder(
                "Cannot write to index " + options.path(),
                rows.schema(),
                SessionSettings.caseSensitive(rows.sparkSession()));
        VectorColumn column = finder.vector(options.vectorColumn(), PomaiOption.VECTOR_COLUMN);
        var training = new CentroidTraining(options, new Random(SEED));
        String job = "pomaidb: draw vectors for the centroids of index " + options.path();
        JobDescription.during(
                        rows.sparkSession(),
                        job,
                        () -> VectorSample.of(
                                rows, column, options.dim().orElse(0), CentroidTraining.sampleSize(options.shards())))
                .forEach(vector -> training.add(0, VectorSource.of(vector)));
        return training.train();
    }

    @Override
    public String description() {
        return "pomaidb first write of " + options.path();
    }
}
