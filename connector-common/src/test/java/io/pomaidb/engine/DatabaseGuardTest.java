package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Misuse of a handle is an exception, never a crash. */
class DatabaseGuardTest {

    private static final DatabaseOptions OPTIONS = DatabaseOptions.builder(2).build();

    private static final Map<String, Consumer<PomaiDatabase>> CALLS = Map.of(
            "putBatch", database -> Rows.put(database, 1, 1, 0),
            "freeze", PomaiDatabase::freeze,
            "searchBatch", database -> Rows.search(database, 1, 1, 0),
            "scan", PomaiDatabase::scan,
            "get", database -> database.get(1),
            "exists", database -> database.exists(1),
            "delete", database -> database.delete(1),
            "close", PomaiDatabase::close);

    @TempDir
    Path directory;

    @Test
    void everyCallOnAClosedDatabaseIsRefused() {
        var database = PomaiDatabase.open(directory, OPTIONS);
        database.close();

        CALLS.forEach((name, call) -> assertThatThrownBy(() -> call.accept(database))
                .as(name)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot " + name + " " + directory + ": the database is closed"));
    }

    @Test
    void everyCallWhileAnotherThreadIsInOneIsRefusedAndDoesNoHarm() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var executor = Executors.newSingleThreadExecutor();
        try (var database = PomaiDatabase.open(directory, OPTIONS)) {
            var search = executor.submit(() -> database.use("searchBatch", handle -> {
                entered.countDown();
                return await(release);
            }));
            entered.await();

            CALLS.forEach((name, call) -> assertThatThrownBy(() -> call.accept(database))
                    .as(name)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "Cannot " + name + " " + directory + ": another thread is in searchBatch on this handle"));

            release.countDown();
            assertThat(search.get()).isTrue();
            Rows.put(database, 1, 1, 0);
            assertThat(database.exists(1)).isTrue();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void aFailedCallLeavesTheDatabaseUsable() {
        try (var database = PomaiDatabase.open(directory, OPTIONS)) {
            assertThatThrownBy(() -> database.use("searchBatch", handle -> {
                        throw new IllegalArgumentException("inside");
                    }))
                    .hasMessage("inside");

            assertThat(database.exists(1)).isFalse();
        }
    }

    @Test
    void closingTheDatabaseEndsItsScans() {
        var database = PomaiDatabase.open(directory, OPTIONS);
        Rows.put(database, 1, 1, 0);
        var scan = database.scan();
        assertThat(scan.next()).isTrue();

        database.close();

        assertThatThrownBy(scan::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the database is closed");
        assertThatThrownBy(scan::id).isInstanceOf(IllegalStateException.class);
        scan.close();
    }

    @Test
    void aScanIsClosedOnceAndNotReadAfter() {
        try (var database = PomaiDatabase.open(directory, OPTIONS)) {
            var scan = database.scan();
            scan.close();

            assertThatThrownBy(scan::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the scan is closed");
            assertThatThrownBy(scan::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the scan is closed");
        }
    }

    @Test
    void aClosedBatchIsRefused() {
        try (var database = PomaiDatabase.open(directory, OPTIONS)) {
            var rows = new VectorBatch(2, 1);
            rows.close();
            var queries = new QueryBatch(2, new float[2]);
            queries.close();

            assertThatThrownBy(() -> database.putBatch(rows))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Cannot use a batch of vectors: it is closed");
            assertThatThrownBy(() -> database.searchBatch(queries, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Cannot use a batch of queries: it is closed");
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
