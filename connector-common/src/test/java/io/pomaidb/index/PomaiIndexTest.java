package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.fixture.HookedDisk;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PomaiIndexTest {
    @TempDir
    Path folder;

    private PomaiIndex index;

    @BeforeEach
    void at() throws IOException {
        index = PomaiIndex.at(new org.apache.hadoop.fs.Path(folder.toUri()), new Configuration());
    }

    private Snapshot append(Segment... segments) throws IOException {
        return index.commit(current -> Optional.of(
                current.map(snapshot -> snapshot.append(snapshot.parameters(), List.of(segments), Optional.empty()))
                        .orElseGet(() -> Snapshot.first(Snapshots.parameters(), List.of(segments), Optional.empty()))));
    }

    @Test
    void anEmptyOrAbsentFolderHoldsNoIndexYet() throws IOException {
        assertThat(index.latest()).isEmpty();
        Files.delete(folder);
        assertThat(index.latest()).isEmpty();
        assertThatThrownBy(index::latestExisting)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there is none");
    }

    @Test
    void aFolderThatHoldsSomethingElseIsRefusedAndLeftAlone() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "mine");
        assertThatThrownBy(index::latest)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("it holds notes.txt and no _pomai");
        assertThatThrownBy(() -> append()).isInstanceOf(ConfigurationException.class);
        assertThat(folder).isDirectoryNotContaining("glob:**_pomai");
    }

    @Test
    void aFolderOfOtherDataIsNotTakenForAFailedFirstWrite() throws IOException {
        Files.createDirectories(folder.resolve("data/2024"));
        assertThatThrownBy(index::latest).isInstanceOf(ConfigurationException.class);
        Files.delete(folder.resolve("data/2024"));
        Files.createDirectories(folder.resolve("data/shard=00001"));
        assertThat(index.latest()).isEmpty();
    }

    @Test
    void aFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        var at = PomaiIndex.at(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration());
        assertThatThrownBy(at::latest)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it is a file");
    }

    @Test
    void aCommitBecomesTheLatestSnapshotAndKeepsTheEarlierOnes() throws IOException {
        Snapshot first = append(Snapshots.segment(0));
        Snapshot second = append(Snapshots.segment(1), Snapshots.segment(0));

        assertThat(index.latestExisting()).isEqualTo(second);
        assertThat(index.snapshot(1)).isEqualTo(first);
        assertThat(index.versions()).containsExactly(1L, 2L);
        assertThat(second.indexId()).isEqualTo(first.indexId());
        assertThat(second.commitId()).isNotEqualTo(first.commitId());
        assertThat(second.segments()).extracting(Segment::sequence).containsExactly(1L, 2L, 2L);
        assertThat(second.segmentsOf(0)).extracting(Segment::sequence).containsExactly(2L, 1L);
        assertThat(second.rows()).isEqualTo(300);
        assertThatThrownBy(() -> index.snapshot(3))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it has no version 3 (it has: [1, 2])");
    }

    @Test
    void aSnapshotFileHasTwentyDigitsAndNothingBesideIt() throws IOException {
        append();
        try (var files = Files.list(folder.resolve("_pomai"))) {
            assertThat(files)
                    .extracting(file -> file.getFileName().toString())
                    .containsExactly("00000000000000000001.json");
        }
    }

    @Test
    void filesThatAreNoSnapshotsAreIgnored() throws IOException {
        Snapshot snapshot = append();
        Files.writeString(folder.resolve("_pomai/9.json"), "{}");
        Files.writeString(folder.resolve("_pomai/.00000000000000000002.json.x.tmp"), "{}");
        Files.createDirectories(folder.resolve("_pomai/00000000000000000007.json"));
        assertThat(index.latestExisting()).isEqualTo(snapshot);
    }

    @Test
    void aChangeThatIsThereAlreadyCommitsNothing() throws IOException {
        Snapshot snapshot = append();
        assertThat(index.commit(current -> Optional.empty())).isEqualTo(snapshot);
        assertThat(index.versions()).containsExactly(1L);
    }

    @Test
    void aChangeIsMadeAnewOnTheCommitThatCameFirst() throws IOException {
        append(Snapshots.segment(0));
        var calls = new AtomicInteger();
        Segment late = Snapshots.segment(2);
        Snapshot committed = index.commit(current -> {
            if (calls.getAndIncrement() == 0) {
                appendUnchecked(Snapshots.segment(1));
            }
            Snapshot base = current.orElseThrow();
            return Optional.of(base.append(base.parameters(), List.of(late), Optional.empty()));
        });
        assertThat(calls).hasValue(2);
        assertThat(committed.version()).isEqualTo(3);
        assertThat(committed.segments()).extracting(Segment::shard).containsExactly(0, 1, 2);
        assertThat(committed.segments()).extracting(Segment::sequence).containsExactly(1L, 2L, 3L);
    }

    private void appendUnchecked(Segment segment) {
        try {
            append(segment);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aFirstCommitOfAnotherWriterBetweenTwoListingsIsNoOtherContent() throws IOException {
        Snapshot snapshot = append();
        PomaiIndex late = PomaiIndex.at(
                new org.apache.hadoop.fs.Path("late:" + folder), HookedDisk.configuration("late", LateListing.class));
        assertThat(late.latest()).contains(snapshot);
    }

    /** The local disk, whose first listing of the snapshots is from before they were there. */
    static final class LateListing extends HookedDisk {
        private boolean listed;

        @Override
        public String getScheme() {
            return "late";
        }

        @Override
        protected void before(Operation operation, org.apache.hadoop.fs.Path path) throws IOException {
            if (operation == Operation.LIST && path.getName().equals("_pomai") && !listed) {
                listed = true;
                throw new FileNotFoundException(path.toString());
            }
        }
    }

    @Test
    void anErrorOfTheChangeLeavesTheIndexAsItWas() throws IOException {
        Snapshot snapshot = append();
        assertThatThrownBy(() -> index.commit(current -> {
                    throw new CommitConflictException("no");
                }))
                .isInstanceOf(CommitConflictException.class);
        assertThat(index.latestExisting()).isEqualTo(snapshot);
    }

    @Test
    void aPathThroughAFileIsRefusedBeforeAnythingIsWritten() throws IOException {
        Files.createFile(folder.resolve("file"));
        for (String below : List.of("file/index", "file/deep/index")) {
            var index = PomaiIndex.at(
                    new org.apache.hadoop.fs.Path(folder.resolve(below).toUri()), new Configuration());
            assertThatThrownBy(index::latest)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("Cannot open index " + index.path(), "option path", "the file file:");
        }
    }
}
