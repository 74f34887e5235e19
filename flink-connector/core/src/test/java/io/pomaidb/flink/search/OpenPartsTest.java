package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.FlakyFileSystem;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.search.OpenParts.Opened;
import io.pomaidb.flink.search.OpenParts.Part;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OpenPartsTest {
    @TempDir
    private Path folder;

    private TestIndex index;
    private IndexAccess access;
    private OpenParts parts;

    @BeforeEach
    void write() throws Exception {
        String path = FlakyFileSystem.path(folder.resolve("index"));
        index = new TestIndex(folder, new org.apache.hadoop.fs.Path(path), FlakyFileSystem.configuration());
        for (long version = 1; version <= 4; version++) {
            index.write(version == 1 ? WriteMode.CREATE : WriteMode.APPEND, Map.of(version, new float[] {version, 1}));
        }
        access = new IndexAccess(
                Map.of("path", path, "cache_dir", index.cache().toString()), FlakyFileSystem.settings());
        parts = new OpenParts(access, 1, Duration.ofDays(1));
    }

    @AfterEach
    void close() {
        FlakyFileSystem.mend();
        parts.close();
    }

    private static Part part(long version) {
        return new Part(version, 0, 1);
    }

    private static long version(Opened opened) {
        return opened.shards().snapshot().version();
    }

    @Test
    void aVersionStaysOpenAsLongAsAQueryWaitsForIt() {
        List<Opened> opened = LongStream.of(1, 2, 3, 4)
                .mapToObj(version -> parts.await(part(version)).join())
                .toList();
        assertThat(opened).extracting(OpenPartsTest::version).containsExactly(1L, 2L, 3L, 4L);
        assertThat(parts.opened(part(1))).isSameAs(opened.get(0));

        LongStream.of(1, 2, 3, 4).forEach(version -> parts.done(part(version)));

        assertThat(parts.opened(part(1))).isNull();
        assertThat(parts.opened(part(2))).isNull();
        assertThat(parts.await(part(4)).join()).isSameAs(opened.get(3));
    }

    /** Tasks upstream look often, so none of them asks for the old one any more. */
    @Test
    void anOldVersionIsClosedSoonWhereTasksLookOften() throws Exception {
        parts.close();
        parts = new OpenParts(access, 1, Duration.ofNanos(1));
        parts.await(part(3)).join();
        parts.done(part(3));
        assertThat(parts.size()).isEqualTo(1);

        parts.await(part(4)).join();
        parts.done(part(4));
        assertThat(parts.size()).isEqualTo(1);
        assertThat(parts.opened(part(3))).isNull();
    }

    @Test
    void whileAVersionIsBeingOpenedOthersAreSearched() throws Exception {
        Opened first = parts.await(part(1)).join();
        var goOn = new CountDownLatch(1);
        CountDownLatch reached = FlakyFileSystem.holdFile("00000000000000000003.json", goOn);
        CompletableFuture<Opened> third = parts.await(part(3));
        reached.await();

        assertThat(parts.await(part(1)).join()).isSameAs(first);
        assertThat(third).isNotDone();
        goOn.countDown();
        assertThat(version(third.join())).isEqualTo(3);
    }

    /** As of a savepoint that is older than the last vacuum. */
    @Test
    void forAVersionThatHasExpiredAllOfTheLatestIsSearched() throws Exception {
        new TestIndex(folder).index().vacuum(VacuumOptions.DEFAULT.withRetention(Duration.ZERO));
        long latest = index.index().latestExisting().version();

        Opened opened = parts.await(new Part(2, 1, 3)).join();

        assertThat(opened.whole()).isTrue();
        assertThat(version(opened)).isEqualTo(latest);
        QueryVectors.Builder query =
                QueryVectors.builder(opened.shards().snapshot().parameters(), "query");
        query.add("0", VectorSource.of(new float[] {2, 1}));
        assertThat(opened.shards().search(query.build(), 10).get(0).ids()).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @Test
    void whatCannotBeOpenedIsTriedAgainAndThenAnError() throws Exception {
        FlakyFileSystem.breakFile("00000000000000000002.json");
        assertThatThrownBy(() -> parts.await(part(2)).join())
                .hasStackTraceContaining("Cannot open version 2")
                .hasStackTraceContaining("A test wants this");
        parts.done(part(2));

        FlakyFileSystem.mend();
        assertThat(version(parts.await(part(2)).join())).isEqualTo(2);
    }

    @Test
    void whatASearchFailedOnIsOpenedAnew() throws Exception {
        Opened broken = parts.await(part(2)).join();
        Opened anew = parts.reopen(part(2));
        assertThat(anew).isNotSameAs(broken);
        assertThat(parts.opened(part(2))).isSameAs(anew);
    }
}
