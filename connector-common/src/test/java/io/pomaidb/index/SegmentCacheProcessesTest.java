package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.CountingFileSystem;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that share a cache's folder, and are killed. */
class SegmentCacheProcessesTest {
    private static final int SEGMENTS = 6;

    @TempDir
    Path folder;

    private TestIndex written;
    private Snapshot snapshot;

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        for (int i = 0; i < SEGMENTS; i++) {
            snapshot = written.write(
                    WriteMode.APPEND, Vectors.rows(new Random(i), 100L * i, 100L * (i + 1), 8), "shards", "1");
        }
    }

    private Jvm start(String mode, String... arguments) throws IOException {
        var all = new ArrayList<>(List.of(folder.toString(), mode));
        all.addAll(List.of(arguments));
        return Jvm.start(CacheProcess.class, all.toArray(String[]::new));
    }

    private static Jvm expect(Jvm jvm, String line) throws IOException {
        assertThat(jvm.readLine()).as(jvm.errors()).isEqualTo(line);
        return jvm;
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.walk(written.cache())) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        }
    }

    private long bytesInCache() throws IOException {
        try (Stream<Path> files = Files.walk(written.cache())) {
            return files.mapToLong(
                            file -> file.toFile().isFile() ? file.toFile().length() : 0)
                    .sum();
        }
    }

    @Test
    void aSegmentIsFetchedOnceForAllProcesses() throws Exception {
        try (Jvm fetching = expect(start("stop"), "ready");
                Jvm waiting = expect(start("lease"), "ready")) {
            expect(fetching, "stopped");
            fetching.writeLine("go on");
            expect(fetching, "found 0");
            expect(waiting, "found 0");
            fetching.join();
            waiting.join();
        }
        assertThat(parts()).isEmpty();
    }

    @Test
    void aProcessThatIsKilledInTheMiddleOfAFetchHandsItOver() throws Exception {
        try (Jvm fetching = expect(start("stop"), "ready")) {
            expect(fetching, "stopped");
            try (Jvm waiting = expect(start("lease"), "ready")) {
                assertThat(parts()).hasSize(1);
                fetching.kill();
                expect(waiting, "found " + snapshot.segments().get(0).files().size());
                waiting.join();
            }
        }
        assertThat(parts()).isEmpty();
    }

    @Test
    void processesThatComeAndGoKeepTheBoundAndNeverSeeAWrongRow() throws Exception {
        long largest =
                snapshot.segments().stream().mapToLong(Segment::bytes).max().orElseThrow();
        String bound = Long.toString(2 * largest + largest / 2);
        var processes = new ArrayList<Jvm>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(start("churn", bound, Integer.toString(i)));
            }
            for (Jvm process : processes) {
                expect(expect(process, "ready"), "going");
            }
            processes.get(0).kill();
            for (Jvm process : processes.subList(1, processes.size())) {
                expect(process, "done").join();
            }
        } finally {
            for (Jvm process : processes) {
                process.close();
            }
        }
        PomaiIndex index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path("counting:" + written.path()), CountingFileSystem.configuration());
        SegmentCache cache = SegmentCache.open(written.cache());
        cache.bound(Long.parseLong(bound));
        // The next fetch makes room, also from what the killed process left.
        for (int position = 0; position < SEGMENTS; position++) {
            cache.lease(
                            index,
                            snapshot,
                            snapshot.segments().get(position),
                            snapshot.parameters()
                                    .databaseOptions()
                                    .searchThreads(1)
                                    .build())
                    .close();
        }
        cache.closeIdle();
        assertThat(bytesInCache()).isLessThanOrEqualTo(Long.parseLong(bound));
    }
}
