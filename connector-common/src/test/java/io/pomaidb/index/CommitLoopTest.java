package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits over a file system that fails at the worst moments. */
class CommitLoopTest {
    @TempDir
    Path folder;

    private PomaiIndex index;
    private SnapshotFiles files;
    private CommitStore store;

    @BeforeEach
    void open() throws IOException {
        var configuration = new Configuration();
        index = PomaiIndex.at(new org.apache.hadoop.fs.Path(folder.toUri()), configuration);
        files = new SnapshotFiles(index.fileSystem(), index.path());
        store = CommitStores.of(index.fileSystem(), index.path(), configuration);
    }

    private Snapshot commit(CommitStore through) throws IOException {
        return new CommitLoop(index, files, through)
                .commit(current -> Optional.of(current.map(snapshot ->
                                snapshot.append(snapshot.parameters(), List.of(Snapshots.segment(0)), Optional.empty()))
                        .orElseGet(() -> Snapshot.first(
                                Snapshots.parameters(), List.of(Snapshots.segment(0)), Optional.empty()))));
    }

    @Test
    void anAnswerThatWasLostAfterTheFileWasCreatedIsASuccess() throws IOException {
        Snapshot committed = commit((file, content) -> {
            store.putIfAbsent(file, content);
            throw new IOException("connection reset");
        });
        assertThat(index.latestExisting()).isEqualTo(committed);
        assertThat(committed.version()).isEqualTo(1);
    }

    @Test
    void aClientThatMeetsItsOwnFirstTryHasSucceeded() throws IOException {
        Snapshot committed = commit((file, content) -> {
            store.putIfAbsent(file, content);
            throw new FileAlreadyExistsException(file.toString());
        });
        assertThat(index.versions()).containsExactly(committed.version());
    }

    @Test
    void aConditionThatFailedWithAnyExceptionIsALostRace() throws IOException {
        commit(store);
        var failures = new int[1];
        Snapshot committed = commit((file, content) -> {
            if (failures[0]++ == 0) {
                commit(store);
                throw new IOException("412 Precondition Failed");
            }
            store.putIfAbsent(file, content);
        });
        assertThat(committed.version()).isEqualTo(3);
        assertThat(index.latestExisting().segments()).hasSize(3);
    }

    @Test
    void aFailureThatMayStillLeadToTheFileLeavesTheStateOpen() throws IOException {
        assertThatThrownBy(() -> commit((file, content) -> {
                    throw new IOException("timed out");
                }))
                .isInstanceOf(CommitStateUnknownException.class)
                .hasMessageContaining("Cannot tell whether version 1 of index " + index.path() + " was committed")
                .hasMessageContaining("timed out");
        assertThat(index.latest()).isEmpty();
    }

    @Test
    void aNameThatIsTakenForeverEndsInAConflict() {
        assertThatThrownBy(() -> new CommitLoop(
                                index,
                                files,
                                (file, content) -> {
                                    throw new FileAlreadyExistsException(file.toString());
                                },
                                3)
                        .commit(current ->
                                Optional.of(Snapshot.first(Snapshots.parameters(), List.of(), Optional.empty()))))
                .isInstanceOf(CommitConflictException.class)
                .hasMessageContaining("3 other commits came first");
    }

    @Test
    void anInterruptEndsTheWaitForOtherCommits() {
        try {
            assertThatThrownBy(() -> commit((file, content) -> {
                        Thread.currentThread().interrupt();
                        throw new FileAlreadyExistsException(file.toString());
                    }))
                    .isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
