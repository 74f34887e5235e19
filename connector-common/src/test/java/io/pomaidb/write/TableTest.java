package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TableLife;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.SnapshotInfo;
import io.pomaidb.index.Tombstones;
import io.pomaidb.index.Transaction;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Deleting rows, and the versions of an index. */
class TableTest {
    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    @Test
    void aTableLives() throws IOException {
        new TableLife(index).run(folder.resolve("verify"));
    }

    @Test
    void aDeletedRowIsGoneFromScansAndSearchesUntilItIsWrittenAgain() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 20, 4), "shards", "3");
        float[] nearest = index.rows().get(7L);
        Snapshot deleted = index.index().delete(7, -5, 100);

        assertThat(deleted.operation()).isEqualTo("delete");
        assertThat(index.rows()).hasSize(19).doesNotContainKey(7L);
        TopK hits = index.search(20, nearest).get(0);
        assertThat(hits.size()).isEqualTo(19);
        assertThat(LongStream.range(0, 19).map(rank -> hits.id((int) rank))).doesNotContain(7L);

        index.write(WriteMode.APPEND, Vectors.row(7, 9, 9, 9, 9));
        assertThat(index.rows()).hasSize(20);
        assertThat(index.rows().get(7L)).containsExactly(9, 9, 9, 9);
    }

    @Test
    void fewDeletedIdsStandInTheSnapshotAndManyInAFile() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 3_000, 2), "shards", "1");
        Segment few = last(index.index().delete(1, 2, 3));
        assertThat(few.tombstones().isInFile()).isFalse();
        assertThat(few.files()).isEmpty();
        assertThat(Files.exists(index.path().resolve(few.directory()))).isFalse();

        var random = new Random(2);
        long[] ids = random.longs(1_500, 0, 3_000).distinct().toArray();
        Segment many = last(index.index().delete(ids));
        assertThat(many.tombstones()).isEqualTo(new Tombstones(ids.length, null));
        assertThat(many.files()).extracting(file -> file.name()).containsExactly(Tombstones.FILE);
        var left = LongStream.range(4, 3_000).boxed().collect(java.util.stream.Collectors.toSet());
        left.add(0L);
        LongStream.of(ids).forEach(left::remove);
        assertThat(index.rows().keySet()).isEqualTo(left);
    }

    private static Segment last(Snapshot snapshot) {
        return snapshot.segments().get(snapshot.segments().size() - 1);
    }

    @Test
    void aDamagedFileOfDeletedIdsIsRefused() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 10, 2), "shards", "1");
        Segment many = last(index.index().delete(new Random(2).longs(500).toArray()));
        Path file = index.path().resolve(many.directory()).resolve(Tombstones.FILE);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
        assertThatThrownBy(() -> index.rows())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(file.getFileName().toString(), "CRC32C");
    }

    @Test
    void aWriterCanDeleteAndWriteTheSameIdsInAnyOrder() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 10, 2), "shards", "2");
        IndexWrite write = index.plan(WriteMode.APPEND);
        List<WrittenSegment> written;
        try (ShardWriter writer = index.writer(write)) {
            writer.write(1, VectorSource.of(1, 1));
            writer.delete(1);
            writer.delete(2);
            writer.write(2, VectorSource.of(2, 2));
            writer.delete(3);
            writer.write(50, VectorSource.of(5, 5));
            writer.delete(50);
            writer.write(50, VectorSource.of(6, 6));
            writer.write(51, VectorSource.of(6, 6));
            writer.delete(51);
            written = writer.finish();
        }
        index.commit(write, written);
        assertThat(index.rows()).containsOnlyKeys(0L, 2L, 4L, 5L, 6L, 7L, 8L, 9L, 50L);
        assertThat(index.rows().get(2L)).containsExactly(2, 2);
        assertThat(index.rows().get(50L)).containsExactly(6, 6);
    }

    @Test
    void aDeletionIsCommittedOnceAndNotAtAllWithoutAnIndex() throws IOException {
        assertThatThrownBy(() -> index.index().delete(1)).isInstanceOf(ConfigurationException.class);
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2));
        var epoch = Optional.of(new Transaction("sink", 3));
        Snapshot first = index.index().delete(Roaring64Bitmap.bitmapOf(1), epoch);
        index.write(WriteMode.APPEND, Vectors.row(1, 3, 4));
        assertThat(index.index().delete(Roaring64Bitmap.bitmapOf(1), epoch).version())
                .isEqualTo(first.version() + 1);
        assertThat(index.rows()).containsOnlyKeys(1L);
    }

    @Test
    void versionsCanBeListedReadNamedAndGoneBackTo() throws IOException {
        Snapshot first = index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "2");
        Snapshot second = index.write(WriteMode.APPEND, Vectors.row(2, 1, 2));
        index.index().tag("good", 2);
        Snapshot fourth = index.write(WriteMode.OVERWRITE, Vectors.row(3, 1), "shards", "5");

        assertThat(index.index().snapshots())
                .extracting(SnapshotInfo::version, SnapshotInfo::operation, SnapshotInfo::rows, SnapshotInfo::tags)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1L, "append", 1L, List.of()),
                        org.assertj.core.groups.Tuple.tuple(2L, "append", 2L, List.of("good")),
                        org.assertj.core.groups.Tuple.tuple(3L, "tag", 2L, List.of()),
                        org.assertj.core.groups.Tuple.tuple(4L, "overwrite", 1L, List.of()));
        assertThat(index.index().snapshot(1)).isEqualTo(first);
        assertThat(index.index().snapshot("good")).isEqualTo(second);
        assertThat(index.index().snapshot(Instant.ofEpochMilli(fourth.timestampMillis())))
                .isEqualTo(fourth);
        assertThatThrownBy(() -> index.index().snapshot(Instant.ofEpochMilli(first.timestampMillis() - 1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("its oldest version, 1, is of");
        assertThatThrownBy(() -> index.index().snapshot("bad"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it has no tag 'bad' (it has: [good])");

        Snapshot back = index.index().rollback(2);
        assertThat(back.version()).isEqualTo(5);
        assertThat(back.shards()).isEqualTo(2);
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
        index.write(WriteMode.APPEND, Vectors.row(1, 7, 7));
        assertThat(index.rows().get(1L)).containsExactly(7, 7);
        assertThat(index.rows(index.index().snapshot("good")).get(1L)).containsExactly(1, 2);
        assertThat(index.index().untag("good").tags()).isEmpty();
    }

    @Test
    void namesAndVersionsThatCannotBeAreRefused() throws IOException {
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2));
        index.write(WriteMode.APPEND, Vectors.row(2, 1, 2));
        index.index().tag("a", 1);
        assertThat(index.index().tag("a", 1).version()).isEqualTo(3);
        for (String name : List.of("", "a b", "../x", ".hidden", "x".repeat(101))) {
            assertThatThrownBy(() -> index.index().tag(name, 1)).isInstanceOf(ConfigurationException.class);
        }
        assertThatThrownBy(() -> index.index().tag("a", 2)).hasMessageContaining("names version 1 already");
        assertThatThrownBy(() -> index.index().tag("b", 9)).hasMessageContaining("version 9 does not exist yet");
        assertThatThrownBy(() -> index.index().rollback(9)).hasMessageContaining("it has no version 9");
        assertThat(index.index().latestExisting().version()).isEqualTo(3);
    }

    @Test
    void anAppendThatMeetsOtherShardsMovesItsRowsThere() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 100, 3), "shards", "2");
        IndexWrite append = index.plan(WriteMode.APPEND);
        List<WrittenSegment> written = index.writeTask(append, Vectors.rows(new Random(2), 50, 150, 3));
        index.reshard(5);
        Snapshot snapshot = index.commit(append, written);

        assertThat(snapshot.shards()).isEqualTo(5);
        assertThat(index.rows().keySet())
                .containsExactlyElementsOf(LongStream.range(0, 150).boxed().toList());
        assertThat(index.rows().get(60L))
                .isEqualTo(Vectors.rows(new Random(2), 50, 150, 3).get(60L));
        for (WrittenSegment left : written) {
            assertThat(index.path().resolve(left.segment().directory())).doesNotExist();
        }
    }
}
