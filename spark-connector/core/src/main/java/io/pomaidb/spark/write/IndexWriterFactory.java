package io.pomaidb.spark.write;

import io.pomaidb.spark.column.RowColumns;
import io.pomaidb.spark.session.LocalScratch;
import io.pomaidb.write.IndexWrite;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.util.SerializableConfiguration;

/** Makes the writer of each task attempt, in the executors. */
record IndexWriterFactory(
        String path,
        IndexWrite plan,
        RowColumns columns,
        Broadcast<SerializableConfiguration> configuration,
        WriteTally tally)
        implements DeltaWriterFactory {
    @Override
    public DeltaWriter<InternalRow> createWriter(int partition, long task) {
        try {
            var context = TaskContext.get();
            var writer = plan.newWriter(configuration.value().value(), LocalScratch.directory(), context.cpus());
            return new IndexDataWriter(path, writer, columns, context, tally);
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
