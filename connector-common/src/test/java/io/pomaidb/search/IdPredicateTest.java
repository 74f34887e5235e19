package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditions on the id itself, in an index without payload: ids are signed numbers, whatever their order in files. */
class IdPredicateTest {
    private static final int DIM = 4;

    @TempDir
    Path folder;

    private final Random random = new Random(17);
    private TestIndex index;

    @BeforeEach
    void write() throws IOException {
        index = new TestIndex(folder);
        for (int from = -150; from <= 50; from += 50) {
            index.write(
                    from == -150 ? WriteMode.CREATE : WriteMode.APPEND,
                    Vectors.rows(random, from, from + 100, DIM),
                    "shards",
                    "2",
                    "metric",
                    "ip",
                    "adaptive_threshold",
                    "1000000");
        }
        index.write(
                WriteMode.APPEND,
                Map.of(Long.MAX_VALUE, Vectors.gaussian(random, DIM), Long.MIN_VALUE, Vectors.gaussian(random, DIM)));
        index.index().delete(3, -3, 40);
    }

    private static Map<String, LongPredicate> conditions() {
        var conditions = new LinkedHashMap<String, LongPredicate>();
        conditions.put("id = 5", id -> id == 5);
        conditions.put("id <> 5", id -> id != 5);
        conditions.put("id < -20", id -> id < -20);
        conditions.put("id <= -9223372036854775808", id -> id == Long.MIN_VALUE);
        conditions.put("id > 70", id -> id > 70);
        conditions.put("id >= 0 and not id > 99", id -> id >= 0 && id <= 99);
        conditions.put("id in (1, 3, -3, 4, 1000)", id -> id == 1 || id == 4);
        conditions.put("id not in (1, 2)", id -> id != 1 && id != 2);
        conditions.put("id in (1, null)", id -> id == 1);
        conditions.put("id not in (1, null)", id -> false);
        conditions.put("id = null", id -> false);
        conditions.put("id is null", id -> false);
        conditions.put("id is not null", id -> true);
        conditions.put("id between -10 and 10", id -> id >= -10 && id <= 10);
        conditions.put("id between 10 and -10", id -> false);
        conditions.put("id = 1 or id > 100 and id in (99, 101, 102)", id -> id == 1 || id == 101 || id == 102);
        return conditions;
    }

    @Test
    void searchesAndScansShowTheRowsOfWhichTheyAreTrue() throws IOException {
        Snapshot snapshot = index.index().latestExisting();
        SortedMap<Long, float[]> rows = index.rows();
        float[] query = Vectors.gaussian(random, DIM);
        QueryVectors queries = QueryVectors.builder(snapshot.parameters(), "q")
                .add("q", VectorSource.of(query))
                .build();
        for (var condition : conditions().entrySet()) {
            PayloadPredicate predicate =
                    PayloadPredicate.parse(condition.getKey(), snapshot.schema().payloadSchema());
            SnapshotView view = index.view(snapshot, SegmentFilter.ALL).where(predicate);
            List<Long> wanted = rows.keySet().stream()
                    .filter(id -> condition.getValue().test(id))
                    .sorted(Comparator.<Long>comparingDouble(id -> -Vectors.dot(query, rows.get(id)))
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
            var scanned = new ArrayList<Long>();
            TopK found = TopK.EMPTY;
            for (int shard = 0; shard < snapshot.shards(); shard++) {
                try (ShardScan scan = view.scan(shard);
                        ShardSearcher searcher = view.searcher(shard)) {
                    while (scan.next()) {
                        scanned.add(scan.id());
                    }
                    found = TopK.merge(
                            found, searcher.search(queries, 0, 1, 1_000).get(0), 1_000);
                }
            }
            assertThat(scanned).as(condition.getKey()).containsExactlyInAnyOrderElementsOf(wanted);
            assertThat(FilteredShards.ids(found)).as(condition.getKey()).isEqualTo(wanted);
        }
    }

    @Test
    void rowsAreFoundByIdOnlyWhereTheConditionHolds() throws IOException {
        Snapshot snapshot = index.index().latestExisting();
        SnapshotView view = index.view(snapshot, SegmentFilter.ALL).where(PayloadPredicate.greaterOrEqual("id", 5));
        try (var found = new SnapshotRows(view, List.of(), false)) {
            assertThat(found.find(4, 5, 40, 6))
                    .extracting(row -> row != null)
                    .containsExactly(false, true, false, true);
        }
    }

    @Test
    void anIdIsComparedWithWholeNumbersAlone() throws IOException {
        var schema = index.index().latestExisting().schema().payloadSchema();
        for (String wrong : List.of("id = 1.5", "id = 'a'", "id like 'a%'", "id = 9223372036854775808")) {
            assertThatThrownBy(() -> PayloadPredicate.parse(wrong, schema))
                    .as(wrong)
                    .isInstanceOf(ConfigurationException.class);
        }
        SnapshotView view = index.view(index.index().latestExisting(), SegmentFilter.ALL);
        assertThatThrownBy(() -> view.where(PayloadPredicate.equal("id", 1.0)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("column id");
    }
}
