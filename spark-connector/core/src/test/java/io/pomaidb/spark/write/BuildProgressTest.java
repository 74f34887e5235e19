package io.pomaidb.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a long task says how far it is. */
class BuildProgressTest {
    @Test
    void itIsToldNowAndThenAndNotWithEachRow() {
        var always = new BuildProgress("index", 3, 0);
        var later = new BuildProgress("index", 3, 3_600);
        for (long row = 1; row <= 10_000; row++) {
            always.rows(row);
            later.rows(row);
        }
        assertThat(always.lines()).isEqualTo(2);
        assertThat(later.lines()).isZero();
    }
}
