package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.fixture.OldFiles;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.index.VacuumReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VacuumTest {
    /** Keeps the latest version only, and of unknown files what is younger than three days. */
    private static final VacuumOptions LATEST_ONLY = VacuumOptions.DEFAULT.withRetention(Duration.ZERO);

    private static final Duration FOUR_DAYS = Duration.ofDays(4);

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(index.path())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> index.path().relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> filesOf(Snapshot snapshot) {
        var files = new TreeSet<String>();
        for (Segment segment : snapshot.segments()) {
            segment.files().forEach(file -> files.add(segment.directory() + "/" + file.name()));
        }
        return files;
    }

    private static String json(long version) {
        return "_pomai/%020d.json".formatted(version);
    }

    @Test
    void whatNoRetainedVersionListsIsDeletedAndNothingElse() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 40, 3), "shards", "2");
        index.write(WriteMode.APPEND, Vectors.rows(new Random(2), 20, 60, 3));
        index.index().delete(new Random(3).longs(400, 0, 1_000_000).toArray());
        Snapshot compacted = index.compact(CompactionPolicy.FULL);
        Set<String> before = files();

        VacuumReport dry = index.index().vacuum(LATEST_ONLY.asDryRun());
        assertThat(files()).isEqualTo(before);
        VacuumReport report = index.index().vacuum(LATEST_ONLY);

        assertThat(report.expired()).containsExactly(1L, 2L, 3L).isEqualTo(dry.expired());
        assertThat(report.files()).isEqualTo(dry.files());
        assertThat(report.bytes()).isEqualTo(dry.bytes()).isPositive();
        Set<String> kept = filesOf(compacted);
        kept.add(json(compacted.version()));
        kept.add(json(compacted.version() + 1));
        assertThat(files()).isEqualTo(kept);
        assertThat(index.rows()).hasSize(60);
        assertThat(index.index().snapshots()).extracting(info -> info.version()).containsExactly(4L, 5L);
        assertThatThrownBy(() -> index.index().rollback(2)).isInstanceOf(ConfigurationException.class);
        assertThat(index.index()
                        .vacuum(LATEST_ONLY.withRetention(Duration.ZERO))
                        .expired())
                .containsExactly(4L);
    }

    @Test
    void taggedYoungAndLatestVersionsStay() throws IOException {
        for (int i = 0; i < 6; i++) {
            index.write(WriteMode.OVERWRITE, Vectors.row(i, i, 1), "shards", "1");
        }
        index.index().tag("keep", 2);
        assertThat(index.index().vacuum(VacuumOptions.DEFAULT).expired()).isEmpty();
        VacuumReport report = index.index().vacuum(LATEST_ONLY.withKeepVersions(3));
        assertThat(report.expired()).containsExactly(1L, 3L, 4L);
        assertThat(index.rows(index.index().snapshot("keep"))).containsOnlyKeys(1L);
        assertThat(index.index().rollback(2).version()).isEqualTo(9);
        index.index().vacuum(LATEST_ONLY);
        assertThat(index.rows()).containsOnlyKeys(1L);
    }

    @Test
    void whatARunningJobHasUploadedStaysAndWhatACrashedOneLeftGoes() throws IOException {
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "2");
        IndexWrite running = index.plan(WriteMode.APPEND);
        List<WrittenSegment> written = index.writeTask(running, Vectors.row(2, 1, 2));
        IndexWrite crashed = index.plan(WriteMode.APPEND);
        List<WrittenSegment> lost = index.writeTask(crashed, Vectors.row(3, 1, 2));
        Path left = index.path().resolve(lost.get(0).segment().directory());
        OldFiles.age(left, FOUR_DAYS);
        Path temporary = Files.writeString(index.path().resolve("_pomai/.00000000000000000002.json.x.tmp"), "{");
        OldFiles.age(temporary, FOUR_DAYS);
        Path notes = Files.writeString(index.path().resolve("data/notes.txt"), "mine");
        OldFiles.age(notes, FOUR_DAYS);

        VacuumReport report = index.index().vacuum(LATEST_ONLY);
        assertThat(report.files())
                .allMatch(file -> file.contains(left.getFileName().toString()) || file.endsWith(".tmp"));
        assertThat(report.kept()).isEqualTo(written.get(0).segment().files().size());
        assertThat(left).doesNotExist();
        assertThat(temporary).doesNotExist();
        assertThat(notes).exists();
        index.commit(running, written);
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void aVacuumThatWasCutOffIsEndedByTheNext() throws IOException {
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "1");
        Snapshot second = index.write(WriteMode.OVERWRITE, Vectors.row(2, 1, 2), "shards", "1");
        Path json = index.path().resolve(json(1));
        byte[] first = Files.readAllBytes(json);
        index.index().vacuum(LATEST_ONLY);
        // As if it had deleted the files and died before the snapshot.
        Files.write(json, first);
        assertThat(index.index().snapshots()).extracting(info -> info.version()).containsExactly(2L, 3L);
        index.index().vacuum(VacuumOptions.DEFAULT);
        assertThat(json).doesNotExist();
        assertThat(index.rows(second)).containsOnlyKeys(2L);
    }

    @Test
    void anAbsentIndexHasNothingToVacuum() throws IOException {
        assertThat(index.index().vacuum(LATEST_ONLY).files()).isEmpty();
        assertThatThrownBy(() -> LATEST_ONLY.withKeepVersions(0)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> LATEST_ONLY.withGrace(Duration.ofDays(-1))).isInstanceOf(ConfigurationException.class);
    }
}
