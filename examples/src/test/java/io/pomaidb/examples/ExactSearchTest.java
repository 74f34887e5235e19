package io.pomaidb.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExactSearchTest {

    @Test
    void keepsTheBestRowsOfEachQueryByTheMetric() {
        var queries = List.of(new float[] {1, 0}, new float[] {0, 2});

        for (var metric : List.of("l2", "ip", "cosine")) {
            var search = new ExactSearch(metric, 2, queries);
            search.add(7, new float[] {1, 0});
            search.add(8, new float[] {3, 3});
            search.add(9, new float[] {0, 1});

            assertThat(search.ids(0))
                    .as(metric)
                    .containsExactlyInAnyOrderElementsOf(metric.equals("l2") ? List.of(7L, 9L) : List.of(7L, 8L));
            assertThat(search.ids(1))
                    .as(metric)
                    .containsExactlyInAnyOrderElementsOf(metric.equals("l2") ? List.of(9L, 7L) : List.of(9L, 8L));
        }
    }

    @Test
    void scoresHigherForNearer() {
        assertThat(ExactSearch.score("l2", new float[] {1, 2}, new float[] {1, 4}))
                .isEqualTo(-4);
        assertThat(ExactSearch.score("ip", new float[] {1, 2}, new float[] {3, 4}))
                .isEqualTo(11);
        assertThat(ExactSearch.score("cosine", new float[] {2, 0}, new float[] {5, 0}))
                .isEqualTo(1);
        assertThat(ExactSearch.score("cosine", new float[] {0, 0}, new float[] {5, 0}))
                .isZero();
    }
}
