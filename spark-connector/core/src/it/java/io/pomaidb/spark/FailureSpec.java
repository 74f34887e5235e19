package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.index.SegmentFile;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks that fail, run twice or are killed: each row is there once, or nothing of the write is. */
abstract class FailureSpec extends SparkSpec {
    private static final int DIM = 4;

    private String path;

    FailureSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void anIndexOfTenRows() {
        // A setting of the session alone: executors get it with the write.
        spark.conf().set("fs.flaky.impl", FlakyFileSystem.class.getName());
        path = path("index");
        writer(rows(0, 10, DIM)).option("shards", 4).save(path);
    }

    @Test
    void aSourceThatFailsOnceIsReadAgain() throws IOException {
        var flaky =
                spark.createDataFrame(rows(0, 200, DIM).javaRDD().map(FailureSpec::failingFirst), TestVectors.SCHEMA);
        writer(flaky).mode("append").save(path);

        assertThat(read(path)).hasSize(200);
        assertOnlyListedFiles();
    }

    private static Row failingFirst(Row row) {
        if (TaskContext.get().attemptNumber() == 0 && row.getLong(0) == 150) {
            throw new IllegalStateException("The source failed at row 150");
        }
        return row;
    }

    @Test
    void aTaskWhoseUploadFailsOnceWritesItsRowsOnce() throws IOException {
        writer(rows(100, 300, DIM)).mode("append").save(FlakyFileSystem.ONCE + path);

        assertThat(read(path)).hasSize(210);
        assertThat(snapshot(path).segments())
                .filteredOn(segment -> segment.sequence() == 2)
                .hasSize(4);
        assertThat(snapshot(path).rows()).isEqualTo(210);
        assertOnlyListedFiles();
    }

    @Test
    void aTaskWhoseUploadFailsOnceWritesItsPayloadOnce() throws IOException {
        writer(documents(0, 200)).mode("append").save(FlakyFileSystem.ONCE + path);

        assertThat(reader().load(path).where("word = concat('word ', id)").count())
                .isEqualTo(200);
        assertThat(snapshot(path).segments())
                .filteredOn(segment -> segment.sequence() == 2)
                .hasSize(4)
                .allSatisfy(segment -> assertThat(segment.files())
                        .extracting(SegmentFile::name)
                        .contains("payload.parquet"));
        assertOnlyListedFiles();
    }

    @Test
    void aMergeWhoseTasksFailLeavesTheIndexAsItWas() throws IOException {
        var before = read(path);
        documents(5, 200).createOrReplaceTempView("failing_changes");
        spark.sql("ALTER TABLE pomaidb.`" + path + "` ADD COLUMN word STRING");
        assertThatThrownBy(() -> spark.sql("MERGE INTO pomaidb.`" + FlakyFileSystem.ALWAYS + path
                        + "` t USING failing_changes s ON t.id = s.id WHEN MATCHED AND s.id < 7 THEN DELETE"
                        + " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"))
                .hasStackTraceContaining("The disk failed under");

        assertThat(read(path)).isEqualTo(before);
        assertThat(snapshot(path).version()).isEqualTo(2);
        eventually(() -> files(path).equals(listedFiles()));
        assertOnlyListedFiles();

        spark.sql("MERGE INTO pomaidb.`" + FlakyFileSystem.ONCE + path
                + "` t USING failing_changes s ON t.id = s.id WHEN MATCHED AND s.id < 7 THEN DELETE"
                + " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *");
        assertThat(read(path)).hasSize(198).doesNotContainKeys(5L, 6L);
        assertOnlyListedFiles();
    }

    @Test
    void aTableWhoseReplacementFailsStaysAsItWas() throws IOException {
        var before = read(path);
        rows(100, 300, DIM).createOrReplaceTempView("replacing_rows");
        String made = path("made");
        for (String statement : List.of(
                "CREATE OR REPLACE TABLE pomaidb.`" + FlakyFileSystem.ALWAYS + path + "` TBLPROPERTIES (metric 'l2')",
                "CREATE TABLE pomaidb.`" + FlakyFileSystem.ALWAYS + made + "`")) {
            assertThatThrownBy(() -> spark.sql(statement + " AS SELECT * FROM replacing_rows"))
                    .hasStackTraceContaining("The disk failed under");
        }

        assertUnchanged(before);
        assertThat(index(made).latest()).isEmpty();
        eventually(() -> files(made).isEmpty());
        assertThat(files(made)).isEmpty();
    }

    private Dataset<Row> documents(long from, long to) {
        return rows(from, to, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word");
    }

    @Test
    @Tag("every-version")
    void aTaskThatKeepsFailingLeavesTheIndexAsItWas() throws IOException {
        var before = read(path);
        assertThatThrownBy(() -> writer(rows(100, 300, DIM)).mode("overwrite").save(FlakyFileSystem.ALWAYS + path))
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("The disk failed under");

        assertUnchanged(before);
    }

    @Test
    void aKilledJobLeavesTheIndexAsItWas() throws IOException {
        var before = read(path);
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var killer = new KillAfterFirstTask(context, "write to be killed");
        context.sc().addSparkListener(killer);
        context.setJobGroup("write to be killed", "a write that is killed when its first task has uploaded", true);
        try {
            assertThatThrownBy(() -> writer(rows(100, 300, DIM)).mode("append").save(FlakyFileSystem.HANGING + path))
                    .isInstanceOf(SparkException.class)
                    .hasStackTraceContaining("cancelled");
        } finally {
            context.clearJobGroup();
            context.sc().removeSparkListener(killer);
        }
        assertUnchanged(before);
    }

    /** Cancels a job group when the first of its result tasks has ended well. */
    private static final class KillAfterFirstTask extends SparkListener {
        private final JavaSparkContext context;
        private final String group;

        KillAfterFirstTask(JavaSparkContext context, String group) {
            this.context = context;
            this.group = group;
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            if (end.taskType().equals("ResultTask") && end.taskInfo().successful()) {
                context.cancelJobGroup(group);
            }
        }
    }

    @Test
    void tasksThatEndWellAfterTheJobFailedLeaveNothing() throws IOException {
        var before = read(path);
        assertThatThrownBy(() -> writer(rows(100, 300, DIM)).mode("append").save(FlakyFileSystem.LATE + path))
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("The disk failed under");

        assertUnchanged(before);
    }

    @Test
    void anAbortDeletesAlsoWhatNoTaskToldOf() throws Exception {
        var before = read(path);
        var rows = rows(100, 120, DIM);
        var table = (SupportsWrite) new PomaiCatalog().loadTable(Identifier.of(new String[0], path));
        var write = table.newWriteBuilder(new WriteInfo(rows.schema())).build().toBatch();
        var factory = write.createBatchWriterFactory(new OnePartition());
        JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(List.of(1L), 1)
                .map(attempt -> attempt(factory, attempt))
                .collect();
        assertThat(files(path)).isNotEqualTo(listedFiles());
        write.abort(new WriterCommitMessage[] {null});

        assertUnchanged(before);
    }

    @Test
    void twoAttemptsThatBothEndWellWriteTheirRowsOnce() throws Exception {
        var rows = rows(100, 120, DIM);
        var table = (SupportsWrite) new PomaiCatalog().loadTable(Identifier.of(new String[0], path));
        var write = table.newWriteBuilder(new WriteInfo(rows.schema())).build().toBatch();
        var factory = write.createBatchWriterFactory(new OnePartition());
        assertThat(write.useCommitCoordinator()).isFalse();

        List<WriterCommitMessage> messages = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(List.of(1L, 2L), 2)
                .map(attempt -> attempt(factory, attempt))
                .collect();
        assertThat(messages).hasSize(2);
        write.commit(new WriterCommitMessage[] {messages.get(1)});
        assertOnlyListedFiles();

        assertThat(read(path)).hasSize(30);
        assertThat(snapshot(path).rows()).isEqualTo(30);
        assertThat(search(path).query(TestVectors.of(105, DIM)).topK(30).run().count())
                .isEqualTo(30);
    }

    private static WriterCommitMessage attempt(DataWriterFactory factory, long attempt) throws IOException {
        try (var writer = factory.createWriter(0, attempt)) {
            for (long id = 100; id < 120; id++) {
                writer.write(TestVectors.internalRow(id, DIM));
            }
            return writer.commit();
        }
    }

    private void assertUnchanged(Map<Long, List<Float>> before) throws IOException {
        assertThat(read(path)).isEqualTo(before);
        assertThat(snapshot(path).version()).isEqualTo(1);
        eventually(() -> files(path).equals(listedFiles()));
        assertOnlyListedFiles();
    }

    private void assertOnlyListedFiles() throws IOException {
        assertThat(files(path)).isEqualTo(listedFiles());
    }

    /** The files that the snapshots of the index are and list. */
    private List<String> listedFiles() throws IOException {
        var listed = new TreeSet<String>();
        for (long version : index(path).versions()) {
            listed.add(String.format(Locale.ROOT, "_pomai/%020d.json", version));
            for (var segment : index(path).snapshot(version).segments()) {
                for (SegmentFile file : segment.files()) {
                    listed.add(segment.directory() + "/" + file.name());
                }
            }
        }
        return List.copyOf(listed);
    }

    private record WriteInfo(StructType schema) implements LogicalWriteInfo {
        @Override
        public CaseInsensitiveStringMap options() {
            return CaseInsensitiveStringMap.empty();
        }

        @Override
        public String queryId() {
            return "two attempts";
        }
    }

    private record OnePartition() implements PhysicalWriteInfo {
        @Override
        public int numPartitions() {
            return 1;
        }
    }
}
