package io.pomaidb.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.DataException;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class VectorReaderTest {
    private final FloatBuffer target = FloatBuffer.allocate(9);
    private final VectorReader rows = VectorReader.ofRows("embedding", 3, IndexMetric.L2);

    @Test
    void copiesAVectorToItsPlace() {
        rows.read(1, VectorSource.of(1, 2, 3), target, 3);
        assertThat(target.array()).containsExactly(0, 0, 0, 1, 2, 3, 0, 0, 0);
    }

    @Test
    void scalesToLengthOneForCosine() {
        VectorReader reader = VectorReader.ofRows("embedding", 3, IndexMetric.COSINE);
        reader.read(1, VectorSource.of(2, 0, -2), target, 0);
        reader.read(2, VectorSource.of(0, 0, 0), target, 3);
        reader.read(3, VectorSource.of(3e38f, 3e38f, 0), target, 6);
        float half = (float) Math.sqrt(0.5);
        assertThat(target.array())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(half, 0, -half, 0, 0, 0, half, half, 0);
    }

    @Test
    void tellsWhatItDividedBy() {
        VectorReader reader = VectorReader.ofRows("embedding", 3, IndexMetric.COSINE);
        assertThat(reader.read(1, VectorSource.of(3, 0, -4), target, 0)).isEqualTo(5);
        assertThat(reader.read(2, VectorSource.of(0, 0, 0), target, 3)).isEqualTo(1);
        assertThat(rows.read(3, VectorSource.of(3, 0, -4), target, 3)).isEqualTo(1);
        assertThat(rows.read(4, VectorSource.of(new float[] {0, 1, 0}, () -> 7), target, 3))
                .isEqualTo(7);
        assertThat(reader.read(5, VectorSource.of(new float[] {0, 2, 0}, () -> 7), target, 3))
                .isEqualTo(14);
    }

    @Test
    void leavesWhatHasLengthOneButForRounding() {
        VectorReader reader = VectorReader.ofRows("embedding", 3, IndexMetric.COSINE);
        assertThat(reader.read(1, VectorSource.of(0.6f, 0, 0.8f), target, 0)).isEqualTo(1);
        assertThat(target.get(0)).isEqualTo(0.6f);
        assertThat(target.get(2)).isEqualTo(0.8f);
    }

    @Test
    void scalesVectorsWhoseSquaresWouldVanishInAFloat() {
        VectorReader reader = VectorReader.ofRows("embedding", 3, IndexMetric.COSINE);
        reader.read(1, VectorSource.of(1e-30f, 0, 0), target, 0);
        assertThat(target.get(0)).isCloseTo(1, within(1e-6f));
    }

    @Test
    void refusesAnotherDimension() {
        assertThatThrownBy(() -> rows.read(-7, VectorSource.of(1, 2), target, 0))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "Cannot write row -7: its vector in column embedding has 2 components (the index has dim 3)");
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertThatThrownBy(() -> rows.read(5, VectorSource.of(1, Float.NaN, 3), target, 0))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot write row 5: its vector in column embedding is NaN at component 1"
                        + " (accepted: finite numbers in a float's range)");
        assertThatThrownBy(() -> rows.read(5, VectorSource.of(1, 2, (float) -1e300), target, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is -Infinity at component 2");
    }

    @Test
    void refusesANullComponent() {
        VectorReader queries = VectorReader.ofQueries("query_vector", 3, IndexMetric.IP);
        assertThatThrownBy(() -> queries.read("first", new WithNull(), target, 0))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot search for query first: its vector in column query_vector is null at component 2"
                        + " (accepted: numbers only)");
    }

    private static final class WithNull implements VectorSource {
        @Override
        public int size() {
            return 3;
        }

        @Override
        public boolean isNullAt(int i) {
            return i == 2;
        }

        @Override
        public float component(int i) {
            return 1;
        }
    }

    @Test
    void aPartOfAnArray() {
        var components = new float[] {Float.NaN, 1, -2, Float.MAX_VALUE, Float.NEGATIVE_INFINITY};
        var part = VectorSource.of(components, 1, 3);
        var target = FloatBuffer.allocate(5);

        assertThat(part.copyTo(target, 2)).isTrue();
        assertThat(target.array()).containsExactly(0, 0, 1, -2, Float.MAX_VALUE);
        assertThat(part.size()).isEqualTo(3);
        assertThat(part.component(2)).isEqualTo(Float.MAX_VALUE);
        assertThatThrownBy(() -> part.component(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(VectorSource.of(components, 0, 2).copyTo(target, 0)).isFalse();
        assertThat(VectorSource.of(components, 2, 3).copyTo(target, 0)).isFalse();
        assertThatThrownBy(() -> VectorSource.of(components, 3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
