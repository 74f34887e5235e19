package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.spark.session.SessionSettings;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A write without rows, which needs no job: an index is made, or loses all that it has. */
public final class EmptyWrite {
    private EmptyWrite() {}

    /**
     * Commits it.
     *
     * @param schema the columns that the index has afterwards
     * @throws io.pomaidb.error.ConfigurationException if options or columns do not fit, or the index exists and must not
     */
    public static void commit(
            SparkSession spark, PomaiIndex index, PomaiOptions options, StructType schema, WriteMode mode) {
        var planned = PlannedWrite.of(spark, index, options, schema, mode);
        try {
            planned.plan().commit(SessionSettings.hadoopConfiguration(spark), List.of(), Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot commit to index " + index.path(), e);
        }
    }
}
