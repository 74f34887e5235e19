package io.pomaidb.spark;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Streams that are written to an index: every batch once, whatever Spark runs again. */
abstract class StreamSpec extends SparkSpec {
    private static final int DIM = 4;

    private String path;
    private Path checkpoint;

    StreamSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void places() {
        path = path("index");
        checkpoint = folder.resolve("checkpoint");
    }

    private Dataset<Row> documents(long from, long to) {
        return rows(from, to, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word");
    }

    /** One file a batch: files are read in the order in which they come. */
    private void arrive(Dataset<Row> rows) {
        rows.coalesce(1).write().mode("append").parquet(path("source"));
    }

    /** Runs a stream over all that has arrived and not been read. */
    private void run(String mode) throws Exception {
        Dataset<Row> source = spark.readStream()
                .schema(documents(0, 1).schema())
                .option("maxFilesPerTrigger", 1)
                .parquet(path("source"));
        Dataset<Row> written = mode.equals("append")
                ? source
                : source.groupBy("id").agg(expr("max_by(embedding, word) AS embedding"), expr("count(*) AS times"));
        written.writeStream()
                .format("pomaidb")
                .outputMode(mode)
                .option("shards", 2)
                .option("metric", "l2")
                .option("checkpointLocation", checkpoint.toString())
                .trigger(Trigger.AvailableNow())
                .start(path)
                .awaitTermination();
    }

    private Set<Long> ids() {
        return new TreeSet<>(read(path).keySet());
    }

    @Test
    @Tag("every-version")
    void everyBatchIsOneCommitAndFurtherRunsGoOn() throws Exception {
        arrive(documents(0, 10));
        arrive(documents(10, 20));
        run("append");
        Snapshot snapshot = snapshot(path);
        assertThat(snapshot.version()).isEqualTo(2);
        assertThat(snapshot.transactions()).hasSize(1).containsValue(1L);
        assertThat(ids()).hasSize(20);

        arrive(documents(15, 30));
        run("append");
        assertThat(snapshot(path).version()).isEqualTo(3);
        assertThat(ids()).hasSize(30);
        assertThat(reader().load(path).where("word = 'word 29'").count()).isEqualTo(1);
        assertThat(search(path)
                        .query(TestVectors.of(12, DIM))
                        .columns("word")
                        .topK(1)
                        .run()
                        .first()
                        .getString(3))
                .isEqualTo("word 12");
    }

    @Test
    @Tag("every-version")
    void aBatchThatSparkRunsAgainIsCommittedOnce() throws Exception {
        arrive(documents(0, 10));
        arrive(documents(10, 20));
        run("append");
        List<String> files = files(path);
        forgetBatch(1);
        run("append");

        assertThat(snapshot(path).version()).isEqualTo(2);
        assertThat(snapshot(path).rows()).isEqualTo(20);
        assertThat(files(path)).isEqualTo(files);
        assertThat(checkpoint.resolve("commits/1")).exists();
    }

    /** As if the driver had died between the index's commit and its own. */
    private void forgetBatch(int batch) throws IOException {
        Files.delete(checkpoint.resolve("commits/" + batch));
        Files.deleteIfExists(checkpoint.resolve("commits/." + batch + ".crc"));
    }

    @Test
    void aFunctionThatGetsBatchesWritesThem() throws Exception {
        arrive(documents(0, 10));
        arrive(documents(5, 20));
        runFunction();
        forgetBatch(1);
        runFunction();

        assertThat(snapshot(path).version()).as("one commit for each call").isEqualTo(3);
        assertThat(ids()).hasSize(20);
        assertThat(reader().load(path).count()).isEqualTo(20);
    }

    private void runFunction() throws Exception {
        VoidFunction2<Dataset<Row>, Long> write = (batch, number) ->
                writer(batch).option("shards", 2).mode("append").save(path);
        spark.readStream()
                .schema(documents(0, 1).schema())
                .option("maxFilesPerTrigger", 1)
                .parquet(path("source"))
                .writeStream()
                .foreachBatch(write)
                .option("checkpointLocation", checkpoint.toString())
                .trigger(Trigger.AvailableNow())
                .start()
                .awaitTermination();
    }

    @Test
    void updatesReplaceRowsAndCompleteModeReplacesAll() throws Exception {
        arrive(documents(0, 10));
        run("update");
        arrive(documents(5, 15));
        run("update");

        Dataset<Row> read = reader().load(path);
        assertThat(read.count()).isEqualTo(15);
        assertThat(read.where("times = 2").count()).isEqualTo(5);

        path = path("complete");
        checkpoint = folder.resolve("complete-checkpoint");
        run("complete");
        assertThat(reader().load(path).where("times = 2").count()).isEqualTo(5);
        assertThat(snapshot(path).rows()).isEqualTo(15);
    }

    @Test
    @Tag("every-version")
    void batchesOfUpdatedRowsAndOfAllRowsAreCommittedOnceToo() throws Exception {
        arrive(documents(0, 10));
        arrive(documents(5, 15));
        for (String mode : List.of("update", "complete")) {
            path = path(mode);
            checkpoint = folder.resolve(mode + "-checkpoint");
            run(mode);
            List<String> files = files(path);
            forgetBatch(1);
            run(mode);

            assertThat(snapshot(path).version()).as(mode).isEqualTo(2);
            assertThat(files(path)).as(mode).isEqualTo(files);
            assertThat(ids()).as(mode).hasSize(15);
            assertThat(reader().load(path).where("times = 2").count()).as(mode).isEqualTo(5);
        }
    }

    @Test
    void aTableIsASinkToo() throws Exception {
        spark.conf().set("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName());
        String table = "pomaidb.`" + path + "`";
        spark.sql("CREATE TABLE " + table + " (id BIGINT, embedding ARRAY<FLOAT>, word STRING)");
        arrive(documents(0, 10));
        spark.readStream()
                .schema(documents(0, 1).schema())
                .parquet(path("source"))
                .writeStream()
                .option("checkpointLocation", checkpoint.toString())
                .trigger(Trigger.AvailableNow())
                .toTable(table)
                .awaitTermination();

        assertThat(ids()).hasSize(10);
    }
}
