package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Cluster;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.LongStream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class SinkIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    private TestIndex index;

    @BeforeEach
    void nameIndex() {
        index = new TestIndex(folder);
    }

    private String path() {
        return index.path().toUri().toString();
    }

    private void run(StreamExecutionEnvironment environment, Source<TestRow, ?, ?> rows, PomaiSinkBuilder<TestRow> sink)
            throws Exception {
        environment
                .fromSource(rows, WatermarkStrategy.noWatermarks(), "rows", TypeInformation.of(TestRow.class))
                .filter(row -> row.id >= 0)
                .sinkTo(sink.scratchDirectory(index.scratch().toString()).build())
                .name("index");
        environment.execute();
    }

    private static StreamExecutionEnvironment streaming() {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.enableCheckpointing(100);
        return environment;
    }

    private static StreamExecutionEnvironment batch() {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
        return environment;
    }

    private void assertRows(long from, long to) throws Exception {
        SortedMap<Long, float[]> rows = index.rows();
        assertThat(rows.keySet())
                .containsExactlyElementsOf(LongStream.range(from, to).boxed().toList());
        rows.forEach((id, vector) -> assertThat(vector).as("row %d", id).containsExactly(TestRow.vector(id)));
    }

    @Test
    void aStreamWithCheckpointsShowsEveryRowOnceInOneVersionACheckpoint() throws Exception {
        run(streaming(), TestRow.source(6_000, 3_000), TestRow.sink(path(), 4));

        assertRows(0, 6_000);
        assertThat(index.index().latestExisting().rows()).isEqualTo(6_000);
        assertThat(index.index().versions()).hasSizeBetween(2, 40);
        assertThat(index.index().latestExisting().transactions()).hasSize(1);
        assertThat(index.scratch()).isEmptyDirectory();
    }

    @Test
    void aBatchIsOneVersion() throws Exception {
        run(batch(), TestRow.source(5_000, 1e9), TestRow.sink(path(), 3));

        assertRows(0, 5_000);
        assertThat(index.index().versions()).containsExactly(1L);
        assertThat(index.index().latestExisting().segments()).hasSize(3);
    }

    @Test
    void aBoundedStreamWithoutCheckpointsIsOneVersion() throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(3);
        run(environment, TestRow.source(5_000, 1e9), TestRow.sink(path(), 2));

        assertRows(0, 5_000);
        assertThat(index.index().versions()).containsExactly(1L);
    }

    @Test
    void noRowsMakeNoVersion() throws Exception {
        run(streaming(), TestRow.noRows(), TestRow.sink(path(), 2));
        run(batch(), TestRow.noRows(), TestRow.sink(path(), 2));

        assertThat(index.index().latest()).isEmpty();
    }

    @Test
    void twoJobsOneAfterTheOtherAdd() throws Exception {
        run(batch(), TestRow.source(1_000, 1e9), TestRow.sink(path(), 2));
        run(streaming(), TestRow.source(2_000, 1e9), TestRow.sink(path(), 2));

        assertRows(0, 2_000);
        assertThat(index.index().latestExisting().transactions()).hasSize(2);
    }

    @Test
    void anOverwriteReplacesAllRows() throws Exception {
        run(batch(), TestRow.source(1_000, 1e9), TestRow.sink(path(), 2));
        run(batch(), TestRow.source(10, 1e9), TestRow.sink(path(), 5).overwrite());

        assertRows(0, 10);
        assertThat(index.index().latestExisting().shards()).isEqualTo(5);

        run(batch(), TestRow.noRows(), TestRow.sink(path(), 5).overwrite());

        assertRows(0, 0);
    }

    @Test
    void theLastRowOfAnIdWinsAndDeletionsDelete() throws Exception {
        var environment = batch();
        List<TestRow> rows = List.of(
                TestRow.of(1),
                TestRow.of(2),
                TestRow.of(3),
                TestRow.deletion(1),
                new TestRow(2, TestRow.vector(77), false),
                TestRow.deletion(3),
                TestRow.of(3));
        environment
                .fromData(rows, TypeInformation.of(TestRow.class))
                .sinkTo(TestRow.sink(path(), 2).build());
        environment.execute();

        assertThat(index.rows().keySet()).containsExactly(2L, 3L);
        assertThat(index.rows().get(2L)).containsExactly(TestRow.vector(77));

        var second = batch();
        second.fromData(List.of(TestRow.deletion(2)), TypeInformation.of(TestRow.class))
                .sinkTo(TestRow.sink(path(), 2).build());
        second.execute();

        assertThat(index.rows().keySet()).containsExactly(3L);
    }

    @Test
    void aSmallMemoryBudgetSpillsIntoSegmentsBeforeTheCheckpoint() throws Exception {
        run(batch(), TestRow.source(4_000, 1e9), TestRow.sink(path(), 2).option("memory_budget_bytes", "64k"));

        assertRows(0, 4_000);
        assertThat(index.index().latestExisting().segments()).hasSizeGreaterThan(6);
    }
}
