package io.pomaidb.spark;

import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/** Streams all files of a folder into an index, a file a batch, in a JVM of its own. */
final class StreamJob {
    private StreamJob() {}

    /** {@code arguments}: the folder of files, the index, and the folder of the stream's checkpoints. */
    public static void main(String[] arguments) throws Exception {
        try (SparkSession spark = JobSession.start()) {
            spark.readStream()
                    .schema(TestVectors.SCHEMA)
                    .option("maxFilesPerTrigger", 1)
                    .parquet(arguments[0])
                    .writeStream()
                    .format("pomaidb")
                    .option("shards", 2)
                    .option("checkpointLocation", arguments[2])
                    .trigger(Trigger.AvailableNow())
                    .start(arguments[1])
                    .awaitTermination();
        }
    }
}
