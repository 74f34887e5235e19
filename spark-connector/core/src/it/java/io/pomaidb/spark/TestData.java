package io.pomaidb.spark;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** Real vectors, beside the project or where {@code POMAI_TEST_DATA} says. */
final class TestData {
    private TestData() {}

    /** A folder of vectors; the test is skipped where it is absent. */
    static Path folder(String name) {
        var root = Objects.requireNonNullElseGet(
                System.getenv("POMAI_TEST_DATA"), () -> System.getProperty("basedir", ".") + "/../../../shared/data");
        var folder = Path.of(root, name).toAbsolutePath().normalize();
        assumeTrue(Files.isDirectory(folder), "There is no test data in " + folder);
        return folder;
    }

    /** Vectors of unsigned bytes, read by the executors; a row's number is its id. */
    static Dataset<Row> bytes(SparkSession spark, Path file, int dim) throws IOException {
        return rows(spark, file, dim, bytes -> {
            var vector = new float[dim];
            for (int i = 0; i < dim; i++) {
                vector[i] = Byte.toUnsignedInt(bytes.get());
            }
            return vector;
        });
    }

    /** Vectors of floats, read by the executors; a row's number is its id. */
    static Dataset<Row> floats(SparkSession spark, Path file, int dim) throws IOException {
        return rows(spark, file, dim * Float.BYTES, bytes -> {
            var vector = new float[dim];
            bytes.asFloatBuffer().get(vector);
            return vector;
        });
    }

    /** Vectors of floats. */
    static List<float[]> floats(Path file, int dim) throws IOException {
        var floats = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        var vectors = new ArrayList<float[]>();
        while (floats.hasRemaining()) {
            var vector = new float[dim];
            floats.get(vector);
            vectors.add(vector);
        }
        return vectors;
    }

    private interface Decoder extends Function<ByteBuffer, float[]>, Serializable {}

    private static Dataset<Row> rows(SparkSession spark, Path file, int rowBytes, Decoder decoder) throws IOException {
        var name = file.toString();
        var ids = LongStream.range(0, Files.size(file) / rowBytes).boxed().toList();
        var rows = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(ids, 2)
                .map(id -> RowFactory.create(id, decoder.apply(read(name, id * rowBytes, rowBytes))));
        return spark.createDataFrame(rows, TestVectors.SCHEMA);
    }

    private static ByteBuffer read(String file, long offset, int bytes) {
        try (var in = new RandomAccessFile(file, "r")) {
            var row = new byte[bytes];
            in.seek(offset);
            in.readFully(row);
            return ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
