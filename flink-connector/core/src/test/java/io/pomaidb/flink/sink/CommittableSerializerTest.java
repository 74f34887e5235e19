package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Routing;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentFile;
import io.pomaidb.index.Tombstones;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.write.PlannedWrite;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommittableSerializerTest {
    private final CommittableSerializer serializer = new CommittableSerializer();

    private static CheckpointCommittable committable() {
        var columns = List.of(
                new PayloadColumn("titel, mit Ümlaut", PayloadType.STRING),
                new PayloadColumn("tags", PayloadType.array(PayloadType.decimal(20, 3))));
        var parameters = new IndexParameters(
                new IndexSchema("id", IdType.STRING, "embedding", columns),
                IndexMetric.COSINE,
                0,
                new EngineParameters(16, 100, 50, 5000),
                7);
        var clustered =
                parameters.withDim(3).withShards(2, new Routing(new SegmentFile("centroids-1", 24, 0xcafebabe)));
        var segment = new Segment(
                1,
                Segment.UNCOMMITTED,
                UUID.randomUUID(),
                List.of(new SegmentFile("MANIFEST", 88, -1), new SegmentFile("tombstones.roaring", 700, 5)),
                4711,
                "0.1.0",
                new Tombstones(900, null));
        var deletions =
                new Segment(0, Segment.UNCOMMITTED, UUID.randomUUID(), List.of(), 0, "none", new Tombstones(1, "AAAA"));
        var first = new WrittenPart(
                new PlannedWrite("hdfs://host/index", WriteMode.APPEND, parameters, null, columns),
                List.of(new WrittenSegment(segment, 3, -9), new WrittenSegment(deletions, 0, 12)));
        var basis = new PlannedWrite.Basis(UUID.randomUUID(), 17, clustered);
        var second = new WrittenPart(
                new PlannedWrite("hdfs://host/index", WriteMode.OVERWRITE, clustered, basis, List.of()), List.of());
        return new CheckpointCommittable(
                new SinkRun("words", 1_700_000_000_000L, UUID.randomUUID()), 42, List.of(first, second));
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        CheckpointCommittable committable = committable();

        byte[] bytes = serializer.serialize(committable);

        assertThat(serializer.deserialize(serializer.getVersion(), bytes)).isEqualTo(committable);
    }

    @Test
    void aPartIsReadAsItWasWritten() throws Exception {
        var parts = new PartSerializer();
        WrittenPart part = committable().parts().get(0);

        assertThat(parts.deserialize(parts.getVersion(), parts.serialize(part))).isEqualTo(part);
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        byte[] bytes = serializer.serialize(committable());

        assertThatThrownBy(() -> serializer.deserialize(2, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its version is 2 (accepted: 1");
    }

    @Test
    void everyCutIsRefused() throws Exception {
        byte[] bytes = serializer.serialize(committable());

        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> serializer.deserialize(1, cut))
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> serializer.deserialize(1, longer)).hasMessageContaining("1 bytes are left over");
    }

    @Test
    void damageIsRefusedOrReadAsSomethingElseAndNeverTakesMemory() throws Exception {
        byte[] bytes = serializer.serialize(committable());
        long seed = System.nanoTime();
        var random = new Random(seed);

        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = bytes.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Throwable refused = catchThrowable(() -> serializer.deserialize(1, damaged));
            if (refused != null) {
                assertThat(refused)
                        .as("seed %d", seed)
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("Cannot read a committable");
            }
        }
    }
}
