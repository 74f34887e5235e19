package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What the log is told of a step while it goes on. */
class LongStepTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void aLongStepIsToldOfAgainAndAgainUntilItEnds() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var step = LongStep.begin("A step", 1);
        try (step) {
            while (step.lines() < 3 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            assertThat(step.lines()).isGreaterThanOrEqualTo(3);
        }
        var brief = LongStep.begin("Another step");
        brief.close();
        assertThat(brief.lines()).isZero();
    }
}
