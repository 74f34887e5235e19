package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A stream whose JVM is killed at random instants, and started again each time. */
class StreamKillIT extends SparkSpec {
    private static final int DIM = 4;
    private static final int KILLS = 2;
    private static final int BATCHES = 16;
    private static final long ROWS = 20;

    StreamKillIT() {
        super(Master.LOCAL);
    }

    @Test
    void everyBatchIsOneCommitWhateverWasKilled() throws Exception {
        for (int batch = 0; batch < BATCHES; batch++) {
            rows(batch * ROWS, (batch + 1) * ROWS, DIM)
                    .coalesce(1)
                    .write()
                    .mode("append")
                    .parquet(path("source"));
        }
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            long before = version();
            try (Jvm job = start()) {
                while (job.isAlive() && version() == before) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1000)));
                job.kill();
                assertThat(version())
                        .as("commits before the kill, seed %d\n%s", seed, job.errors())
                        .isGreaterThan(before);
            }
        }
        try (Jvm job = start()) {
            job.join();
        }

        // Where a kill leaves a file noted and its batch not, Spark reads it with the next one: fewer batches, no fewer
        // rows.
        Snapshot snapshot = snapshot(path("index"));
        assertThat(snapshot.version()).as("commits, seed %d", seed).isBetween((long) BATCHES - KILLS, (long) BATCHES);
        assertThat(snapshot.transactions()).hasSize(1).containsValue(snapshot.version() - 1);
        assertThat(snapshot.rows()).as("rows, seed %d", seed).isEqualTo(BATCHES * ROWS);
        assertThat(read(path("index"))).hasSize((int) (BATCHES * ROWS));
    }

    private Jvm start() throws IOException {
        return Jvm.startAsThis("1g", StreamJob.class, path("source"), path("index"), path("checkpoint"));
    }

    private long version() throws IOException {
        return index(path("index")).latest().map(Snapshot::version).orElse(0L);
    }
}
