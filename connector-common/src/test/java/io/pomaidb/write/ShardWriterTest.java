package io.pomaidb.write;

import static io.pomaidb.fixture.Vectors.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardWriterTest {
    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    private List<Path> uploaded() throws IOException {
        Path data = index.path().resolve("data");
        if (!Files.exists(data)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void scratchFilesAreGoneOnEveryPath() throws IOException {
        IndexWrite write = index.plan(WriteMode.CREATE, "dim", "2");
        index.writeTask(write, row(1, 1, 2));
        assertThat(index.scratch()).isEmptyDirectory();
        assertThatThrownBy(() -> index.writeTask(write, row(1, 1, 2, 3))).isInstanceOf(DataException.class);
        assertThat(index.scratch()).isEmptyDirectory();
        try (ShardWriter writer = index.writer(write)) {
            writer.write(1, VectorSource.of(1, 2));
            assertThat(index.scratch()).isNotEmptyDirectory();
        }
        assertThat(index.scratch()).isEmptyDirectory();
    }

    @Test
    void whatWasNotCommittedIsInvisibleAndAnAbortDeletesIt() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        List<Path> before = uploaded();
        IndexWrite write = index.plan(WriteMode.APPEND);
        index.writeTask(write, row(2, 1, 2));
        assertThat(index.rows()).containsOnlyKeys(1L);
        assertThat(uploaded()).hasSizeGreaterThan(before.size());
        write.abort(index.configuration());
        assertThat(uploaded()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(index.rows()).containsOnlyKeys(1L);
    }

    @Test
    void aCommitDeletesWhatLosingAttemptsUploadedAndNothingElse() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        IndexWrite write = index.plan(WriteMode.OVERWRITE);
        IndexWrite other = write.again();
        index.writeTask(other, row(2, 7, 8));
        List<Path> before = uploaded();
        List<WrittenSegment> winner = index.writeTask(write, row(2, 1, 2));
        List<Path> withWinner = uploaded();
        index.writeTask(write, row(2, 1, 2));
        index.commit(write, winner);
        assertThat(uploaded()).hasSizeGreaterThan(before.size()).containsExactlyInAnyOrderElementsOf(withWinner);
        other.abort(index.configuration());
        assertThat(index.rows().get(2L)).containsExactly(1, 2);
    }

    /** As Flink's sink does, so that a slow upload keeps no shard in memory. */
    @Test
    void shardsMayBeFrozenByOneThreadAndUploadedByAnother() throws Exception {
        IndexWrite write = index.plan(WriteMode.CREATE, "shards", "3");
        var rows = Vectors.rows(new Random(5), 0, 90, 4);
        var written = new ArrayList<WrittenSegment>();
        try (ShardWriter writer = index.writer(write)) {
            for (var row : rows.entrySet()) {
                writer.write(row.getKey(), VectorSource.of(row.getValue()));
            }
            writer.delete(7);
            assertThat(writer.nativeBytes()).isPositive();

            List<Integer> shards = writer.shards();
            assertThat(shards).containsExactly(0, 1, 2);
            for (int shard : shards) {
                writer.freeze(shard);
            }
            assertThat(writer.nativeBytes()).isZero();
            assertThat(uploaded()).isEmpty();
            assertThatThrownBy(() -> writer.write(91, VectorSource.of(1, 2, 3, 4)))
                    .isInstanceOf(IllegalStateException.class);

            var uploader = new FutureTask<Void>(() -> {
                for (int shard : shards) {
                    writer.publish(shard).ifPresent(written::add);
                }
                return null;
            });
            new Thread(uploader, "test-upload").start();
            uploader.get(2, TimeUnit.MINUTES);
            assertThat(writer.times().freezeNanos()).isPositive();
            assertThat(writer.times().uploadNanos()).isPositive();
        }
        index.commit(write, written);

        rows.remove(7L);
        assertThat(index.scratch()).isEmptyDirectory();
        assertThat(index.rows().keySet()).isEqualTo(rows.keySet());
        var shown = index.rows();
        rows.forEach((id, vector) -> assertThat(shown.get(id)).containsExactly(vector));
    }

    @Test
    void aTaskThatAbortsAfterItsUploadDeletesIt() throws IOException {
        IndexWrite write = index.plan(WriteMode.CREATE);
        try (ShardWriter writer = index.writer(write)) {
            writer.write(1, VectorSource.of(1, 2));
            writer.finish();
            assertThat(uploaded()).isNotEmpty();
            writer.abort();
        }
        assertThat(uploaded()).isEmpty();
    }

    @Test
    void anUploadThatFailsLeavesNothing() throws IOException {
        IndexWrite write = index.plan(WriteMode.CREATE, "shards", "2");
        try (ShardWriter writer = index.writer(write)) {
            // Shard 0 has ids 2 and 5, shard 1 has id 0.
            for (long id : new long[] {0, 2, 5}) {
                writer.write(id, VectorSource.of(1, 2));
            }
            Files.createDirectories(index.path().resolve("data"));
            Files.writeString(index.path().resolve("data/shard=00001"), "in the way");
            assertThatThrownBy(writer::finish).isInstanceOf(IOException.class);
        }
        assertThat(uploaded()).extracting(file -> file.getFileName().toString()).containsExactly("shard=00001");
        assertThat(index.scratch()).isEmptyDirectory();
    }

    @Test
    void uploadsNeitherLockNorTemporaryNorChecksumFiles() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        assertThat(uploaded())
                .isNotEmpty()
                .extracting(file -> file.getFileName().toString())
                .allSatisfy(name -> assertThat(name)
                        .doesNotStartWith(".")
                        .doesNotEndWith(".tmp")
                        .doesNotEndWith(".crc")
                        .isNotEqualTo("LOCK"));
        assertThat(index.index().latestExisting().segments().get(0).files()).hasSameSizeAs(uploaded());
    }

    @Test
    void ofRowsWithTheSameIdTheLastOneWins() throws IOException {
        IndexWrite write = index.plan(WriteMode.CREATE, "shards", "1");
        try (ShardWriter writer = index.writer(write)) {
            for (long id : new long[] {3, 1, 3, 2, 1, 3}) {
                writer.write(id, VectorSource.of((float) id, 0));
            }
            writer.write(3, VectorSource.of(30, 0));
            index.commit(write, writer.finish());
        }
        assertThat(index.index().latestExisting().rows()).isEqualTo(3);
        assertThat(index.rows()).containsOnlyKeys(1L, 2L, 3L);
        assertThat(index.rows().get(3L)).containsExactly(30, 0);
    }

    @Test
    void countsRowsThatComeInOrderWithDuplicatesSideBySide() throws IOException {
        IndexWrite write = index.plan(WriteMode.CREATE, "shards", "1");
        try (ShardWriter writer = index.writer(write)) {
            for (long id : new long[] {-5, -5, 0, 7, 7, 7, 9}) {
                writer.write(id, VectorSource.of((float) id, 0));
            }
            assertThat(writer.finish()).singleElement().satisfies(written -> {
                assertThat(written.segment().rows()).isEqualTo(4);
                assertThat(written.exampleId()).isEqualTo(-5);
                assertThat(written.dim()).isEqualTo(2);
            });
        }
    }

    @Test
    void manyBatchesOfRowsArriveWhole() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(3), 0, 20_000, 3);
        index.write(WriteMode.CREATE, rows, "shards", "2", "adaptive_threshold", "1000000");
        Map<Long, float[]> read = index.rows();
        assertThat(read.keySet()).isEqualTo(rows.keySet());
        read.forEach((id, vector) -> assertThat(vector).isEqualTo(rows.get(id)));
    }

    @Test
    void rowsOfManyShardsInOneTaskArriveWhole() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(4), 0, 400, 3);
        assertThat(index.write(WriteMode.CREATE, rows, "shards", "20").segments())
                .hasSize(20);
        assertThat(index.rows().keySet()).isEqualTo(rows.keySet());
    }

    @Test
    void aPathMayHaveSpacesAndSigns() throws IOException {
        var odd = new TestIndex(folder.resolve("a b%20c#d+ü"));
        odd.write(WriteMode.CREATE, row(1, 1, 2));
        odd.write(WriteMode.APPEND, row(2, 1, 2));
        assertThat(odd.rows()).containsOnlyKeys(1L, 2L);
        assertThat(odd.path().resolve("_pomai/00000000000000000002.json")).isRegularFile();
    }

    @Test
    void aMemoryBudgetFreezesInBetween() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(3), 0, 30_000, 16);
        index.write(
                WriteMode.CREATE,
                rows,
                "shards",
                "1",
                "adaptive_threshold",
                "1000000",
                "memory_budget_bytes",
                "1200000");
        assertThat(index.index().latestExisting().segments().get(0).files()).hasSizeGreaterThan(2);
        assertThat(index.rows().keySet()).isEqualTo(rows.keySet());
    }

    @Test
    void whatIsFrozenInBetweenTakesNoMemory() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(3), 0, 3_000, 16);
        IndexWrite plan = index.plan(WriteMode.CREATE, "shards", "3", "adaptive_threshold", "1000000");
        try (ShardWriter writer = index.writer(plan)) {
            for (var row : rows.entrySet()) {
                writer.write(row.getKey(), VectorSource.of(row.getValue()));
            }
            long held = writer.nativeBytes();
            writer.freezeDownTo(held);
            assertThat(writer.nativeBytes()).isEqualTo(held);
            writer.freezeDownTo(held / 2);
            assertThat(writer.nativeBytes()).isBetween(1L, held / 2);
            // Replaces a row that is frozen, or one that is not.
            for (long id = 0; id < 10; id++) {
                rows.put(id, rows.get(100 + id));
                writer.write(id, VectorSource.of(rows.get(id)));
            }
            writer.freezeDownTo(0);
            assertThat(writer.nativeBytes()).isZero();
            index.commit(plan, writer.finish());
        }
        assertThat(index.rows().keySet()).isEqualTo(rows.keySet());
        assertThat(index.rows()).allSatisfy((id, vector) -> assertThat(vector).isEqualTo(rows.get(id)));
        assertThat(index.index().latestExisting().segments())
                .hasSize(3)
                .anyMatch(segment -> segment.files().size() > 2);
    }

    @Test
    void aRowWithoutAVectorIsRefused() throws IOException {
        try (ShardWriter writer = index.writer(index.plan(WriteMode.CREATE))) {
            assertThatThrownBy(() -> writer.write(8, null))
                    .isInstanceOf(DataException.class)
                    .hasMessage("Cannot write row 8: its vector in column embedding is null"
                            + " (accepted: rows with a vector)");
            assertThatThrownBy(() -> writer.write(9, VectorSource.of()))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(
                            "Cannot write row 9: its vector in column embedding has 0 components (accepted: 1 to 65536;");
        }
    }

    @Test
    void aRowThatWasRefusedHalfwayIsNeverPublished() throws IOException {
        try (ShardWriter writer = index.writer(index.plan(WriteMode.CREATE))) {
            assertThatThrownBy(() -> writer.write(1, VectorSource.of(1, Float.NaN)))
                    .isInstanceOf(DataException.class);
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        }
        assertThat(uploaded()).isEmpty();
    }

    @Test
    void aFinishedWriterTakesNothingMore() throws IOException {
        try (ShardWriter writer = index.writer(index.plan(WriteMode.CREATE))) {
            assertThat(writer.finish()).isEmpty();
            assertThatThrownBy(() -> writer.write(1, VectorSource.of(1))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        }
    }
}
