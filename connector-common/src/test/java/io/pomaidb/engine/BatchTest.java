package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** The off-heap batches by themselves. */
class BatchTest {

    @Test
    void rowsAreFilledThroughTheView() {
        try (var batch = new VectorBatch(3, 2)) {
            assertThat(batch.add(5)).isZero();
            var second = batch.add(-1);
            batch.vectors().put(second + 2, 7f);

            assertThat(second).isEqualTo(3);
            assertThat(batch.size()).isEqualTo(2);
            assertThat(batch.isFull()).isTrue();
            assertThat(batch.id(0)).isEqualTo(5);
            assertThat(batch.id(1)).isEqualTo(-1);
            assertThat(batch.vectors().get(5)).isEqualTo(7f);
        }
    }

    @Test
    void whatIsBeyondTheCapacityIsRefused() {
        try (var batch = new VectorBatch(2, 1)) {
            batch.add(1, new float[] {1, 2});

            assertThatThrownBy(() -> batch.add(2)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> batch.vectors().put(2, 0f)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> batch.id(1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(batch.size()).isEqualTo(1);
        }
    }

    @Test
    void aVectorOfAnotherDimAddsNoRow() {
        try (var batch = new VectorBatch(2, 4)) {
            assertThatThrownBy(() -> batch.add(9, new float[3]))
                    .isInstanceOf(DataException.class)
                    .hasMessage("Cannot add row 9 to a batch: its vector has 3 components (accepted: 2)");
            assertThat(batch.size()).isZero();
        }
    }

    @Test
    void aViewOutlivesItsBatch() {
        var batch = new VectorBatch(2, 1000);
        var view = batch.vectors();
        batch.close();

        for (var i = 0; i < view.capacity(); i++) {
            view.put(i, i);
        }
        assertThat(view.get(1999)).isEqualTo(1999f);
    }

    @Test
    void aClosedBatchOfVectorsRefusesEveryCall() {
        var batch = new VectorBatch(2, 1);
        batch.close();

        assertThatThrownBy(() -> batch.add(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::vectors).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::clear).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::close).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBatchThatNoBufferCanHoldIsRefused() {
        assertThatThrownBy(() -> new VectorBatch(65536, 65536))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("65536 vectors of dim 65536");
        assertThatThrownBy(() -> new VectorBatch(0, 1)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> new VectorBatch(1, 0)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void queriesAreCopiedFromAnyBuffer() {
        var buffer = FloatBuffer.wrap(new float[] {9, 1, 2, 3, 4, 9});
        buffer.position(1).limit(5);

        try (var batch = new QueryBatch(2, buffer)) {
            assertThat(batch.size()).isEqualTo(2);
            assertThat(batch.acquire().getFloatArray(0, 4)).containsExactly(1, 2, 3, 4);
            batch.release();
            assertThat(buffer.position()).isEqualTo(1);
        }
    }

    @Test
    void queriesThatAreNotWholeRowsAreRefused() {
        assertThatThrownBy(() -> new QueryBatch(2, new float[3])).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new QueryBatch(0, new float[0])).isInstanceOf(DataException.class);
    }

    @Test
    void queriesAreNotFreedUnderASearch() {
        var batch = new QueryBatch(1, new float[1]);
        batch.acquire();
        batch.acquire();
        batch.release();

        assertThatThrownBy(batch::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("searches are reading it");
        batch.release();
        batch.close();
        assertThatThrownBy(batch::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it is closed already");
    }
}
