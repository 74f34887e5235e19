package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a database does, the same through all struct generations. */
@ParameterizedClass
@EnumSource(StructGeneration.class)
class PomaiDatabaseTest {

    private static final DatabaseOptions L2 =
            DatabaseOptions.builder(2).metric(Metric.L2).build();

    private final PomaiLibrary library;

    @TempDir
    Path directory;

    PomaiDatabaseTest(StructGeneration generation) {
        library = TestLibraries.of(generation);
    }

    private PomaiDatabase open(DatabaseOptions options) {
        return PomaiDatabase.open(library, directory.resolve("db"), options);
    }

    @Test
    void aRowComesBackAsItWasPut() {
        try (var database = open(L2)) {
            Rows.put(database, 7, 0.5f, -1.25f);
            database.freeze();

            assertThat(database.get(7))
                    .hasValueSatisfying(vector -> assertThat(vector).containsExactly(0.5f, -1.25f));
            assertThat(database.exists(7)).isTrue();
            assertThat(Rows.scan(database)).containsOnlyKeys(7L);
            assertThat(Rows.scan(database).get(7L)).containsExactly(0.5f, -1.25f);
        }
    }

    @Test
    void aRowThatIsNotThereIsEmptyAndDoesNotExist() {
        try (var database = open(L2)) {
            assertThat(database.get(7)).isEmpty();
            assertThat(database.exists(7)).isFalse();
            assertThat(Rows.scan(database)).isEmpty();
            assertThat(Rows.search(database, 3, 0, 0).count(0)).isZero();
        }
    }

    @Test
    void whatWasFrozenIsThereAfterReopening() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            database.freeze();
        }
        try (var database = open(L2)) {
            assertThat(database.get(1))
                    .hasValueSatisfying(vector -> assertThat(vector).containsExactly(1, 0));
            assertThat(Rows.search(database, 1, 1, 0).id(0, 0)).isEqualTo(1);
        }
    }

    @Test
    void whatAnUnsyncedHandleFrozeIsThereAfterReopening() {
        try (var database = open(L2)) {
            database.leaveUnsynced();
            Rows.put(database, 1, 1, 0);
            database.freeze();
        }
        try (var database = open(L2)) {
            assertThat(Rows.scan(database)).containsOnlyKeys(1L);
        }
    }

    @Test
    void aHandleThatPromisesDurablePutsSyncs() {
        var always = DatabaseOptions.builder(2).fsync(FsyncPolicy.ALWAYS).build();
        try (var database = open(always)) {
            if (library.api().hasLeaveUnsynced()) {
                assertThatThrownBy(database::leaveUnsynced)
                        .isInstanceOfSatisfying(PomaiException.class, failure -> assertThat(failure.statusCode())
                                .isEqualTo(StatusCode.INVALID_ARGUMENT));
            } else {
                database.leaveUnsynced();
            }
            Rows.put(database, 1, 1, 0);
            assertThat(database.exists(1)).isTrue();
        }
    }

    @Test
    void anIdThatIsPutAgainReplacesTheRow() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            Rows.put(database, 1, 5, 5);
            database.freeze();

            assertThat(Rows.scan(database).get(1L)).containsExactly(5, 5);
            var hits = Rows.search(database, 10, 5, 5);
            assertThat(hits.ids(0)).containsExactly(1);
            assertThat(hits.score(0, 0)).isZero();
        }
    }

    @Test
    void ofEqualIdsInOneBatchTheLastWins() {
        try (var database = open(L2);
                var batch = new VectorBatch(2, 3)) {
            batch.add(1, new float[] {1, 1});
            batch.add(2, new float[] {2, 2});
            batch.add(1, new float[] {3, 3});
            database.putBatch(batch);
            database.freeze();

            assertThat(Rows.scan(database)).hasSize(2);
            assertThat(Rows.scan(database).get(1L)).containsExactly(3, 3);
        }
    }

    @Test
    void overSeveralFreezesTheNewestRowOfAnIdIsFoundAndNoOther() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 0, 0);
            Rows.put(database, 2, 9, 9);
            database.freeze();
            Rows.put(database, 1, 8, 8);
            database.freeze();
            Rows.put(database, 3, 0, 1);
            database.freeze();

            var hits = Rows.search(database, 10, 0, 0);

            assertThat(hits.ids(0)).containsExactly(3, 1, 2);
            assertThat(hits.scores(0)).containsExactly(-1, -128, -162);
        }
    }

    @Test
    void aDeletedRowIsGoneAfterTheFreeze() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            Rows.put(database, 2, 2, 0);
            database.freeze();

            database.delete(1);
            database.freeze();

            assertThat(database.get(1)).isEmpty();
            assertThat(database.exists(1)).isFalse();
            assertThat(Rows.scan(database)).containsOnlyKeys(2L);
            assertThat(Rows.search(database, 10, 1, 0).ids(0)).containsExactly(2);
        }
    }

    @Test
    void deletingARowThatIsNotThereIsNoError() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            database.delete(99);
            database.freeze();

            assertThat(Rows.scan(database)).containsOnlyKeys(1L);
        }
    }

    @Test
    void euclideanScoresAreMinusTheSquaredDistanceBestFirst() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 3, 4);
            Rows.put(database, 2, 0, 1);
            database.freeze();

            var hits = Rows.search(database, 2, 0, 0);

            assertThat(hits.ids(0)).containsExactly(2, 1);
            assertThat(hits.scores(0)).containsExactly(-1, -25);
        }
    }

    @Test
    void innerProductScoresAreTheDotProductBestFirst() {
        try (var database = open(DatabaseOptions.builder(2).build())) {
            Rows.put(database, 1, 1, 0);
            Rows.put(database, 2, 3, 4);
            Rows.put(database, 3, -2, 0);
            database.freeze();

            var hits = Rows.search(database, 3, 2, 1);

            assertThat(hits.ids(0)).containsExactly(2, 1, 3);
            assertThat(hits.scores(0)).containsExactly(10, 2, -4);
        }
    }

    @Test
    void everyQueryOfABatchGetsItsOwnHits() {
        try (var database = open(L2)) {
            for (var id = 0; id < 100; id++) {
                Rows.put(database, id, id, 0);
            }
            database.freeze();
            var queries = new float[] {10, 0, 99, 0, 55.4f, 0};

            var hits = Rows.search(database, 2, queries);

            assertThat(hits.queries()).isEqualTo(3);
            assertThat(hits.ids(0)[0]).isEqualTo(10);
            assertThat(hits.ids(1)).containsExactly(99, 98);
            assertThat(hits.ids(2)).containsExactly(55, 56);
            assertThat(hits.score(2, 1)).isCloseTo(-0.36f, within(1e-4f));
        }
    }

    @Test
    void aTopKAboveTheRowCountBringsAllRows() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            Rows.put(database, 2, 2, 0);
            database.freeze();

            var hits = Rows.search(database, Integer.MAX_VALUE, 0, 0);

            assertThat(hits.count(0)).isEqualTo(2);
            assertThatThrownBy(() -> hits.id(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aTopKBelowOneIsRefused() {
        try (var database = open(L2)) {
            assertThatThrownBy(() -> Rows.search(database, 0, 0, 0))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(database.directory().toString())
                    .hasMessageContaining("accepted: a top_k of 1 or more");
        }
    }

    @Test
    void idsAreAll64Bits() {
        var ids = new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE};
        try (var database = open(L2)) {
            for (var i = 0; i < ids.length; i++) {
                Rows.put(database, ids[i], i, 0);
            }
            database.freeze();

            assertThat(Rows.scan(database)).containsOnlyKeys(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE);
            assertThat(Rows.search(database, 4, 0, 0).ids(0)).containsExactly(ids);
            assertThat(database.get(-1))
                    .hasValueSatisfying(vector -> assertThat(vector).containsExactly(1, 0));
            database.delete(-1);
            assertThat(database.exists(-1)).isFalse();
        }
    }

    @Test
    void emptyBatchesAreFine() {
        try (var database = open(L2);
                var rows = new VectorBatch(2, 4)) {
            database.putBatch(rows);
            database.freeze();

            assertThat(Rows.search(database, 3).queries()).isZero();
        }
    }

    @Test
    void aBatchIsReusedAfterClear() {
        try (var database = open(L2);
                var batch = new VectorBatch(2, 2)) {
            for (var round = 0; round < 3; round++) {
                batch.clear();
                while (!batch.isFull()) {
                    var id = round * 2 + batch.size();
                    var at = batch.add(id);
                    batch.vectors().put(at, id).put(at + 1, -id);
                }
                database.putBatch(batch);
            }
            database.freeze();

            var rows = Rows.scan(database);
            assertThat(rows).hasSize(6);
            rows.forEach((id, vector) -> assertThat(vector).containsExactly(id.intValue(), -id.intValue()));
        }
    }

    @Test
    void aGraphFindsTheNearestOfThousandsOfRows() {
        var random = new Random(17);
        var dim = 16;
        var rows = 2000;
        var options = DatabaseOptions.builder(dim)
                .metric(Metric.L2)
                .adaptiveThreshold(0)
                .build();
        try (var database = open(options);
                var batch = new VectorBatch(dim, rows)) {
            var vectors = new float[rows][dim];
            for (var id = 0; id < rows; id++) {
                for (var i = 0; i < dim; i++) {
                    vectors[id][i] = random.nextFloat();
                }
                batch.add(id, vectors[id]);
            }
            database.putBatch(batch);
            database.freeze();

            var found = 0;
            for (var id = 0; id < rows; id += 20) {
                found += Rows.search(database, 1, vectors[id]).id(0, 0) == id ? 1 : 0;
            }
            assertThat(found).isGreaterThanOrEqualTo(98);
        }
    }

    @Test
    void vectorsOfAnotherDimAreRefusedBeforeTheEngineSeesThem() {
        try (var database = open(L2)) {
            assertThatThrownBy(() -> Rows.put(database, 1, 1, 2, 3))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("the batch has dim 3 (accepted: 2, the dim of the database)");
            try (var queries = new QueryBatch(3, new float[3])) {
                assertThatThrownBy(() -> database.searchBatch(queries, 1))
                        .isInstanceOf(DataException.class)
                        .hasMessageContaining("the batch has dim 3 (accepted: 2, the dim of the database)");
            }
        }
    }

    @Test
    void reopeningWithAnotherDimIsTheEnginesErrorWithItsWords() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            database.freeze();
        }
        var other = DatabaseOptions.builder(3).metric(Metric.L2).build();

        assertThatThrownBy(() -> open(other)).isInstanceOfSatisfying(PomaiException.class, failure -> {
            assertThat(failure.statusCode()).isEqualTo(StatusCode.INVALID_ARGUMENT);
            assertThat(failure.statusNumber()).isEqualTo(1);
            assertThat(failure.nativeMessage()).isNotBlank();
            assertThat(failure)
                    .hasMessage("Cannot open the database " + directory.resolve("db") + ": " + failure.nativeMessage()
                            + " (engine status 1, INVALID_ARGUMENT)");
        });
        try (var database = open(L2)) {
            assertThat(Rows.scan(database)).containsOnlyKeys(1L);
        }
    }

    @Test
    void aPathThatIsAFileIsTheEnginesError() throws IOException {
        Files.writeString(directory.resolve("db"), "not a database");

        assertThatThrownBy(() -> open(L2))
                .isInstanceOfSatisfying(PomaiException.class, failure -> assertThat(failure.statusCode())
                        .isEqualTo(StatusCode.IO_ERROR));
        assertThat(directory.resolve("db")).hasContent("not a database");
    }

    @Test
    void aPathWithSpacesAndLettersOfAnyAlphabetWorks() {
        try (var database = PomaiDatabase.open(library, directory.resolve("a b/größe 数"), L2)) {
            Rows.put(database, 1, 1, 0);
            database.freeze();
        }
        assertThat(directory.resolve("a b/größe 数")).isNotEmptyDirectory();
    }

    @Test
    void aScanSeesTheRowsOfItsBeginning() {
        try (var database = open(L2)) {
            Rows.put(database, 1, 1, 0);
            database.freeze();
            try (var scan = database.scan()) {
                Rows.put(database, 2, 2, 0);
                database.freeze();

                assertThat(scan.next()).isTrue();
                assertThat(scan.id()).isEqualTo(1);
                assertThat(scan.component(0)).isEqualTo(1);
                assertThat(scan.next()).isFalse();
                assertThat(scan.next()).isFalse();
                assertThatThrownBy(scan::id).isInstanceOf(IllegalStateException.class);
            }
            assertThat(Rows.scan(database)).containsOnlyKeys(1L, 2L);
        }
    }

    @Test
    void whatWasAttemptedIsSaidOnce() {
        var options = DatabaseOptions.builder(2).memoryBudgetBytes(1).build();
        try (var database = PomaiDatabase.open(directory.resolve("tight"), options);
                var batch = new VectorBatch(2, 1)) {
            batch.add(1, new float[] {1, 2});
            assertThatThrownBy(() -> database.putBatch(batch))
                    .isInstanceOfSatisfying(PomaiException.class, failure -> assertThat(failure.getMessage())
                            .startsWith("Cannot put 1 rows into " + database.directory() + ": ")
                            .containsOnlyOnce("Cannot put")
                            .endsWith("(engine status 6, RESOURCE_EXHAUSTED)"));
        }
    }
}
