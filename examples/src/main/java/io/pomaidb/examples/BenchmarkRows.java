package io.pomaidb.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A benchmark's vectors as Spark's rows of {@code id} and {@code embedding}. */
final class BenchmarkRows {
    private static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.LongType)
            .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false));

    private BenchmarkRows() {}

    /**
     * Some of the vectors in the executors' memory, in the form in which Spark's operators hand rows on: the engine alone does
     * not read or convert its rows either. Through a file, because rows of the driver's own would travel with each task.
     *
     * @param partitions how many partitions the rows are in
     */
    static Dataset<Row> of(
            SparkSession spark, BenchmarkVectors vectors, int from, int count, int partitions, Path file) {
        var list = new ArrayList<Row>(count);
        for (int id = from; id < from + count; id++) {
            list.add(RowFactory.create((long) id, vectors.row(id)));
        }
        spark.createDataFrame(list, SCHEMA).repartition(partitions).write().parquet(file.toString());
        return spark.read().parquet(file.toString()).localCheckpoint();
    }
}
