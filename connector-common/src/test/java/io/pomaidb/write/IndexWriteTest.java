package io.pomaidb.write;

import static io.pomaidb.fixture.Vectors.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.Transaction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexWriteTest {
    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    @Test
    void theFirstWriteMakesTheIndex() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(1), -50, 50, 4);
        Snapshot snapshot = index.write(WriteMode.CREATE, rows, "shards", "3", "metric", "l2", "hnsw_m", "16");

        assertThat(snapshot.version()).isEqualTo(1);
        assertThat(snapshot.metric()).isEqualTo(IndexMetric.L2);
        assertThat(snapshot.dim()).isEqualTo(4);
        assertThat(snapshot.shards()).isEqualTo(3);
        assertThat(snapshot.parameters().engine().hnswM()).isEqualTo(16);
        assertThat(snapshot.rows()).isEqualTo(100);
        assertThat(snapshot.segments()).extracting(segment -> segment.shard()).containsExactly(0, 1, 2);
        assertRows(rows);
    }

    private void assertRows(Map<Long, float[]> expected) throws IOException {
        Map<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        rows.forEach((id, vector) -> assertThat(vector).as("row %d", id).isEqualTo(expected.get(id)));
    }

    @Test
    void anAppendAddsRowsAndReplacesThoseOfTheSameId() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(1), 0, 60, 4);
        Map<Long, float[]> newer = Vectors.rows(new Random(2), 40, 100, 4);
        index.write(WriteMode.APPEND, rows, "shards", "2");
        index.write(WriteMode.APPEND, newer);
        rows.putAll(newer);
        assertRows(rows);
    }

    @Test
    void anOverwriteReplacesRowsAndParameters() throws IOException {
        Snapshot first = index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 20, 4), "shards", "2");
        Map<Long, float[]> rows = Vectors.rows(new Random(2), 5, 10, 7);
        Snapshot second = index.write(WriteMode.OVERWRITE, rows, "shards", "5", "metric", "l2");
        assertThat(second.indexId()).isEqualTo(first.indexId());
        assertThat(second.shards()).isEqualTo(5);
        assertThat(second.dim()).isEqualTo(7);
        assertThat(second.metric()).isEqualTo(IndexMetric.L2);
        assertRows(rows);
    }

    @Test
    void creatingWhatExistsIsRefused() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        assertThatThrownBy(() -> index.plan(WriteMode.CREATE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there is one already");
    }

    @ParameterizedTest
    @CsvSource({"metric, l2, ip", "shards, 8, 4", "dim, 3, 2", "id_column, key, id", "vector_column, v, embedding"})
    void anAppendWithAnotherParameterIsRefused(String option, String asked, String has) throws IOException {
        Snapshot before = index.write(WriteMode.CREATE, row(1, 1, 2));
        assertThatThrownBy(() -> index.plan(WriteMode.APPEND, option, asked))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("option " + option + " is " + asked + " and the index has " + has);
        assertThat(index.index().latestExisting()).isEqualTo(before);
    }

    @Test
    void anAppendThatRepeatsTheParametersIsAccepted() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        index.write(WriteMode.APPEND, row(2, 1, 2), "metric", "ip", "shards", "4", "dim", "2", "id_column", "id");
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void longIdsDoNotEnterAnIndexOfInts() throws IOException {
        IndexWrite write = IndexWrite.plan(index.index(), index.options(), WriteMode.CREATE, IdType.INT);
        index.commit(write, index.writeTask(write, row(1, 1, 2)));
        assertThatThrownBy(() -> index.plan(WriteMode.APPEND))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("column id is of type long and the index's ids are of type int");
    }

    @Test
    void aWriteOfNoRowsMakesAnIndexWhoseDimTheFirstRowTells() throws IOException {
        assertThat(index.write(WriteMode.CREATE, Map.of()).dim()).isZero();
        assertThat(index.search(3, new float[] {1, 2, 3}).get(0).size()).isZero();
        assertThat(index.write(WriteMode.APPEND, row(1, 1, 2, 3)).dim()).isEqualTo(3);
        assertThatThrownBy(() -> index.write(WriteMode.APPEND, row(9, 1, 2)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot write row 9: its vector in column embedding has 2 components");
    }

    @Test
    void anAppendOfNoRowsCommitsNothing() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        assertThat(index.write(WriteMode.APPEND, Map.of()).version()).isEqualTo(1);
    }

    @Test
    void tasksThatSawVectorsOfDifferentDimensionsAreRefused() throws IOException {
        IndexWrite write = index.plan(WriteMode.CREATE);
        var written = new ArrayList<>(index.writeTask(write, row(1, 1, 2)));
        written.addAll(index.writeTask(write, row(2, 1, 2, 3)));
        assertThatThrownBy(() -> index.commit(write, written))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the vector of row 1 has 2 components and that of row 2 has 3");
        assertThat(index.index().latest()).isEmpty();
    }

    @Test
    void aTransactionIsCommittedOnce() throws IOException {
        IndexWrite write = index.plan(WriteMode.APPEND);
        List<WrittenSegment> written = index.writeTask(write, row(1, 1, 2));
        var epoch = Optional.of(new Transaction("query", 5));
        Snapshot first = write.commit(index.configuration(), written, epoch);
        assertThat(write.commit(index.configuration(), written, epoch)).isEqualTo(first);

        IndexWrite replay = index.plan(WriteMode.APPEND);
        var older = Optional.of(new Transaction("query", 4));
        assertThat(replay.commit(index.configuration(), index.writeTask(replay, row(1, 3, 4)), older))
                .isEqualTo(first);
        assertThat(index.rows().get(1L)).containsExactly(1, 2);

        var other = Optional.of(new Transaction("other", 1));
        Snapshot second = replay.commit(index.configuration(), index.writeTask(replay, row(2, 3, 4)), other);
        assertThat(second.transactions()).containsOnly(Map.entry("query", 5L), Map.entry("other", 1L));
    }

    @Test
    void appendsThatRunAtTheSameTimeAreBothKept() throws IOException {
        IndexWrite left = index.plan(WriteMode.APPEND);
        IndexWrite right = index.plan(WriteMode.APPEND);
        List<WrittenSegment> leftRows = index.writeTask(left, Map.of(1L, new float[] {1, 1}, 2L, new float[] {1, 1}));
        List<WrittenSegment> rightRows = index.writeTask(right, Map.of(2L, new float[] {2, 2}, 3L, new float[] {2, 2}));
        index.commit(right, rightRows);
        index.commit(left, leftRows);
        assertThat(index.rows()).containsOnlyKeys(1L, 2L, 3L);
        assertThat(index.rows().get(2L)).as("the later commit wins").containsExactly(1, 1);
    }

    @Test
    void anAppendMeetsAnOverwriteWithOtherParameters() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        IndexWrite append = index.plan(WriteMode.APPEND);
        List<WrittenSegment> written = index.writeTask(append, row(2, 1, 2));
        index.write(WriteMode.OVERWRITE, row(3, 1, 2), "metric", "l2");
        assertThatThrownBy(() -> index.commit(append, written))
                .isInstanceOf(CommitConflictException.class)
                .hasMessageContaining("another writer gave the index other parameters");
        assertThat(index.rows()).containsOnlyKeys(3L);
    }

    @Test
    void anOverwriteReplacesWhatWasAppendedMeanwhile() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        IndexWrite overwrite = index.plan(WriteMode.OVERWRITE);
        List<WrittenSegment> written = index.writeTask(overwrite, row(2, 1, 2));
        index.write(WriteMode.APPEND, row(3, 1, 2));
        index.commit(overwrite, written);
        assertThat(index.rows()).containsOnlyKeys(2L);
    }

    @Test
    void anOverwriteOrACreationMeetsAnotherCreation() throws IOException {
        IndexWrite overwrite = index.plan(WriteMode.OVERWRITE);
        IndexWrite creation = index.plan(WriteMode.CREATE);
        index.write(WriteMode.CREATE, row(1, 1, 2));
        for (IndexWrite late : List.of(overwrite, creation)) {
            assertThatThrownBy(() -> index.commit(late, index.writeTask(late, row(2, 1, 2))))
                    .isInstanceOf(CommitConflictException.class)
                    .hasMessageContaining("another writer created");
        }
        assertThat(index.rows()).containsOnlyKeys(1L);
    }

    @Test
    void planAndSegmentsTravelBySerialization() throws IOException, ClassNotFoundException {
        IndexWrite write = index.plan(WriteMode.CREATE);
        List<WrittenSegment> written = index.writeTask(copy(write), row(1, 1, 2));
        assertThat(copy(written.get(0))).isEqualTo(written.get(0));
        index.commit(copy(write), List.of(copy(written.get(0))));
        assertThat(index.rows()).containsOnlyKeys(1L);
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T object) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }
}
