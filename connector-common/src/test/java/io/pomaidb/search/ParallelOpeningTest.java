package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.HookedDisk;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of many segments are read at the same time where they are not on this machine. */
class ParallelOpeningTest {
    private static final int TOGETHER = 4;
    private static final int COMMITS = 10;

    @TempDir
    Path folder;

    private TestIndex written;
    private SnapshotView view;

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        var columns = List.of(new PayloadColumn("size", PayloadType.INT));
        for (int commit = 0; commit < COMMITS; commit++) {
            IndexWrite write = IndexWrite.plan(
                    written.index(),
                    written.options("shards", "1", "metric", "l2"),
                    WriteMode.APPEND,
                    IdType.LONG,
                    columns,
                    Optional.empty());
            try (ShardWriter writer = written.writer(write)) {
                for (int id = 10 * commit; id < 10 * commit + 10; id++) {
                    var row = new PayloadRow(1);
                    row.setInt(0, id % 3);
                    writer.write(id, VectorSource.of(Vectors.gaussian(new Random(id), 4)), row);
                }
                written.commit(write, writer.finish());
            }
        }
        PomaiIndex index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path("meeting:" + written.path()),
                HookedDisk.configuration("meeting", MeetingFileSystem.class));
        Snapshot snapshot = index.latestExisting();
        view = SnapshotView.of(index, snapshot, written.options(), 1);
    }

    private List<Long> ids(SnapshotView shown) throws IOException {
        var ids = new ArrayList<Long>();
        try (ShardScan scan = shown.scan(0)) {
            while (scan.next()) {
                ids.add(scan.id());
            }
        }
        return List.copyOf(new TreeSet<>(ids));
    }

    @Test
    void segmentsAreFetchedTogetherForASearch() throws IOException {
        MeetingFileSystem.expect(".seg");
        try (ShardSearcher searcher = view.searcher(0)) {
            assertThat(searcher.databases()).isEqualTo(COMMITS);
        }
    }

    @Test
    void segmentsAreFetchedTogetherForAScan() throws IOException {
        MeetingFileSystem.expect(".seg");
        assertThat(ids(view)).hasSize(10 * COMMITS);
    }

    @Test
    void payloadOfHitsIsReadTogether() throws IOException {
        try (ShardSearcher searcher = view.searcher(0)) {
            MeetingFileSystem.expect("payload.parquet");
            assertThat(searcher.payload(new long[] {95, 4, 14, 24, 6, 34, 200}, List.of("size")))
                    .extracting(row -> row == null ? -1 : row.intAt(0))
                    .containsExactly(2, 1, 2, 0, 0, 1, -1);
        }
    }

    @Test
    void payloadIsReadTogetherForAPredicate() throws IOException {
        MeetingFileSystem.expect("payload.parquet");
        assertThat(ids(view.where(PayloadPredicate.equal("size", 2))))
                .hasSize(33)
                .allMatch(id -> id % 3 == 2);
    }

    /** The local disk under the scheme {@code meeting}: opens files of a kind only when several are to be opened. */
    public static final class MeetingFileSystem extends HookedDisk {
        private static volatile String kind;
        private static volatile CountDownLatch together;

        static void expect(String suffix) {
            kind = suffix;
            together = new CountDownLatch(TOGETHER);
        }

        @Override
        public String getScheme() {
            return "meeting";
        }

        @Override
        protected void before(Operation operation, org.apache.hadoop.fs.Path file) throws IOException {
            if (operation == Operation.OPEN && kind != null && file.getName().endsWith(kind)) {
                together.countDown();
                try {
                    if (!together.await(30, TimeUnit.SECONDS)) {
                        throw new IOException(file + " is opened alone");
                    }
                } catch (InterruptedException e) {
                    throw new InterruptedIOException("Nobody waits for " + file);
                }
            }
        }
    }
}
