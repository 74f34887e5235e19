package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads and searches that are refused, or meet a damaged index: one clear error each. */
abstract class BadSearchesSpec extends SparkSpec {
    private static final int DIM = 4;

    private String path;

    BadSearchesSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void anIndex() {
        path = path("index");
        writer(rows(0, 50, DIM)).option("metric", "l2").save(path);
    }

    private PomaiSearch search(Dataset<Row> queries) {
        return search(path).queries(queries).queryId("id").queryVector("embedding");
    }

    /** Refused when the hits are asked for, on the driver: the error is not buried in that of a job. */
    private void refused(Row[] queries, String... parts) {
        assertThatThrownBy(() -> search(TestVectors.rows(spark, queries)).run().collectAsList())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts);
    }

    private void refused(Row query, String... parts) {
        refused(new Row[] {query}, parts);
    }

    @Test
    void queriesThatAreNoVectorsOfTheIndex() {
        refused(RowFactory.create(7L, new float[] {1, 2, 3}), "query 7", "column embedding", "3 components", "dim 4");
        refused(RowFactory.create(7L, null), "query 7", "column embedding", "null");
        refused(RowFactory.create(7L, new Float[] {1f, 2f, null, 4f}), "query 7", "null at component 2");
        refused(RowFactory.create(7L, new float[] {1, 2, 3, Float.NaN}), "query 7", "NaN at component 3");
        assertThatThrownBy(() -> search(path).query(1, 2).run().collectAsList())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("column query", "2 components", "dim 4");
    }

    @Test
    void queriesThatCannotBeTold() {
        refused(RowFactory.create(null, new float[] {1, 2, 3, 4}), "a query", "column id", "null");
        refused(
                new Row[] {
                    RowFactory.create(7L, new float[] {1, 2, 3, 4}),
                    RowFactory.create(8L, new float[] {1, 2, 3, 4}),
                    RowFactory.create(7L, new float[] {4, 3, 2, 1})
                },
                "query 7",
                "column id",
                "twice");
    }

    @Test
    void columnsOfQueries() {
        assertThatThrownBy(() -> search(rows(0, 1, DIM)).queryId("key").run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(path, "column key is missing", "columns: id, embedding", "query_id");
        assertThatThrownBy(() -> search(rows(0, 1, DIM).withColumn("embedding", lit("[1, 2]")))
                        .run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("column embedding has the type string", "query_vector");
    }

    @Test
    void streamsOfQueries() {
        var stream = spark.readStream()
                .format("rate")
                .load()
                .select(col("value").as("id"), col("value").as("embedding"));
        assertThatThrownBy(() -> search(stream).run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(path, "stream", "foreachBatch");
    }

    @Test
    void options() {
        assertThatThrownBy(() -> search(rows(0, 1, DIM)).topK(0).run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("top_k", "'0'", "from 1");
        assertThatThrownBy(() -> search(path).run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(path, "nothing to search for");
        assertThatThrownBy(() -> search(rows(0, 1, DIM)).query(1, 2, 3, 4).run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("queries and query");
        assertThatThrownBy(() -> reader().option("query", "1, 2").load(path))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("query", "'1, 2'", "numbers in brackets");
    }

    @Test
    void noIndex() {
        assertThatThrownBy(() -> reader().load(path("none")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("Cannot read index " + path("none"), "there is none");
        assertThatThrownBy(() -> search(path("none")).query(1, 2).run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(path("none"), "there is none");
    }

    @Test
    void aPathThatHoldsSomethingElse() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("letters")).resolve("letter.txt"), "Dear reader");
        assertThatThrownBy(() -> reader().load(path("letters")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(path("letters"), "letter.txt");
    }

    @Test
    void aSegmentFileWithOneFlippedBit() throws IOException {
        var file = largestSegmentFile();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> search(path).query(1, 2, 3, 4).run().collectAsList())
                .hasStackTraceContaining(DataException.class.getName())
                .hasStackTraceContaining(file.getFileName().toString());
    }

    @Test
    void aSegmentFileCutShort() throws IOException {
        var file = largestSegmentFile();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

        assertThatThrownBy(() -> reader().load(path).collectAsList())
                .rootCause()
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file.getFileName().toString());
    }

    private Path largestSegmentFile() throws IOException {
        var largest = Path.of(path, "data");
        long size = -1;
        for (String name : files(path)) {
            var file = Path.of(path, name);
            if (name.startsWith("data/") && Files.size(file) > size) {
                size = Files.size(file);
                largest = file;
            }
        }
        return largest;
    }

    @Test
    void aSnapshotOfANewerFormat() throws IOException {
        var snapshot = Path.of(path, "_pomai", "00000000000000000001.json");
        var text = Files.readString(snapshot);
        Files.writeString(snapshot, text.replaceFirst("(?i)(\"format_?version\"\\s*:\\s*)1", "$19"));

        assertThatThrownBy(() -> reader().load(path))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("00000000000000000001.json", "9", "1");
    }

    @Test
    void badPaths() {
        for (String bad : new String[] {"", "::bad", "xyz://h/p"}) {
            assertThatThrownBy(() -> reader().load(bad))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("option path: '" + bad + "'", "accepted: a Hadoop path");
        }
    }

    @ParameterizedTest
    @CsvSource({"metric, cosine, l2", "shards, 5, 4", "dim, 3, 4", "id_column, key, id", "vector_column, v, embedding"})
    void parametersOfAnotherIndex(String option, String asked, String has) {
        String[] parts = {path, "option " + option + " is " + asked, "the index has " + has};
        assertThatThrownBy(() ->
                        search(path).query(1, 2, 3, 4).option(option, asked).run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts);
        assertThatThrownBy(() -> reader().option(option, asked).load(path).collectAsList())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts);
        assertThat(reader().option(option, has).load(path).count()).isEqualTo(50);
    }
}
