package io.pomaidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.HookedDisk;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.CommitStateUnknownException;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exit codes of commits that others forestall, and of those that get no answer. */
class ExitCodesTest {
    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void write() throws IOException {
        index = new TestIndex(folder);
        for (int i = 0; i < 4; i++) {
            Map<Long, float[]> rows = Vectors.rows(new Random(i), 20L * i, 20L * i + 30, 4);
            index.write(WriteMode.APPEND, rows, "shards", "1");
        }
    }

    private Run run(TroubledFileSystem.Trouble trouble, String command, Object... arguments) {
        TroubledFileSystem.next = trouble;
        var all = new Object[arguments.length + 5];
        all[0] = command;
        all[1] = "--json";
        all[2] = "-D";
        all[3] = "fs.troubled.impl=" + TroubledFileSystem.class.getName();
        System.arraycopy(arguments, 0, all, 4, arguments.length);
        all[all.length - 1] = "troubled:" + index.path();
        return Run.of(all);
    }

    private static void assertError(Run run, int code, String status) throws IOException {
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        assertThat(run.json().get("error").get("status").asText()).isEqualTo(status);
        assertThat(run.err()).startsWith("Cannot ").hasLineCount(1);
    }

    @Test
    void aCommitThatAnotherForestalledIsAConflict() throws IOException {
        TroubledFileSystem.Trouble overwrite = file -> {
            if (file.toString().contains("/data/shard=")) {
                TroubledFileSystem.next = null;
                index.write(WriteMode.OVERWRITE, Vectors.row(1, 1, 2, 3, 4), "shards", "1");
            }
        };
        Run run = run(overwrite, "compact", "--full", "--cache", folder.resolve("cache"), "--scratch", index.scratch());
        assertError(run, 3, "conflict");
        assertThat(index.rows()).containsOnlyKeys(1L);
    }

    @Test
    void aCommitWithoutAnAnswerLeavesTheStateUnknown() {
        var unknown = new CommitStateUnknownException("Cannot tell", new IOException("timed out"));
        assertThat(ExitStatus.of(unknown).code()).isEqualTo(5);
    }

    @Test
    void aDiskThatFailsIsAFailure() throws IOException {
        TroubledFileSystem.Trouble full = file -> {
            if (file.toString().contains("/data/shard=")) {
                throw new IOException("No space left on device");
            }
        };
        Run run = run(full, "compact", "--full", "--cache", folder.resolve("cache"), "--scratch", index.scratch());
        assertThat(run.code()).as(run.err()).isEqualTo(4);
        assertThat(run.json().get("error").get("message").asText()).contains("No space left on device");
        TroubledFileSystem.next = null;
        assertThat(index.rows()).hasSize(90);
    }

    /** The local disk under the scheme {@code troubled}: something may happen before a file is created. */
    public static final class TroubledFileSystem extends HookedDisk {
        private static volatile Trouble next;

        interface Trouble {
            void before(org.apache.hadoop.fs.Path file) throws IOException;
        }

        @Override
        public String getScheme() {
            return "troubled";
        }

        @Override
        protected void before(Operation operation, org.apache.hadoop.fs.Path file) throws IOException {
            Trouble trouble = next;
            if (operation == Operation.CREATE && trouble != null) {
                trouble.before(file);
            }
        }
    }
}
