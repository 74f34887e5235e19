package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.OldFiles;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class OrphanCleaningIT {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final long ID = -7;

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    @Test
    void whatAFailedAttemptLeftGoesWhenItIsOldAndNothingElse() throws Exception {
        var index = new TestIndex(folder);
        var row = Map.of(ID, TestRow.vector(ID));
        index.write(WriteMode.CREATE, row, "shards", "2", "metric", "l2");
        List<WrittenSegment> lost = index.writeTask(index.plan(WriteMode.APPEND), row);
        IndexWrite running = index.plan(WriteMode.APPEND);
        List<WrittenSegment> written = index.writeTask(running, Map.of(ID - 1, TestRow.vector(ID - 1)));
        Path left = index.path().resolve(lost.get(0).segment().directory());
        Path young = index.path().resolve(written.get(0).segment().directory());
        OldFiles.age(index.path(), Duration.ofHours(2));
        OldFiles.age(young, Duration.ZERO);

        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.enableCheckpointing(100);
        TestRow.stream(environment, Long.MAX_VALUE / 2, 500)
                .sinkTo(TestRow.sink(index.path().toUri().toString(), 2)
                        .scratchDirectory(index.scratch().toString())
                        .orphanAge(Duration.ofHours(1))
                        .build());
        JobClient job = environment.executeAsync();
        try {
            Awaiting.until("cleaned", DEADLINE, () -> Files.notExists(left));
        } finally {
            job.cancel().get();
        }

        assertThat(young).exists();
        index.commit(running, written);
        assertThat(index.rows()).containsKeys(ID, ID - 1, 0L);
    }
}
