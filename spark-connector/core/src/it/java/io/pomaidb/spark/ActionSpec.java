package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.SnapshotInfo;
import io.pomaidb.index.VacuumOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Maintenance that runs as jobs: rows stay as they are. */
abstract class ActionSpec extends SparkSpec {
    private static final int DIM = 4;

    private String path;

    ActionSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void anIndexOfManySegments() {
        spark.conf().set("fs.flaky.impl", FlakyFileSystem.class.getName());
        path = path("index");
        for (long from = 0; from < 60; from += 20) {
            writer(rows(from, from + 40, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word"))
                    .option("shards", 2)
                    .mode("append")
                    .save(path);
        }
    }

    private PomaiIndexActions actions() {
        return actions(path);
    }

    private PomaiIndexActions actions(String of) {
        return PomaiIndexActions.on(spark, of).option("cache_dir", cache());
    }

    @Test
    @Tag("every-version")
    void aCompactionRewritesSegments() throws IOException {
        var before = read(path);
        assertThat(actions().compact(CompactionPolicy.FULL).segments()).hasSize(2);

        assertThat(read(path)).isEqualTo(before).hasSize(80);
        assertThat(snapshot(path).rows()).isEqualTo(80);
        assertThat(reader().load(path).where("word = concat('word ', id)").count())
                .isEqualTo(80);
        assertThat(actions().compact(CompactionPolicy.FULL).version()).isEqualTo(4);
    }

    @Test
    void rowsMoveToOtherShards() throws IOException {
        var before = read(path);
        assertThat(actions().compactToShards(5).shards()).isEqualTo(5);
        assertThat(read(path)).isEqualTo(before);

        assertThat(actions().compactToClusters(3).parameters().routing().isByCluster())
                .isTrue();
        assertThat(read(path)).isEqualTo(before);
    }

    @Test
    void aCompactionWhoseTasksFailLeavesTheIndexAsItWas() throws IOException {
        var before = read(path);
        var files = files(path);
        assertThatThrownBy(() -> actions(FlakyFileSystem.ALWAYS + path).compact(CompactionPolicy.FULL))
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("The disk failed under");
        eventually(() -> files(path).equals(files));
        assertThat(files(path)).isEqualTo(files);

        actions(FlakyFileSystem.ONCE + path).compact(CompactionPolicy.FULL);
        assertThat(read(path)).isEqualTo(before);
        assertThat(snapshot(path).segments()).hasSize(2);
    }

    @Test
    void versionsAreListedTaggedExpiredAndGoneBackTo() {
        assertThat(actions().snapshots()).extracting(SnapshotInfo::version).containsExactly(1L, 2L, 3L);
        actions().tag("first", 1);
        assertThat(actions().rollback(2).rows()).isEqualTo(80);
        actions().untag("first");
        assertThat(actions()
                        .vacuum(new VacuumOptions(Duration.ZERO, 1, Duration.ZERO, false))
                        .expired())
                .contains(1L, 3L);
        assertThat(read(path)).hasSize(60);
        assertThatThrownBy(() -> actions().rollback(1)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void damageIsFound() throws IOException {
        assertThat(actions().verify().findings()).isEmpty();
        assertThat(actions().verify().rows()).isEqualTo(120);
        Path damaged;
        try (Stream<Path> all = Files.walk(Path.of(path, "data"))) {
            damaged = all.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);

        assertThat(actions().verify().findings()).isNotEmpty();
    }
}
