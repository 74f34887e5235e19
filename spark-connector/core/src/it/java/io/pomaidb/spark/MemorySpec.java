package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.Test;

/** A build that needs more native memory than there is for its task. */
abstract class MemorySpec extends SparkSpec {
    private static final int DIM = 512;
    private static final int ROWS = 24_000;
    private static final long MEBI = 1 << 20;

    /** Of native memory, by the rule that docs/spark.md gives. */
    private static final long NEEDED = ROWS * (6L * DIM + 12 * 32 + 64);

    private final long mostMib;

    /**
     * A specification of a master.
     *
     * @param mostMib of native memory that a task may hold there
     */
    MemorySpec(Master master, long mostMib) {
        super(master);
        this.mostMib = mostMib;
    }

    @Test
    void rowsAreFrozenInPartsInsteadOfTakingMoreMemory() throws Exception {
        var held = new AtomicLong();
        var listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                var all = end.taskInfo().accumulables().iterator();
                while (all.hasNext()) {
                    AccumulableInfo info = all.next();
                    if (info.name().contains("pomaidb native memory bytes, tasks together")) {
                        held.addAndGet(Long.parseLong(info.update().get().toString()));
                    }
                }
            }
        };
        spark.sparkContext().addSparkListener(listener);
        try {
            writer(spark.range(ROWS)
                            .selectExpr(
                                    "id", "transform(sequence(1, " + DIM + "), i -> float(id * i % 97)) AS embedding"))
                    .option("shards", 1)
                    .option("adaptive_threshold", 1_000_000)
                    .save(path("index"));
            eventually(() -> held.get() > 0);
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }

        assertThat(NEEDED).isGreaterThan((mostMib + 16) * MEBI);
        // What is wanted is counted before it is found to be too much.
        assertThat(held.get()).isBetween(1L, (mostMib + 16) * MEBI);
        assertThat(snapshot(path("index")).segments()).hasSize(1).allSatisfy(segment -> {
            assertThat(segment.rows()).isEqualTo(ROWS);
            assertThat(segment.engineFiles())
                    .filteredOn(file -> file.name().endsWith(".seg"))
                    .hasSizeGreaterThan(1);
        });
        assertThat(reader().load(path("index"))
                        .selectExpr("sum(id)", "sum(embedding[1])")
                        .first()
                        .toString())
                .isEqualTo(spark.range(ROWS)
                        .selectExpr("sum(id)", "sum(float(id * 2 % 97))")
                        .first()
                        .toString());
    }
}
