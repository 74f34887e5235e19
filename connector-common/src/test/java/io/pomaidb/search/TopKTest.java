package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopKTest {
    private static TopK hits(Object... idsAndScores) {
        var ids = new long[idsAndScores.length / 2];
        var scores = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ((Number) idsAndScores[2 * i]).longValue();
            scores[i] = ((Number) idsAndScores[2 * i + 1]).floatValue();
        }
        return TopK.ofSorted(ids, scores);
    }

    @Test
    void keepsTheBestOfBothParts() {
        assertThat(TopK.merge(hits(1, 0.9, 2, 0.5), hits(3, 0.7, 4, 0.1), 3)).isEqualTo(hits(1, 0.9, 3, 0.7, 2, 0.5));
    }

    @Test
    void returnsWhatThereIsWhenThatIsLess() {
        assertThat(TopK.merge(hits(1, 0.9), TopK.EMPTY, Integer.MAX_VALUE)).isEqualTo(hits(1, 0.9));
        assertThat(TopK.merge(TopK.EMPTY, TopK.EMPTY, 5)).isEqualTo(TopK.EMPTY);
    }

    @Test
    void breaksTiesByIdWhateverTheOrderOfTheParts() {
        TopK left = hits(-4, 1, 9, 1);
        TopK right = hits(2, 1, 7, 1);
        assertThat(TopK.merge(left, right, 3)).isEqualTo(hits(-4, 1, 2, 1, 7, 1));
        assertThat(TopK.merge(right, left, 3)).isEqualTo(TopK.merge(left, right, 3));
    }
}
