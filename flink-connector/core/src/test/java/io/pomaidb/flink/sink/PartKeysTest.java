package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import io.pomaidb.fixture.CountingFileSystem;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IdType;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartKeysTest {
    private static final float[] LEFT = {-1, 0};
    private static final float[] RIGHT = {1, 0};

    /** So many that their keys are merged before the end of the checkpoint as well. */
    private static final int PARTS = 40;

    @TempDir
    private Path folder;

    private TestIndex index;
    private PartKeys keys;

    @BeforeEach
    void open() throws IOException {
        var at = new org.apache.hadoop.fs.Path("counting://" + folder.resolve("index"));
        index = new TestIndex(folder, at, CountingFileSystem.configuration());
        keys = new PartKeys(index.index(), folder.resolve("keys"));
    }

    @AfterEach
    void close() throws IOException {
        keys.close();
    }

    private IndexWrite plan(WriteMode mode, String... options) throws IOException {
        return IndexWrite.plan(index.index(), index.options(options), mode, IdType.STRING);
    }

    private WrittenPart part(IndexWrite write, float[] vector, String... rows) throws IOException {
        try (ShardWriter writer = index.writer(write)) {
            for (String key : rows) {
                writer.write(key.getBytes(StandardCharsets.UTF_8), VectorSource.of(vector), null);
            }
            List<WrittenSegment> segments = writer.finish();
            return new WrittenPart(write.planned(), segments);
        }
    }

    private static void assertCollision(ThrowingCallable check) {
        assertThatThrownBy(check)
                .isInstanceOf(DataException.class)
                .hasMessageContaining('"' + CollidingKeys.ONE + '"')
                .hasMessageContaining('"' + CollidingKeys.OTHER + '"')
                .hasMessageContaining("both have the id " + CollidingKeys.ID);
    }

    private void assertNoFilesAreLeft() throws IOException {
        if (Files.exists(folder.resolve("keys"))) {
            try (Stream<Path> left = Files.list(folder.resolve("keys"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    /** Parts of two shards, of which each has one key that all have. */
    private List<WrittenPart> manyParts() throws IOException {
        IndexWrite write = plan(WriteMode.CREATE, "shards", "2");
        var parts = new ArrayList<WrittenPart>();
        for (int i = 0; i < PARTS; i++) {
            parts.add(part(write, RIGHT, "key " + i + " of one", "key " + i + " of more", "key of all", "another"));
        }
        return parts;
    }

    private void addAll(List<WrittenPart> parts) throws IOException {
        for (WrittenPart part : parts) {
            keys.add(part);
        }
    }

    @Test
    void eachFileIsOpenedOnceHoweverManyPartsThereAre() throws IOException {
        List<WrittenPart> parts = manyParts();
        int files = parts.stream().mapToInt(part -> part.segments().size()).sum();
        assertThat(files).isGreaterThan(PARTS);
        CountingFileSystem.reset();

        addAll(parts);
        keys.check();

        assertThat(CountingFileSystem.reset()).isEqualTo(files);
        assertNoFilesAreLeft();
    }

    @Test
    void ofACheckpointWithOnePartNoFileIsOpened() throws IOException {
        IndexWrite write = plan(WriteMode.CREATE);
        WrittenPart one = part(write, RIGHT, CollidingKeys.ONE);
        WrittenPart other = part(write, RIGHT, CollidingKeys.OTHER);
        CountingFileSystem.reset();

        for (WrittenPart part : List.of(one, other)) {
            keys.add(part);
            keys.check();
        }

        assertThat(CountingFileSystem.reset()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 39", "20, 21", "38, 39", "3, 35"})
    void twoKeysOfOneIdInTwoPartsAreRefused(int first, int second) throws IOException {
        List<WrittenPart> parts = manyParts();
        parts.set(first, part(plan(WriteMode.CREATE, "shards", "2"), RIGHT, "before", CollidingKeys.ONE));
        parts.set(second, part(plan(WriteMode.CREATE, "shards", "2"), RIGHT, CollidingKeys.OTHER, "behind"));

        assertCollision(() -> {
            addAll(parts);
            keys.check();
        });
        keys.close();
        assertNoFilesAreLeft();

        addAll(parts.subList(first, first + 1));
        keys.check();
    }

    /** An id may go to the shard of either vector. */
    @Test
    void alsoInTwoShardsOfAnIndexWithCentroids() throws IOException {
        IndexWrite write = IndexWrite.plan(
                index.index(),
                index.options("shards", "2", "shard_by", "cluster", "metric", "l2"),
                WriteMode.CREATE,
                IdType.STRING,
                Optional.of(Centroids.of(2, new float[] {1, 0, -1, 0})));

        keys.add(part(write, RIGHT, CollidingKeys.ONE));
        keys.add(part(write, LEFT, CollidingKeys.OTHER));

        assertCollision(keys::check);
        assertNoFilesAreLeft();
    }

    @Test
    void alsoWhereTheIndexGotOtherShardsBetweenTheParts() throws IOException {
        IndexWrite first = plan(WriteMode.CREATE, "shards", "1");
        index.commit(first, part(first, RIGHT, "first").segments());
        WrittenPart before = part(plan(WriteMode.APPEND), RIGHT, CollidingKeys.ONE);
        index.reshard(2);
        WrittenPart after = part(plan(WriteMode.APPEND), RIGHT, CollidingKeys.OTHER);
        assertThat(after.segments().get(0).segment().shard())
                .isNotEqualTo(before.segments().get(0).segment().shard());

        keys.add(before);
        keys.add(after);

        assertCollision(keys::check);
    }

    /** The commit holds them against each other, as those of any two commits. */
    @Test
    void partsOfTwoCheckpointsAreNotCompared() throws IOException {
        IndexWrite write = plan(WriteMode.CREATE);
        keys.add(part(write, RIGHT, CollidingKeys.ONE));
        keys.add(part(write, RIGHT, "other"));
        keys.check();
        keys.add(part(write, RIGHT, CollidingKeys.OTHER));
        keys.add(part(write, RIGHT, "others"));
        keys.check();

        assertNoFilesAreLeft();
    }
}
