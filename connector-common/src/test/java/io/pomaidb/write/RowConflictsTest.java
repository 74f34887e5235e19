package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of rows that were decided on one version and committed behind others. */
class RowConflictsTest {
    private static final int DIM = 3;

    @TempDir
    Path folder;

    private TestIndex index;
    private Snapshot read;

    @BeforeEach
    void tenRows() throws IOException {
        index = new TestIndex(folder);
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 10, DIM), "shards", "2");
        read = index.index().latestExisting();
    }

    /** Commits new vectors for some rows and deletes others, as decided on {@link #read}. */
    private Snapshot change(long[] updated, long[] deleted) throws IOException {
        return change(index.plan(WriteMode.APPEND), updated, deleted);
    }

    private Snapshot change(IndexWrite write, long[] updated, long[] deleted) throws IOException {
        List<WrittenSegment> written;
        try (ShardWriter writer = index.writer(write)) {
            for (long id : deleted) {
                writer.delete(id);
            }
            for (long id : updated) {
                writer.write(id, VectorSource.of((float) id, (float) id, (float) id));
            }
            written = writer.finish();
        }
        var check = new RowConflicts(
                index.index(), "UPDATE", read, write, written, index.options(), added -> Optional.empty());
        return write.commit(index.configuration(), written, Optional.empty(), check);
    }

    private static long[] ids(long... ids) {
        return ids;
    }

    private void assertConflict(ThrowingCallable change, String... words) throws IOException {
        long version = index.index().latestExisting().version();
        assertThatThrownBy(change)
                .isInstanceOf(CommitConflictException.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining("(nothing was committed; run it again)");
        assertThat(index.index().latestExisting().version()).isEqualTo(version);
    }

    @Test
    void changesOfOtherRowsPass() throws IOException {
        index.write(WriteMode.APPEND, Vectors.rows(new Random(2), 5, 20, DIM));
        index.index().delete(4, 100);
        change(ids(0, 1), ids(2, 3));

        assertThat(index.rows().keySet())
                .isEqualTo(LongStream.range(0, 20)
                        .filter(id -> id < 2 || id > 4)
                        .boxed()
                        .collect(java.util.stream.Collectors.toSet()));
        assertThat(index.rows().get(1L)).containsExactly(1, 1, 1);
    }

    @Test
    void aRowThatAnotherCommitWroteOrDeletedIsAConflict() throws IOException {
        index.write(WriteMode.APPEND, Vectors.row(3, 9, 9, 9));
        index.index().delete(5);

        assertConflict(() -> change(ids(1, 3), ids()), "UPDATE", "since version 1", "version 2 changed 1", "row 3");
        assertConflict(() -> change(ids(), ids(3, 4)), "version 2 changed 1", "row 3");
        assertConflict(() -> change(ids(5), ids()), "version 3 deleted 1", "row 5");
    }

    @Test
    void twoThatDeleteARowAgree() throws IOException {
        index.index().delete(5, 6);
        change(ids(7), ids(5));

        assertThat(index.rows()).hasSize(8).doesNotContainKeys(5L, 6L);
    }

    @Test
    void aRowThatBothInsertIsAConflict() throws IOException {
        index.write(WriteMode.APPEND, Vectors.row(50, 9, 9, 9));

        assertConflict(() -> change(ids(50), ids()), "row 50");
    }

    @Test
    void compactionsAndOtherShardsAreNoConflict() throws IOException {
        index.write(WriteMode.APPEND, Vectors.row(20, 1, 2, 3));
        index.compact(CompactionPolicy.FULL);
        index.reshard(3);
        change(ids(1), ids(2));

        assertThat(index.rows()).hasSize(10).doesNotContainKey(2L);
        assertThat(index.rows().get(1L)).containsExactly(1, 1, 1);
    }

    @Test
    void aCompactionHidesNoConflict() throws IOException {
        index.write(WriteMode.APPEND, Vectors.row(1, 9, 9, 9));
        index.compact(CompactionPolicy.FULL);

        assertConflict(() -> change(ids(1), ids()), "version 2 changed 1", "row 1");
    }

    @Test
    void whatExpiredMeanwhileMayHaveBeenAConflict() throws IOException {
        index.write(WriteMode.APPEND, Vectors.row(20, 9, 9, 9));
        index.compact(CompactionPolicy.FULL);
        index.index().vacuum(new VacuumOptions(Duration.ZERO, 1, Duration.ZERO, false));

        assertConflict(() -> change(ids(1), ids()), "replaced rows that it read");
    }

    @Test
    void whatReplacesAllRowsIsAConflict() throws IOException {
        index.write(WriteMode.OVERWRITE, Vectors.rows(new Random(3), 0, 10, DIM), "shards", "2");
        assertConflict(() -> change(ids(1), ids()), "version 2 replaced rows that it read (operation overwrite)");

        read = index.index().latestExisting();
        index.index().rollback(1);
        assertConflict(() -> change(ids(1), ids()), "(operation rollback)");
    }

    /** So that a driver need not fetch vectors. */
    @Test
    void idsAreReadFromThePayload() throws IOException {
        commit(withColumn(), 20, 21);
        read = index.index().latestExisting();
        List<Segment> segments = commit(withColumn(), 3, 5, 20).segments();
        for (Segment segment : segments) {
            Path directory = index.path().resolve(segment.directory());
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file :
                        files.filter(file -> file.toString().endsWith(".seg")).toList()) {
                    Files.delete(file);
                }
            }
        }

        change(withColumn(), ids(2), ids(7));
        assertConflict(() -> change(withColumn(), ids(1, 20), ids()), "version 3 changed 1", "row 20");
        assertConflict(() -> change(withColumn(), ids(), ids(5)), "version 3 changed 1", "row 5");
    }

    private IndexWrite withColumn() throws IOException {
        List<PayloadColumn> columns = List.of(new PayloadColumn("text", PayloadType.STRING));
        return IndexWrite.plan(
                index.index(), index.options(), WriteMode.APPEND, IdType.LONG, columns, Optional.empty());
    }

    private Snapshot commit(IndexWrite write, long... ids) throws IOException {
        try (ShardWriter writer = index.writer(write)) {
            for (long id : ids) {
                writer.write(id, VectorSource.of(1, 2, 3));
            }
            return index.commit(write, writer.finish());
        }
    }

    @Test
    void rowsThatMovedBetweenClustersAreFound() throws IOException {
        index = new TestIndex(folder.resolve("clustered"));
        IndexWrite plan = IndexWrite.plan(
                index.index(),
                index.options("shards", "2", "shard_by", "cluster", "metric", "l2"),
                WriteMode.CREATE,
                IdType.LONG,
                Optional.of(Centroids.of(DIM, new float[] {1, 0, 0, -1, 0, 0})));
        index.commit(plan, index.writeTask(plan, Vectors.rows(new Random(1), 0, 10, DIM)));
        read = index.index().latestExisting();
        index.write(WriteMode.APPEND, Vectors.row(1, -50, 0, 0));

        change(ids(2), ids(3));
        assertConflict(() -> change(ids(1), ids()), "row 1");
        assertThat(index.rows()).hasSize(9);
        assertThat(index.rows().get(1L)).containsExactly(-50, 0, 0);
    }
}
