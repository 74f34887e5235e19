package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SegmentFilter;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.verify.IndexVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payload from the writer to hits, scans, compactions and other shards. */
class PayloadTableTest {
    private static final PayloadColumn COLOUR = new PayloadColumn("colour", PayloadType.STRING);
    private static final PayloadColumn SIZE = new PayloadColumn("size", PayloadType.INT);
    private static final List<String> BOTH = List.of("size", "colour");

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void open() {
        index = new TestIndex(folder);
    }

    private IndexWrite plan(WriteMode mode, IdType idType, PayloadColumn... columns) throws IOException {
        return IndexWrite.plan(
                index.index(), index.options("shards", "2"), mode, idType, List.of(columns), Optional.empty());
    }

    /** Adds rows whose vector, size and colour follow from their id; rows divisible by 5 have no payload. */
    private static void addRows(ShardWriter writer, int from, int to, boolean withSize) throws IOException {
        for (int id = to - 1; id >= from; id--) {
            var row = new PayloadRow(withSize ? 2 : 1);
            if (id % 5 != 0) {
                row.setBytes(0, bytes(colour(id)));
            }
            if (withSize) {
                row.setInt(1, id * 10);
            }
            writer.write(id, VectorSource.of(id, 1), id % 5 == 0 && !withSize ? null : row);
        }
    }

    private static String colour(int id) {
        return id % 2 == 0 ? "green" : "red";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(PayloadRow row, int column) {
        return row.isNullAt(column) ? null : new String(row.bytesAt(column), StandardCharsets.UTF_8);
    }

    private void writeTwice() throws IOException {
        IndexWrite first = plan(WriteMode.CREATE, IdType.LONG, COLOUR);
        try (ShardWriter writer = index.writer(first)) {
            addRows(writer, 0, 60, false);
            index.commit(first, writer.finish());
        }
        IndexWrite second = plan(WriteMode.APPEND, IdType.LONG, COLOUR, SIZE);
        try (ShardWriter writer = index.writer(second)) {
            addRows(writer, 40, 100, true);
            writer.delete(7);
            writer.delete(99);
            index.commit(second, writer.finish());
        }
    }

    /** What every row shows: size and colour. */
    private Map<Long, String> scan() throws IOException {
        return scan(index.view(index.index().latestExisting(), SegmentFilter.ALL));
    }

    private static Map<Long, String> scan(SnapshotView view) throws IOException {
        var rows = new TreeMap<Long, String>();
        for (int shard = 0; shard < view.snapshot().shards(); shard++) {
            try (var scan = view.scan(shard, BOTH)) {
                while (scan.next()) {
                    PayloadRow row = scan.payload();
                    rows.put(scan.id(), (row.isNullAt(0) ? "null" : row.intAt(0)) + " " + text(row, 1));
                    assertThat(scan.component(0)).isEqualTo((float) scan.id());
                }
            }
        }
        return rows;
    }

    private static Map<Long, String> expected() {
        var rows = new TreeMap<Long, String>();
        for (int id = 0; id < 99; id++) {
            if (id != 7) {
                rows.put((long) id, (id < 40 ? "null" : id * 10) + " " + (id % 5 == 0 ? null : colour(id)));
            }
        }
        return rows;
    }

    @Test
    void rowsShowThePayloadTheyWereWrittenWithLast() throws IOException {
        writeTwice();
        assertThat(index.index().latestExisting().schema().payload()).containsExactly(COLOUR, SIZE);
        assertThat(scan()).isEqualTo(expected());
        assertThat(new IndexVerifier(index.index(), index.scratch(), (done, all) -> {})
                        .run()
                        .findings())
                .isEmpty();
    }

    @Test
    void payloadSurvivesCompactionAndOtherShards() throws IOException {
        writeTwice();
        index.compact(CompactionPolicy.FULL);
        assertThat(scan()).isEqualTo(expected());
        index.reshard(3);
        assertThat(index.index().latestExisting().shards()).isEqualTo(3);
        assertThat(scan()).isEqualTo(expected());
    }

    @Test
    void rowsOfAPlanForOtherShardsKeepTheirNewColumns() throws IOException {
        IndexWrite first = plan(WriteMode.CREATE, IdType.LONG, COLOUR);
        try (ShardWriter writer = index.writer(first)) {
            addRows(writer, 0, 60, false);
            index.commit(first, writer.finish());
        }
        IndexWrite second = plan(WriteMode.APPEND, IdType.LONG, COLOUR, SIZE);
        try (ShardWriter writer = index.writer(second)) {
            addRows(writer, 40, 100, true);
            writer.delete(7);
            writer.delete(99);
            List<WrittenSegment> written = writer.finish();
            index.reshard(3);
            index.commit(second, written);
        }
        assertThat(scan()).isEqualTo(expected());
    }

    @Test
    void hitsSatisfyThePredicateAndComeWithTheirPayload() throws IOException {
        writeTwice();
        Snapshot snapshot = index.index().latestExisting();
        // Row 40 was rewritten: its older row, without a size, must not be found by either.
        for (PayloadPredicate predicate : List.of(
                PayloadPredicate.and(PayloadPredicate.equal("colour", "green"), PayloadPredicate.less("size", 600)),
                PayloadPredicate.and(PayloadPredicate.isNull("size"), PayloadPredicate.equal("colour", "red")))) {
            SnapshotView view = index.view(snapshot, SegmentFilter.ALL).where(predicate);
            var shown = new ArrayList<Long>();
            for (int shard = 0; shard < snapshot.shards(); shard++) {
                QueryVectors query = QueryVectors.builder(snapshot.parameters(), "q")
                        .add("0", VectorSource.of(45, 1))
                        .build();
                try (var searcher = view.searcher(shard)) {
                    TopK hits = searcher.search(query, 0, 1, 200).get(0);
                    var ids = new long[hits.size()];
                    for (int i = 0; i < ids.length; i++) {
                        ids[i] = hits.id(i);
                    }
                    List<PayloadRow> rows = searcher.payload(ids, BOTH);
                    for (int i = 0; i < ids.length; i++) {
                        shown.add(ids[i]);
                        assertThat((rows.get(i).isNullAt(0)
                                                ? "null"
                                                : rows.get(i).intAt(0)) + " " + text(rows.get(i), 1))
                                .isEqualTo(expected().get(ids[i]));
                    }
                    assertThat(searcher.payload(new long[] {-5}, BOTH).get(0)).isNull();
                }
            }
            boolean first = shown.contains(42L);
            var wanted = expected().entrySet().stream()
                    .filter(row -> first
                            ? row.getValue().endsWith("green") && row.getKey() >= 40 && row.getKey() < 60
                            : row.getValue().equals("null red"))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(shown).containsExactlyInAnyOrderElementsOf(wanted);
            assertThat(scan(view).keySet()).containsExactlyElementsOf(wanted);
        }
    }

    @Test
    void predicatesNameIdsBesidePayload() throws IOException {
        writeTwice();
        Snapshot snapshot = index.index().latestExisting();
        var predicate = PayloadPredicate.parse(
                "id BETWEEN 30 AND 60 AND (colour = 'red' OR id IN (34, 50)) AND id <> 59",
                snapshot.schema().payloadSchema());
        var wanted = expected().entrySet().stream()
                .filter(row -> row.getKey() >= 30 && row.getKey() <= 60 && row.getKey() != 59)
                .filter(row -> row.getValue().endsWith("red") || row.getKey() == 34 || row.getKey() == 50)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(wanted).hasSizeGreaterThan(10).contains(34L, 50L);
        assertThat(scan(index.view(snapshot, SegmentFilter.ALL).where(predicate))
                        .keySet())
                .containsExactlyElementsOf(wanted);
    }

    @Test
    void columnsHaveOneTypeAndOneName() throws IOException {
        writeTwice();
        assertThatThrownBy(() -> plan(WriteMode.APPEND, IdType.LONG, new PayloadColumn("size", PayloadType.LONG)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("size of type long: the index has it with type int");
        assertThatThrownBy(() -> plan(WriteMode.APPEND, IdType.LONG, new PayloadColumn("ID", PayloadType.LONG)))
                .hasMessageContaining("ID has the name of the id or vector column");
        assertThatThrownBy(() -> plan(WriteMode.APPEND, IdType.STRING)).hasMessageContaining("is of type string");
        IndexWrite one = plan(WriteMode.APPEND, IdType.LONG, new PayloadColumn("new", PayloadType.INT));
        IndexWrite other = plan(WriteMode.APPEND, IdType.LONG, new PayloadColumn("new", PayloadType.STRING));
        for (IndexWrite write : List.of(one, other)) {
            try (ShardWriter writer = index.writer(write)) {
                writer.write(1000, VectorSource.of(1, 1));
                List<WrittenSegment> written = writer.finish();
                if (write == one) {
                    index.commit(write, written);
                } else {
                    assertThatThrownBy(() -> index.commit(write, written))
                            .isInstanceOf(CommitConflictException.class)
                            .hasMessageContaining("new of type string");
                }
            }
        }
    }

    @Test
    void stringKeysAreStoredAndTheirHashesAreTheIds() throws IOException {
        IndexWrite first = plan(WriteMode.CREATE, IdType.STRING, SIZE);
        writeKeys(first, "a", "b", "c");
        writeKeys(plan(WriteMode.APPEND, IdType.STRING, SIZE), "c", "d");
        Snapshot snapshot = index.index().latestExisting();
        assertThat(snapshot.schema().idType()).isEqualTo(IdType.STRING);
        SnapshotView view =
                index.view(snapshot, SegmentFilter.ALL).where(PayloadPredicate.in("id", List.of("c", "d", "x")));
        var keys = new TreeMap<String, Long>();
        for (int shard = 0; shard < snapshot.shards(); shard++) {
            try (var scan = view.scan(shard, List.of("id"))) {
                while (scan.next()) {
                    keys.put(text(scan.payload(), 0), scan.id());
                }
            }
        }
        assertThat(keys).isEqualTo(Map.of("c", KeyHash.idOf(bytes("c")), "d", KeyHash.idOf(bytes("d"))));
        assertThat(new IndexVerifier(index.index(), index.scratch(), (done, all) -> {})
                        .run()
                        .findings())
                .isEmpty();
    }

    private void writeKeys(IndexWrite write, String... keys) throws IOException {
        try (ShardWriter writer = index.writer(write)) {
            for (String key : keys) {
                writer.write(bytes(key), VectorSource.of(key.length(), 1), null);
            }
            index.commit(write, writer.finish());
        }
    }

    @Test
    void aRowWithoutAKeyIsRefused() throws IOException {
        try (ShardWriter writer = index.writer(plan(WriteMode.CREATE, IdType.STRING, SIZE))) {
            assertThatThrownBy(() -> writer.write((byte[]) null, VectorSource.of(1, 1), null))
                    .isInstanceOf(DataException.class)
                    .hasMessage("Cannot write a row: its key in column id is null (accepted: rows with a key)");
        }
    }
}
