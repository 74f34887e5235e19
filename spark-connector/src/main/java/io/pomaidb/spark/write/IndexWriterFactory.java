package io.pomaidb.spark.write;

import io.pomaidb.spark.column.RowColumns;
import io.pomaidb.write.IndexWrite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.Utils;

/** Makes the writer of each task attempt, in the executors. */
record IndexWriterFactory(
        String path, IndexWrite plan, RowColumns columns, Broadcast<SerializableConfiguration> configuration)
        implements DeltaWriterFactory {
    @Override
    public DeltaWriter<InternalRow> createWriter(int partition, long task) {
        try {
            // Where Spark itself spills: the disks that the cluster set aside for it.
            var scratch = Path.of(Utils.getLocalDir(SparkEnv.get().conf()));
            var context = TaskContext.get();
            var writer = plan.newWriter(configuration.value().value(), scratch, context.cpus());
            return new IndexDataWriter(path, writer, columns, context);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot start to write partition " + partition + " of index " + path + " in task " + task, e);
        }
    }

    /** Without the configuration, which may hold secrets. */
    @Override
    public String toString() {
        return "pomaidb " + path;
    }
}
