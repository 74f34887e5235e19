package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.HookedDisk;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryNumberingTest {
    @TempDir
    private Path folder;

    /** The local disk, {@code away:///path}, which does not answer while it is away. */
    public static final class AwayDisk extends HookedDisk {
        private static volatile boolean away;

        @Override
        public String getScheme() {
            return "away";
        }

        @Override
        protected void before(Operation operation, org.apache.hadoop.fs.Path path) throws IOException {
            if (away) {
                throw new IOException("A test wants " + path + " to be away");
            }
        }
    }

    @AfterEach
    void comeBack() {
        AwayDisk.away = false;
    }

    private QueryNumbering<String> numbering(Duration refresh) {
        var access = new IndexAccess(
                Map.of("path", "away://" + folder.resolve("index")),
                HadoopSettings.with(Map.of("fs.away.impl", AwayDisk.class.getName())));
        return new QueryNumbering<>(access, refresh, HitKind.IDS);
    }

    private void write(long id) throws IOException {
        new TestIndex(folder).write(WriteMode.APPEND, Map.of(id, new float[] {1, 2}));
    }

    @Test
    void queriesGetNumbersAndTheLatestVersion() throws IOException {
        write(1);
        QueryNumbering<String> numbering = numbering(Duration.ofNanos(1));
        numbering.open(null);

        var first = numbering.map("a");
        write(2);
        var second = numbering.map("b");

        assertThat(first.f1).isEqualTo(1);
        assertThat(second.f1).isEqualTo(2);
        assertThat(second.f0.f0).isEqualTo(first.f0.f0);
        assertThat(second.f0.f1).isEqualTo(first.f0.f1 + 1);
        assertThat(second.f2).isEqualTo("b");
    }

    @Test
    void aFileSystemThatDoesNotAnswerLaterLeavesTheVersionThatIsKnown() throws IOException {
        write(1);
        QueryNumbering<String> numbering = numbering(Duration.ofNanos(1));
        numbering.open(null);

        AwayDisk.away = true;
        assertThat(numbering.map("a").f1).isEqualTo(1);
        AwayDisk.away = false;
        write(2);
        assertThat(numbering.map("b").f1).isEqualTo(2);
    }

    @Test
    void withoutRefreshTheVersionStays() throws IOException {
        write(1);
        QueryNumbering<String> numbering = numbering(Duration.ZERO);
        numbering.open(null);
        write(2);

        assertThat(numbering.map("a").f1).isEqualTo(1);
    }

    @Test
    void aFileSystemThatDoesNotAnswerAtFirstIsAnError() throws IOException {
        write(1);
        AwayDisk.away = true;

        assertThatThrownBy(() -> numbering(Duration.ZERO).open(null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("to be away");
    }
}
