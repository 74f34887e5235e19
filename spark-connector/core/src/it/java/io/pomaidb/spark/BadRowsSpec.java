package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes that are refused: one clear error each, and the index stays as it was. */
abstract class BadRowsSpec extends SparkSpec {
    private static final int DIM = 4;
    private static final int ROWS = 10;

    private String path;
    private List<String> filesBefore;

    BadRowsSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void anIndex() throws IOException {
        path = path("index");
        writer(rows(0, ROWS, DIM)).option("metric", "l2").save(path);
        filesBefore = files(path);
    }

    @AfterEach
    void theIndexIsAsItWas() throws IOException {
        assertThat(snapshot(path).version()).isEqualTo(1);
        assertThat(read(path)).hasSize(ROWS);
        eventually(() -> files(path).equals(filesBefore));
        assertThat(files(path)).isEqualTo(filesBefore);
    }

    private void refused(Row row, String... parts) {
        assertThatThrownBy(() ->
                        writer(TestVectors.rows(spark, row)).mode("append").save(path))
                .rootCause()
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts);
    }

    private void refused(Dataset<Row> rows, String... parts) {
        assertThatThrownBy(() -> writer(rows).mode("append").save(path))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts);
    }

    private void refusedOption(String option, Object value, String... parts) {
        assertThatThrownBy(() -> writer(rows(0, 1, DIM))
                        .option(option, value.toString())
                        .mode("append")
                        .save(path))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void aVectorOfAnotherDimension() {
        refused(
                RowFactory.create(77L, new float[] {1, 2, 3}),
                "Cannot write row 77",
                "column embedding",
                "3 components",
                "dim 4");
    }

    @Test
    void rowsOfDifferentDimensionsInANewIndex() {
        assertThatThrownBy(() -> writer(rows(0, 50, 3).union(rows(50, 100, 5))).save(path("new")))
                .rootCause()
                .isInstanceOf(DataException.class)
                .hasMessageMatching("Cannot write .*row \\d+.* (3|5) components.*");
        assertThat(Path.of(path("new"), "_pomai")).doesNotExist();
    }

    @Test
    void nulls() {
        refused(RowFactory.create(77L, null), "Cannot write row 77", "column embedding", "null");
        refused(RowFactory.create(null, new float[] {1, 2, 3, 4}), "Cannot write a row", "column id", "null");
        refused(
                RowFactory.create(77L, new Float[] {1f, null, 3f, 4f}),
                "Cannot write row 77",
                "column embedding",
                "null at component 1");
    }

    @Test
    void componentsThatAreNoNumbers() {
        refused(
                RowFactory.create(77L, new float[] {1, 2, Float.NaN, 4}),
                "Cannot write row 77",
                "column embedding",
                "NaN at component 2");
        refused(
                RowFactory.create(-8L, new float[] {1, 2, 3, Float.NEGATIVE_INFINITY}),
                "Cannot write row -8",
                "column embedding",
                "-Infinity at component 3");
    }

    @Test
    void missingColumns() {
        refused(rows(0, 1, DIM).drop("id"), "Cannot write to index", path, "column id is missing", "id_column");
        refused(
                rows(0, 1, DIM).withColumnRenamed("embedding", "vec"),
                "column embedding is missing",
                "columns: id, vec",
                "vector_column");
    }

    @Test
    void columnsOfOtherTypes() {
        refused(
                rows(0, 1, DIM).withColumn("id", col("id").cast("double")),
                "column id has the type double",
                "int, bigint or string");
        refused(
                rows(0, 1, DIM).withColumn("embedding", col("embedding").cast("array<int>")),
                "column embedding has the type array<int>",
                "array<float>, array<double>");
        refused(rows(0, 1, DIM).withColumn("embedding", lit(1f)), "column embedding has the type float");
    }

    @Test
    void columnsThatPayloadCannotHave() {
        refused(
                rows(0, 1, DIM).withColumn("span", expr("interval 1 day")),
                "column span has the type interval day",
                "timestamps, and arrays");
        refused(rows(0, 1, DIM).withColumn("x", col("id")).toDF("id", "embedding", "ID"), "column id is there twice");
    }

    @Test
    void unknownOptions() {
        refusedOption("metrik", "l2", "metrik", "did you mean metric?");
        refusedOption("paths", "x", "paths", "there is no such option");
    }

    @Test
    void valuesOutOfRange() {
        refusedOption("shards", 0, "shards", "'0'", "from 1 to");
        refusedOption("metric", "manhattan", "metric", "'manhattan'", "ip, l2, cosine");
        refusedOption("hnsw_m", "many", "hnsw_m", "'many'", "a whole number");
    }

    @Test
    void parametersOfAnotherIndex() {
        refusedOption("metric", "cosine", path, "metric is cosine", "has l2");
        refusedOption("dim", 5, path, "dim is 5", "has 4");
        refusedOption("shards", 7, path, "shards is 7", "has 4");
        assertThatThrownBy(() -> writer(rows(0, 1, DIM).withColumnRenamed("id", "key"))
                        .option("id_column", "key")
                        .mode("append")
                        .save(path))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(path, "id_column is key", "has id");
    }

    @Test
    void longsInAnIndexOfInts() throws IOException {
        var ints = path("ints");
        writer(rows(0, 5, DIM).withColumn("id", col("id").cast("int"))).save(ints);
        assertThatThrownBy(() -> writer(rows(5, 6, DIM)).mode("append").save(ints))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("column id", "long", "int");
        assertThat(snapshot(ints).version()).isEqualTo(1);
    }

    @Test
    void aPathThatHoldsSomethingElse() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("letters")).resolve("letter.txt"), "Dear reader");
        for (String mode : new String[] {"append", "overwrite", "errorifexists"}) {
            assertThatThrownBy(() -> writer(rows(0, 1, DIM)).mode(mode).save(path("letters")))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll(path("letters"), "letter.txt");
        }
        assertThat(files(path("letters"))).containsExactly("letter.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "overwrite", "errorifexists", "ignore"})
    void badPaths(String mode) throws IOException {
        assertThatThrownBy(() -> writer(rows(0, 1, DIM)).mode(mode).save())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("option path is not set");
        refusedPath(mode, "", "option path", "accepted: a Hadoop path");
        refusedPath(mode, "::bad", "option path: '::bad'", "accepted: a Hadoop path");
        refusedPath(mode, "xyz://h/p", "option path: 'xyz://h/p'", "xyz", "accepted: a Hadoop path");
        Files.createFile(folder.resolve("file"));
        refusedPath(mode, path("file/below/it"), path("file/below/it"), "option path", "file file:" + path("file"));
    }

    private void refusedPath(String mode, String bad, String... parts) {
        assertThatThrownBy(() -> writer(rows(0, 1, DIM)).mode(mode).save(bad))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void valuesWithoutNamesInSql() {
        var made = "pomaidb.`" + path("made") + "`";
        assertThatThrownBy(() -> spark.sql("CREATE TABLE " + made + " AS VALUES (77L, array(1f, 2f, 3f, 4f))"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("column id is missing", "col1, col2", "AS id", "AS embedding");
        var table = "pomaidb.`" + path + "`";
        assertThatThrownBy(() -> spark.sql("INSERT INTO " + table + " VALUES (77L, array(1f, 2f, 3f))"))
                .hasStackTraceContaining("3 components");
    }

    @Test
    void streamsOfOtherColumns() {
        var stream = spark.readStream().format("rate").load();
        assertThatThrownBy(() -> stream.writeStream()
                        .format("pomaidb")
                        .option("checkpointLocation", path("checkpoint"))
                        .start(path)
                        .awaitTermination())
                .rootCause()
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(path, "column id is missing", "timestamp, value");
    }

    @Test
    void partitioningByColumns() {
        assertThatThrownBy(() -> writer(rows(0, 1, DIM)).partitionBy("id").save(path("partitioned")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(path("partitioned"), "partitioned by columns", "shards");
    }
}
