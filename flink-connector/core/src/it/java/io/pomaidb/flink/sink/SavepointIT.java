package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.flink.fixture.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class SavepointIT {
    private static final long ROWS = Changes.countFor(30_000, 2);

    /** So slow that a job does not end before it is stopped, also on a busy machine. */
    private static final double SLOW = 1_500;

    private static final double FAST = 1e9;
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    private TestIndex index;

    @BeforeEach
    void nameIndex() {
        index = new TestIndex(folder);
    }

    /** Starts the job, from a savepoint if it is not null. */
    private JobClient start(int parallelism, String savepoint, double rowsPerSecond) throws Exception {
        var configuration = new Configuration();
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(parallelism);
        environment.enableCheckpointing(100);
        Changes.stream(environment, ROWS, rowsPerSecond)
                .uid("rows")
                .sinkTo(TestRow.sink(index.path().toUri().toString(), 4).build())
                .uid("index");
        return environment.executeAsync();
    }

    private long committedRows() throws Exception {
        return index.index().latest().map(snapshot -> snapshot.rows()).orElse(0L);
    }

    private String stopWhenCommitted(JobClient job, long rows) throws Exception {
        Awaiting.until("committed " + rows + " rows", DEADLINE, () -> committedRows() >= rows);
        return job.stopWithSavepoint(
                        false, folder.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
                .get(1, TimeUnit.MINUTES);
    }

    private static void finish(JobClient job) throws Exception {
        job.getJobExecutionResult().get(2, TimeUnit.MINUTES);
    }

    @Test
    void aJobIsRescaledFromTwoToFourToTwo() throws Exception {
        String atTwo = stopWhenCommitted(start(2, null, SLOW), 1_000);
        String atFour = stopWhenCommitted(start(4, atTwo, SLOW), committedRows() + 1_000);
        finish(start(2, atFour, FAST));

        Accounts.everyChangeOnce(index, ROWS);
        assertThat(index.index().latestExisting().transactions()).hasSize(3);
    }

    @Test
    void anOlderSavepointAndAStartWithoutStateLeaveEveryRowOnce() throws Exception {
        String older = stopWhenCommitted(start(2, null, SLOW), 500);
        stopWhenCommitted(start(2, older, SLOW), committedRows() + 1_500);
        finish(start(2, older, FAST));

        Accounts.everyChange(index, ROWS);

        String anew = stopWhenCommitted(start(2, null, SLOW), committedRows() + 1_000);
        finish(start(2, anew, FAST));

        Accounts.everyChange(index, ROWS);
    }
}
