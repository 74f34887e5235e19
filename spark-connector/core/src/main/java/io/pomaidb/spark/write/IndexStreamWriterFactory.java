package io.pomaidb.spark.write;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.connector.write.streaming.StreamingDataWriterFactory;

/**
 * Makes the writer of each task attempt of a micro-batch, in the executors.
 *
 * @param batch makes those of a batch
 */
record IndexStreamWriterFactory(DeltaWriterFactory batch) implements StreamingDataWriterFactory {
    @Override
    public DataWriter<InternalRow> createWriter(int partition, long task, long epoch) {
        return batch.createWriter(partition, task);
    }
}
