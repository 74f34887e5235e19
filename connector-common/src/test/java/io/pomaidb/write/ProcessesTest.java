package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers in processes of their own, on one index of the local disk. */
class ProcessesTest {
    private static final int COMMITS = 15;

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    private Jvm start(String mode, long from, int count) throws IOException {
        return Jvm.start(WriterProcess.class, folder.toString(), mode, Long.toString(from), Integer.toString(count));
    }

    @Test
    void everyCommitOfTwoProcessesIsThere() throws Exception {
        var writers = new ArrayList<Jvm>();
        try {
            for (int i = 0; i < 2; i++) {
                writers.add(start("append", 1000L * i, COMMITS));
            }
            for (Jvm writer : writers) {
                assertThat(writer.readLine()).isEqualTo("ready");
            }
            for (Jvm writer : writers) {
                writer.writeLine("go");
            }
            for (Jvm writer : writers) {
                writer.join();
            }
        } finally {
            for (Jvm writer : writers) {
                writer.close();
            }
        }

        Snapshot latest = index.index().latestExisting();
        List<Long> ids = LongStream.concat(LongStream.range(0, COMMITS), LongStream.range(1000, 1000 + COMMITS))
                .boxed()
                .toList();
        assertThat(index.rows().keySet()).containsExactlyElementsOf(ids);
        assertThat(index.index().versions())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2 * COMMITS).boxed().toList());
        assertThat(latest.segments())
                .extracting(Segment::sequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2 * COMMITS).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "upload"})
    void aWriterThatIsKilledLeavesNoVisibleRow(String mode) throws Exception {
        Snapshot before = index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "2");
        try (Jvm writer = start(mode, 2, 1)) {
            assertThat(writer.readLine()).startsWith("ready");
            writer.kill();
        }
        assertThat(index.index().latestExisting()).isEqualTo(before);
        assertThat(index.rows()).containsOnlyKeys(1L);
        index.write(WriteMode.APPEND, Vectors.row(3, 1, 2));
        assertThat(index.rows()).containsOnlyKeys(1L, 3L);
    }

    @Test
    void aFirstWriterThatIsKilledDoesNotSpoilThePath() throws Exception {
        try (Jvm writer = start("upload", 2, 1)) {
            assertThat(writer.readLine()).isEqualTo("ready 1");
            writer.kill();
        }
        assertThat(index.index().latest()).isEmpty();
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "2");
        assertThat(index.rows()).containsOnlyKeys(1L);
    }
}
