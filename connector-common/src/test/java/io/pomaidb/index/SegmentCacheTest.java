package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.CountingFileSystem;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentCacheTest {
    @TempDir
    Path folder;

    private TestIndex written;
    private PomaiIndex index;
    private Snapshot snapshot;
    private SegmentCache cache;
    private final List<SegmentCache> opened = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        written.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 200, 8), "shards", "1");
        snapshot = written.write(WriteMode.APPEND, Vectors.rows(new Random(2), 200, 400, 8));
        index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path("counting:" + written.path()), CountingFileSystem.configuration());
        cache = openCache();
        CountingFileSystem.reset();
    }

    @AfterEach
    void closeDatabases() {
        opened.forEach(SegmentCache::closeIdle);
    }

    /** A cache on the same folder as another class loader's. */
    private SegmentCache openCache() throws IOException {
        SegmentCache another = SegmentCache.open(written.cache());
        opened.add(another);
        return another;
    }

    private Segment segment(int position) {
        return snapshot.segments().get(position);
    }

    private DatabaseOptions options() {
        return snapshot.parameters().databaseOptions().searchThreads(1).build();
    }

    private SegmentLease lease(int position) throws IOException {
        return cache.lease(index, snapshot, segment(position), options());
    }

    private Path cached(int position) {
        return written.cache()
                .resolve(snapshot.indexId().toString())
                .resolve(segment(position).uuid().toString());
    }

    private Path remote(int position) throws IOException {
        Path directory = written.path().resolve(segment(position).directory());
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flipBit(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 4;
        Files.write(file, content);
    }

    @Test
    void leasesTellWhatTheCacheHad() throws IOException {
        long bytes =
                segment(0).engineFiles().stream().mapToLong(SegmentFile::size).sum();
        try (SegmentLease first = lease(0);
                SegmentLease second = lease(0)) {
            assertThat(first.cacheUse()).isEqualTo(new CacheUse(0, 1, bytes));
            assertThat(second.cacheUse()).isEqualTo(new CacheUse(1, 0, 0));
        }
        try (SegmentLease known = openCache().lease(index, snapshot, segment(0), options())) {
            assertThat(known.cacheUse()).isEqualTo(new CacheUse(1, 0, 0));
        }
        var local = PomaiIndex.at(
                new org.apache.hadoop.fs.Path(written.path().toString()), CountingFileSystem.configuration());
        try (SegmentLease linked = cache.lease(local, snapshot, segment(1), options())) {
            assertThat(linked.cacheUse()).isEqualTo(new CacheUse(0, 1, 0));
        }
    }

    @Test
    void manyWaitersFetchASegmentOnce() throws Exception {
        int threads = 8;
        var together = new CyclicBarrier(threads);
        var databases = new ArrayList<Future<PomaiDatabase>>();
        var executor = Executors.newFixedThreadPool(threads);
        try {
            Callable<PomaiDatabase> waiter = () -> {
                together.await();
                try (SegmentLease lease = lease(0)) {
                    assertThat(lease.database().exists(7)).isTrue();
                    together.await();
                    return lease.database();
                }
            };
            for (int i = 0; i < threads; i++) {
                databases.add(executor.submit(waiter));
            }
            var distinct = new ArrayList<PomaiDatabase>();
            for (Future<PomaiDatabase> database : databases) {
                distinct.add(database.get());
            }
            assertThat(distinct).as("each thread has a handle of its own").doesNotHaveDuplicates();
        } finally {
            executor.shutdownNow();
        }
        assertThat(CountingFileSystem.reset()).isEqualTo(segment(0).files().size());
    }

    @Test
    void anOpenedDatabaseServesTheNextLease() throws IOException {
        PomaiDatabase first;
        try (SegmentLease lease = lease(0)) {
            first = lease.database();
        }
        try (SegmentLease again = lease(0)) {
            assertThat(again.database()).isSameAs(first);
            try (SegmentLease atOnce = lease(0)) {
                assertThat(atOnce.database()).isNotSameAs(first);
            }
        }
        var otherOptions =
                snapshot.parameters().databaseOptions().searchThreads(2).build();
        try (SegmentLease other = cache.lease(index, snapshot, segment(0), otherOptions)) {
            assertThat(other.database().options()).isEqualTo(otherOptions);
        }
    }

    @Test
    void anInvalidatedDatabaseIsNotUsedAgain() throws IOException {
        PomaiDatabase first;
        try (SegmentLease lease = lease(0)) {
            first = lease.database();
            lease.invalidate();
        }
        assertThatThrownBy(() -> first.exists(1)).isInstanceOf(IllegalStateException.class);
        try (SegmentLease lease = lease(0)) {
            assertThat(lease.database().exists(1)).isTrue();
            lease.invalidate();
        }
    }

    @Test
    void aLeaseThatEndedCannotBeUsed() throws IOException {
        SegmentLease lease = lease(0);
        lease.close();
        lease.close();
        assertThatThrownBy(lease::database).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theLeastRecentlyUsedSegmentMakesRoom() throws IOException {
        cache.bound(segment(0).bytes() + segment(1).bytes() / 2);
        lease(0).close();
        lease(1).close();
        assertThat(cached(0)).doesNotExist();
        assertThat(cached(1)).isNotEmptyDirectory();
        lease(0).close();
        assertThat(cached(0)).isNotEmptyDirectory();
        assertThat(cached(1)).doesNotExist();
    }

    @Test
    void aSegmentInUseIsNotEvicted() throws IOException {
        cache.bound(1);
        try (SegmentLease first = lease(0);
                SegmentLease second = lease(1)) {
            assertThat(first.database().exists(7)).isTrue();
            assertThat(second.database().exists(207)).isTrue();
            assertThat(cached(0)).isNotEmptyDirectory();
            assertThat(cached(1)).isNotEmptyDirectory();
        }
    }

    @Test
    void aSegmentThatAnotherJvmUsesIsNotEvicted() throws Exception {
        try (Jvm other = Jvm.start(CacheProcess.class, folder.toString(), "hold")) {
            assertThat(List.of(other.readLine(), other.readLine())).containsExactly("ready", "holding");
            cache.bound(1);
            lease(1).close();
            assertThat(cached(0)).isNotEmptyDirectory();
            other.kill();
            // The next fetch makes room, now that the system has released the other's lock.
            Snapshot third = written.write(WriteMode.APPEND, Vectors.rows(new Random(3), 400, 500, 8));
            cache.lease(index, third, third.segments().get(2), options()).close();
            assertThat(cached(0)).doesNotExist();
        }
    }

    @Test
    void whatAKilledJvmLeftIsRemovedWithTheEntry() throws IOException {
        lease(0).close();
        Path part = part(segment(0).uuid() + ".0123.part");
        cache.bound(1);
        lease(1).close();
        assertThat(part).doesNotExist();
    }

    private Path part(String name) throws IOException {
        Path part = Files.createDirectories(cached(0).resolveSibling("parts").resolve(name));
        Files.write(part.resolve("1.seg"), new byte[1000]);
        return part;
    }

    @Test
    void whatAKilledJvmLeftOfEntriesThatNobodyWantsIsRemovedAtTheNextFetch() throws IOException {
        Path abandoned = part("00000000-0000-0000-0000-000000000001.7-0-1.part");
        String process = "." + ProcessHandle.current().pid() + "-"
                + Long.toHexString(ProcessHandle.current()
                        .info()
                        .startInstant()
                        .orElseThrow()
                        .toEpochMilli());
        // Another class loader of this JVM may be at it.
        Path mine = part("00000000-0000-0000-0000-000000000002" + process + "-1.part");
        Path another = part("00000000-0000-0000-0000-000000000003.7-0-1.part");
        try (EntryLock lock = EntryLock.share(cached(0).resolveSibling("00000000-0000-0000-0000-000000000003.lock"))) {
            assertThat(lock).isNotNull();
            lease(0).close();
        }
        assertThat(abandoned).doesNotExist();
        assertThat(mine).exists();
        assertThat(another).exists();
        openCache().lease(index, snapshot, segment(1), options()).close();
        assertThat(another).doesNotExist();
    }

    @Test
    void aDamagedCopyIsFetchedAgain() throws IOException {
        lease(0).close();
        flipBit(cached(0).resolve(remote(0).getFileName()));
        CountingFileSystem.reset();
        SegmentCache afterwards = openCache();
        try (SegmentLease lease = afterwards.lease(index, snapshot, segment(0), options())) {
            assertThat(lease.database().exists(7)).isTrue();
        }
        assertThat(CountingFileSystem.reset()).isEqualTo(segment(0).files().size());
        assertThat(cached(0).resolve(remote(0).getFileName())).hasSameBinaryContentAs(remote(0));
    }

    @Test
    void anIntactCopyIsNotFetchedAgain() throws IOException {
        lease(0).close();
        CountingFileSystem.reset();
        openCache().lease(index, snapshot, segment(0), options()).close();
        assertThat(CountingFileSystem.reset()).isZero();
    }

    @Test
    void aFlippedBitIsFoundAndNamed() throws IOException {
        flipBit(remote(0));
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot use segment file counting:" + remote(0))
                .hasMessageMatching("(?s).*its CRC32C is [0-9a-f]{8} \\(the snapshot says [0-9a-f]{8}.*");
        assertThat(cached(0)).doesNotExist();
        assertThat(cached(0).resolveSibling("parts")).isEmptyDirectory();
    }

    @Test
    void aFileCutShortOrGrownIsFoundAndNamed() throws IOException {
        byte[] content = Files.readAllBytes(remote(0));
        Files.write(remote(0), java.util.Arrays.copyOf(content, content.length - 1));
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        remote(0) + ": it has " + (content.length - 1) + " bytes (the snapshot says " + content.length);
        Files.write(remote(0), java.util.Arrays.copyOf(content, content.length + 1));
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("it has more than " + content.length + " bytes");
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        Path missing = remote(0);
        Files.delete(missing);
        assertThatThrownBy(() -> lease(0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot read segment file counting:" + missing + ": it does not exist");
    }

    @Test
    void aSegmentThatTheEngineDoesNotKnowIsNamed() throws IOException {
        Path local = Files.createDirectories(folder.resolve("other"));
        Files.writeString(local.resolve("MANIFEST"), "not an engine's");
        Segment strange = new SegmentPublisher(index, WriteId.random()).publish(local, 0, 1, "9.9");
        assertThatThrownBy(() -> cache.lease(index, snapshot, strange, options()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "Cannot open segment counting:" + written.path().resolve(strange.directory()))
                .hasMessageContaining("written by engine 9.9");
    }

    @Test
    void theFolderIsPrivateToItsUser() throws IOException {
        lease(0).close();
        for (Path directory : List.of(written.cache(), cached(0).getParent(), cached(0))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
        }
    }

    @ParameterizedTest
    @CsvSource({"rwxrwxrwx, all users", "rwxrwx---, its group"})
    void aFolderThatOthersCanWriteToIsRefused(String permissions, String who) throws IOException {
        Path open = Files.createDirectories(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> SegmentCache.open(open))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("Cannot cache segments in " + open + ": " + who
                        + " can write to it (set cache_dir to a folder of your own)");
    }

    @Test
    void whatIsFetchedIsPrivateInAFolderThatOthersMayRead() throws IOException {
        Path readable = Files.createDirectories(folder.resolve("readable"));
        Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
        SegmentCache own = SegmentCache.open(readable);
        opened.add(own);
        own.lease(index, snapshot, segment(0), options()).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                        readable.resolve(snapshot.indexId().toString()))))
                .isEqualTo("rwx------");
    }

    @Test
    void aSegmentThatWasUsedLastStaysAlsoIfItWasFetchedFirst() throws IOException {
        Snapshot third = written.write(WriteMode.APPEND, Vectors.rows(new Random(3), 400, 600, 8));
        cache.bound(segment(0).bytes() + segment(1).bytes() + segment(1).bytes() / 2);
        lease(0).close();
        lease(1).close();
        // An opened database serves this one, and its file lock is as old as the first lease.
        Files.setLastModifiedTime(cached(0), FileTime.fromMillis(1));
        Files.setLastModifiedTime(cached(1), FileTime.fromMillis(2));
        lease(0).close();
        cache.lease(index, third, third.segments().get(2), options()).close();
        assertThat(cached(0)).isNotEmptyDirectory();
        assertThat(cached(1)).doesNotExist();
    }

    @Test
    void roomIsMadeOnlyForFilesThatAreWhatTheSnapshotSays() throws IOException {
        lease(0).close();
        cache.bound(segment(0).bytes());
        Segment real = segment(1);
        var files = new ArrayList<>(real.files());
        files.set(0, new SegmentFile(files.get(0).name(), 1L << 60, files.get(0).crc32c()));
        var claimed = new Segment(real.shard(), real.sequence(), real.uuid(), files, real.rows(), real.engineVersion());
        assertThatThrownBy(() -> cache.lease(index, snapshot, claimed, options()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("(the snapshot says " + (1L << 60));
        assertThat(cached(0)).isNotEmptyDirectory();
    }

    @Test
    void aFolderThatCannotBeMadeIsNamedWithItsOption() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        for (Path root : List.of(file, file.resolve("below"))) {
            assertThatThrownBy(() -> SegmentCache.open(root))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("Cannot cache segments in " + root, "option cache_dir");
        }
    }
}
