package io.pomaidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that change an index. */
class MaintenanceTest {
    private static final int WRITES = 5;

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void write() throws IOException {
        index = new TestIndex(folder);
        for (int i = 0; i < WRITES; i++) {
            index.write(WriteMode.APPEND, Vectors.rows(new Random(i), 20L * i, 20L * i + 30, 4), "shards", "2");
        }
        index.index().delete(3, 4);
    }

    private JsonNode done(Object... arguments) throws IOException {
        Run run = Run.of(arguments);
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        return run.json();
    }

    private Object[] compact(Object... more) {
        var arguments = new Object[more.length + 5];
        arguments[0] = "compact";
        arguments[1] = "--json";
        arguments[2] = "--cache";
        arguments[3] = folder.resolve("cache");
        System.arraycopy(more, 0, arguments, 4, more.length);
        arguments[arguments.length - 1] = index.path();
        return arguments;
    }

    private void requireSound() throws IOException {
        assertThat(done("verify", "--json", index.path()).get("findings")).isEmpty();
    }

    @Test
    void compactionLeavesTheRowsAndFewerSegments() throws IOException {
        var before = index.rows();
        assertThat(before).hasSize(108);
        requireSound();
        JsonNode compacted = done(compact("--full"));
        assertThat(compacted.get("version").asLong()).isEqualTo(WRITES + 2);
        assertThat(compacted.get("segments").asInt()).isEqualTo(2);
        assertThat(compacted.get("rows").asLong()).isEqualTo(108);
        assertThat(index.rows().keySet()).isEqualTo(before.keySet());
        requireSound();
        assertThat(done(compact()).get("version").asLong())
                .as("nothing is left to do")
                .isEqualTo(WRITES + 2);
    }

    @Test
    void rowsMoveToOtherShards() throws IOException {
        assertThat(done(compact("--shards", 5)).get("rows").asLong()).isEqualTo(108);
        assertThat(done("info", "--json", index.path()).get("shards").asInt()).isEqualTo(5);
        requireSound();
        done(compact("--shards", 3, "--shard-by", "cluster"));
        JsonNode info = done("info", "--json", index.path());
        assertThat(info.get("shard_by").asText()).isEqualTo("cluster");
        assertThat(index.rows()).hasSize(108);
        requireSound();
        assertThat(Run.of(compact("--shards", 0)).code()).isEqualTo(2);
    }

    @Test
    void rollbackBringsAnEarlierVersionBack() throws IOException {
        JsonNode back = done("rollback", "--json", "--to", 1, index.path());
        assertThat(back.get("version").asLong()).isEqualTo(WRITES + 2);
        assertThat(back.get("operation").asText()).isEqualTo("rollback");
        assertThat(index.rows()).hasSize(30);
        Run none = Run.of("rollback", "--to", 99, index.path());
        assertThat(none.code()).isEqualTo(2);
        requireSound();
    }

    @Test
    void vacuumShowsWhatItWouldDeleteAndThenDeletesIt() throws IOException {
        done(compact("--full"));
        Object[] arguments = {"vacuum", "--json", "--retention", "0s", "--grace", "0s", "--dry-run", index.path()};
        JsonNode dry = done(arguments);
        assertThat(dry.get("dry_run").asBoolean()).isTrue();
        assertThat(dry.get("expired")).hasSize(WRITES + 1);
        assertThat(dry.get("files").size()).isGreaterThan(WRITES);
        assertThat(done("snapshots", "--json", index.path()).get("snapshots")).hasSize(WRITES + 2);

        arguments[6] = "--keep=1";
        JsonNode deleted = done(arguments);
        assertThat(deleted.get("expired")).hasSize(WRITES + 1);
        assertThat(done("snapshots", "--json", index.path()).get("snapshots").size())
                .isLessThan(WRITES);
        assertThat(index.rows()).hasSize(108);
        requireSound();
        assertThat(Run.of("vacuum", "--retention", "soon", index.path()).err())
                .contains("option --retention: 'soon' (accepted: a time as in 7d");
    }

    @Test
    void timesAreReadInTheirUnits() {
        assertThat(VacuumCommand.duration("x", "7d")).isEqualTo(Duration.ofDays(7));
        assertThat(VacuumCommand.duration("x", "12h")).isEqualTo(Duration.ofHours(12));
        assertThat(VacuumCommand.duration("x", "90s")).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void versionsAreFoundByTimeAndTag() throws IOException {
        index.index().tag("before", 2);
        assertThat(done("info", "--json", "--tag", "before", index.path())
                        .get("version")
                        .asLong())
                .isEqualTo(2);
        assertThat(done("info", "--json", "--as-of", "2100-01-01T00:00:00Z", index.path())
                        .get("version")
                        .asLong())
                .isEqualTo(WRITES + 2);
        assertThat(done("snapshots", "--json", index.path())
                        .get("snapshots")
                        .get(1)
                        .get("tags")
                        .get(0)
                        .asText())
                .isEqualTo("before");
        assertThat(Run.of("info", "--tag", "a", "--snapshot", 1, index.path()).code())
                .isEqualTo(2);
        assertThat(Run.of("info", "--as-of", "1990-01-01T00:00:00Z", index.path())
                        .code())
                .isEqualTo(2);
    }
}
