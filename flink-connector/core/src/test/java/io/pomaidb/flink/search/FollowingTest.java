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
    void anIndexThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> following(Duration.ZERO, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there is none");
    }
}
