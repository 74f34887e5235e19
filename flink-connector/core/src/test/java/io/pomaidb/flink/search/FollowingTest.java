package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FollowingTest {
    @TempDir
    private Path folder;

    private final List<Opened> opened = new ArrayList<>();

    /** What is opened of a snapshot here: its version. */
    private static final class Opened implements AutoCloseable {
        private final long version;
        private boolean closed;

        Opened(long version) {
            this.version = version;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private IndexAccess access() {
        return new IndexAccess(
                Map.of("path", folder.resolve("index").toUri().toString(), "cache_dir", folder.resolve("cache") + ""),
                HadoopSettings.ofMachine());
    }

    private void write(long id) throws IOException {
        new TestIndex(folder).write(WriteMode.APPEND, Map.of(id, new float[] {1, 2}));
    }

    private synchronized Opened open(long version) {
        opened.add(new Opened(version));
        return opened.get(opened.size() - 1);
    }

    private Following<Opened> following(Duration refresh, int retries) throws IOException {
        return new Following<>(access(), view -> open(view.snapshot().version()), "test-refresh", refresh, retries);
    }

    @Test
    void aCommitIsSeenWithoutARestart() throws Exception {
        write(1);
        try (var following = following(Duration.ofMillis(20), 0)) {
            assertThat(following.<Long>ask(now -> now.version)).isEqualTo(1);
            write(2);
            while (following.version() < 2) {
                Thread.onSpinWait();
            }
            assertThat(following.<Long>ask(now -> now.version)).isEqualTo(2);
            assertThat(opened.get(0).closed).isTrue();
        }
        assertThat(opened).allMatch(each -> each.closed);
    }

    @Test
    void whatFailsIsTriedAgainOnTheLatestVersion() throws Exception {
        write(1);
        try (var following = following(Duration.ZERO, 2)) {
            write(2);
            var failures = new int[1];
            long version = following.ask(now -> {
                if (failures[0]++ < 2) {
                    throw new IOException("as it was told");
                }
                return now.version;
            });
            assertThat(version).isEqualTo(2);
            assertThat(opened).hasSize(3);
            assertThatThrownBy(() -> following.ask(now -> {
                        throw new IOException("always");
                    }))
                    .hasMessage("always");
        }
        assertThat(opened).allMatch(each -> each.closed);
    }

    @Test
    void anErrorWhileACommitIsOpenedDoesNotEndTheLooking() throws Exception {
        write(1);
        var failed = new CountDownLatch(1);
        try (var following = new Following<>(
                access(),
                view -> {
                    if (view.snapshot().version() == 2 && failed.getCount() > 0) {
                        failed.countDown();
                        throw new LinkageError("as it was told");
                    }
                    return open(view.snapshot().version());
                },
                "test-refresh",
                Duration.ofMillis(20),
                0)) {
            write(2);
            failed.await();
            until(() -> following.version() == 2);
            assertThat(following.<Long>ask(now -> now.version)).isEqualTo(2);
        }
    }

    /** Else it would go on with classes of a job that has ended. */
    @Test
    void closingWaitsForWhatIsBeingOpened() throws Exception {
        write(1);
        var opening = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var following = new Following<>(
                access(),
                view -> {
                    if (view.snapshot().version() == 2) {
                        opening.countDown();
                        awaitUninterruptibly(goOn);
                    }
                    return open(view.snapshot().version());
                },
                "test-refresh",
                Duration.ofMillis(20),
                0);
        write(2);
        opening.await();
        var closer = new Thread(following::close);
        closer.start();
        until(() -> closer.getState() == Thread.State.TIMED_WAITING || !closer.isAlive());
        assertThat(closer.isAlive()).as("waits").isTrue();
        goOn.countDown();
        closer.join();
        assertThat(opened).hasSize(2).allMatch(each -> each.closed);
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the end of the time to wait").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // Native work cannot be interrupted either.
            }
        }
    }

    @Test
    void anIndexThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> following(Duration.ZERO, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there is none");
    }
}
