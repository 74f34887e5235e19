package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments of an index on this machine: mapped where they lie. */
class LocalSegmentTest {
    @TempDir
    Path folder;

    private TestIndex written;
    private Snapshot snapshot;
    private SegmentCache cache;

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        written.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 200, 8), "shards", "1");
        snapshot = written.write(WriteMode.APPEND, Vectors.rows(new Random(2), 200, 400, 8));
        cache = SegmentCache.open(written.cache());
    }

    @AfterEach
    void closeDatabases() {
        cache.closeIdle();
    }

    private SegmentLease lease(int position) throws IOException {
        return cache.lease(
                written.index(),
                snapshot,
                snapshot.segments().get(position),
                snapshot.parameters().databaseOptions().searchThreads(1).build());
    }

    private Path directory(int position) {
        return written.path().resolve(snapshot.segments().get(position).directory());
    }

    private Path entry(int position) {
        return written.cache()
                .resolve(snapshot.indexId().toString())
                .resolve(snapshot.segments().get(position).uuid().toString());
    }

    private Path rows(int position) {
        return snapshot.segments().get(position).files().stream()
                .map(file -> directory(position).resolve(file.name()))
                .filter(file -> file.toString().endsWith(".seg"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nothingIsCopiedAndNothingIsWrittenToTheIndex() throws IOException {
        try (SegmentLease lease = lease(0)) {
            assertThat(lease.database().exists(7)).isTrue();
            for (SegmentFile file : snapshot.segments().get(0).files()) {
                assertThat(Files.readSymbolicLink(entry(0).resolve(file.name())))
                        .isEqualTo(directory(0).resolve(file.name()).toRealPath());
            }
        }
        try (Stream<Path> files = Files.list(directory(0))) {
            assertThat(files).hasSize(snapshot.segments().get(0).files().size());
        }
    }

    @Test
    void whatTheSnapshotDoesNotListIsNotSeenByTheEngine() throws IOException {
        Files.writeString(directory(0).resolve("MANIFEST.new"), "not an engine's");
        Files.copy(rows(1), directory(0).resolve("00000000000000000009.seg"));
        Files.writeString(directory(0).resolve("00000000000000000009.wal"), "rows of somebody else's");
        try (SegmentLease lease = lease(0)) {
            assertThat(lease.database().exists(7)).isTrue();
            assertThat(lease.database().exists(207)).isFalse();
        }
        assertThat(entry(0)).isDirectoryNotContaining("glob:**09.*");
    }

    @Test
    void linksMakeRoomForEachOtherAndTheIndexKeepsItsFiles() throws IOException {
        cache.bound(1);
        lease(0).close();
        lease(1).close();
        assertThat(entry(0)).doesNotExist();
        assertThat(rows(0)).isRegularFile();
        try (SegmentLease lease = lease(0)) {
            assertThat(lease.database().exists(7)).isTrue();
        }
    }

    @Test
    void aFlippedBitIsFoundAndNamed() throws IOException {
        byte[] content = Files.readAllBytes(rows(0));
        content[content.length / 2] ^= 1;
        Files.delete(rows(0));
        Files.write(rows(0), content);
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot use segment file file:" + rows(0) + ": its CRC32C is");
        assertThat(entry(0)).doesNotExist();
    }

    @Test
    void aFileThatWasDamagedSinceTheLastUseIsFound() throws IOException {
        lease(0).close();
        cache.closeIdle();
        byte[] content = Files.readAllBytes(rows(0));
        content[content.length / 2] ^= 1;
        Files.delete(rows(0));
        Files.write(rows(0), content);
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(rows(0).getFileName().toString());
    }

    @Test
    void anIndexThatMovedIsFoundAtItsNewPlace() throws IOException {
        lease(0).close();
        cache.closeIdle();
        Files.move(written.path(), folder.resolve("moved"));
        PomaiIndex moved = PomaiIndex.at(
                new org.apache.hadoop.fs.Path(folder.resolve("moved").toUri()), written.configuration());
        try (SegmentLease lease = cache.lease(
                moved,
                snapshot,
                snapshot.segments().get(0),
                snapshot.parameters().databaseOptions().searchThreads(1).build())) {
            assertThat(lease.database().exists(7)).isTrue();
        }
    }

    @Test
    void aLinkOutOfTheIndexIsNotFollowed() throws IOException {
        Path outside = Files.move(rows(0), folder.resolve("outside"));
        Files.createSymbolicLink(rows(0), outside);
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "it is " + outside.toRealPath() + " (accepted: a file in the folder of the index)");
    }

    @Test
    void aDirectoryInTheFilesPlaceIsNamed() throws IOException {
        Files.delete(rows(0));
        Files.createDirectory(rows(0));
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("accepted: a file in the folder of the index");
    }
}
