package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** String ids in several parts of one checkpoint, which a small memory budget makes. */
class SpilledKeysIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final long ROWS = 3_000;

    @TempDir
    private Path folder;

    private TestIndex index;

    @BeforeEach
    void nameIndex() {
        index = new TestIndex(folder);
    }

    private void write(String first, String last) throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(1);
        environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
        PomaiSink<TestRow> sink = PomaiSink.<TestRow>builder()
                .path(index.path().toUri().toString())
                .option("shards", "2")
                .option("memory_budget_bytes", "64k")
                .scratchDirectory(index.scratch().toString())
                .key(row -> row.id == 0 ? first : row.id == ROWS - 1 ? last : "key " + row.id)
                .vector(TestRow::vector)
                .build();
        TestRow.stream(environment, ROWS, 1e9).sinkTo(sink);
        environment.execute();
    }

    @Test
    void aKeyInTwoPartsIsOneRow() throws Exception {
        write(CollidingKeys.ONE, CollidingKeys.ONE);

        assertThat(index.rows()).hasSize((int) ROWS - 1);
        assertThat(index.rows().get(CollidingKeys.ID)).containsExactly(TestRow.vector(ROWS - 1));
        assertThat(index.index().latestExisting().segments()).hasSizeGreaterThan(4);
    }

    @Test
    void twoKeysOfOneHashInTwoPartsAreRefused() throws Exception {
        assertThatThrownBy(() -> write(CollidingKeys.ONE, CollidingKeys.OTHER))
                .hasStackTraceContaining("Cannot write rows with keys")
                .hasStackTraceContaining(CollidingKeys.ONE)
                .hasStackTraceContaining(CollidingKeys.OTHER);

        assertThat(index.index().latest()).isEmpty();
        try (Stream<Path> files = Files.walk(Path.of(index.path().toUri().getPath()))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }
}
