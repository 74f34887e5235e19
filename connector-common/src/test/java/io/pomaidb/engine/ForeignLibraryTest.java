package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Libraries with faults get an error that names them, and back every native object they handed out. */
class ForeignLibraryTest {

    private static final DatabaseOptions OPTIONS = DatabaseOptions.builder(2).build();

    @TempDir
    Path directory;

    @Test
    void anUnknownStructSizeIsNamedWithTheLibrary() {
        var path = TestLibraries.built("unknown_size");

        assertThatThrownBy(() -> PomaiLibrary.load(path))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("struct size 96");
    }

    @Test
    void aMissingFunctionIsNamedWithTheLibrary() {
        var path = TestLibraries.built("missing_symbol");

        assertThatThrownBy(() -> PomaiLibrary.load(path))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("it has no function pomai_freeze");
    }

    @ParameterizedTest
    @CsvSource({
        "wrong_stride, its results have the struct size 40 and not the 88 of generation C",
        "too_many_hits, it gives 1000001 hits where 3 were asked for"
    })
    void resultsThatCannotBeTrustedAreNotReadButFreed(String fault, String complaint) {
        var library = PomaiLibrary.load(TestLibraries.built(fault));
        try (var database = PomaiDatabase.open(library, directory, OPTIONS)) {
            Rows.put(database, 1, 1, 0);
            database.freeze();

            assertThatThrownBy(() -> Rows.search(database, 3, 1, 0))
                    .isInstanceOfSatisfying(PomaiException.class, failure -> {
                        assertThat(failure.statusCode()).isEqualTo(StatusCode.INTERNAL);
                        assertThat(failure).hasMessageContaining(library.path().toString());
                        assertThat(failure.nativeMessage()).endsWith(complaint);
                    });
        }
        assertThat(TestLibraries.live(library)).isZero();
    }

    @Test
    void successWithoutAHandleIsAnError() {
        var library = PomaiLibrary.load(TestLibraries.built("no_handle"));

        assertThatThrownBy(() -> PomaiDatabase.open(library, directory, OPTIONS))
                .isInstanceOf(PomaiException.class)
                .hasMessageContaining("it reports success and gives no handle");
    }

    @Test
    void aStatusNumberThatIsNotDefinedIsKept() {
        var library = PomaiLibrary.load(TestLibraries.built("unknown_status"));
        try (var database = PomaiDatabase.open(library, directory, OPTIONS)) {
            assertThatThrownBy(() -> database.get(1)).isInstanceOfSatisfying(PomaiException.class, failure -> {
                assertThat(failure.statusCode()).isEqualTo(StatusCode.UNKNOWN);
                assertThat(failure.statusNumber()).isEqualTo(77);
                assertThat(failure).hasMessageEndingWith("(engine status 77, UNKNOWN)");
            });
        }
        assertThat(TestLibraries.live(library)).isZero();
    }

    @Test
    void everyNativeObjectGoesBackAlsoWhereCallsFail() {
        var library = PomaiLibrary.load(TestLibraries.built("gen_b"));
        var before = TestLibraries.live(library);
        try (var database = PomaiDatabase.open(library, directory, OPTIONS)) {
            Rows.put(database, 1, 1, 0);
            database.freeze();
            database.get(1);
            database.get(2);
            database.exists(1);
            database.delete(2);
            Rows.search(database, 3, 1, 0, 0, 1);
            Rows.scan(database);
            assertThat(database.scan().next()).isTrue();
            assertThatThrownBy(() -> Rows.put(database, 3, Float.NaN, 0)).isInstanceOf(PomaiException.class);
            assertThat(TestLibraries.live(library)).isEqualTo(before + 3);
        }
        var other = DatabaseOptions.builder(3).build();
        assertThatThrownBy(() -> PomaiDatabase.open(library, directory, other)).isInstanceOf(PomaiException.class);

        assertThat(TestLibraries.live(library)).isEqualTo(before);
    }

    @Test
    void aForgottenDatabaseIsClosedOnceItIsOutOfReach() {
        var library = PomaiLibrary.load(TestLibraries.built("gen_c"));
        var before = TestLibraries.live(library);
        PomaiDatabase.open(library, directory, OPTIONS).scan();

        var deadline = Instant.now().plus(Duration.ofMinutes(1));
        while (TestLibraries.live(library) != before && Instant.now().isBefore(deadline)) {
            System.gc();
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(TestLibraries.live(library)).isEqualTo(before);
    }

    @Test
    void twoLibrariesWorkSideBySide() {
        try (var first = PomaiDatabase.open(directory.resolve("a"), OPTIONS);
                var second = PomaiDatabase.open(
                        PomaiLibrary.load(TestLibraries.built("gen_c")), directory.resolve("b"), OPTIONS)) {
            Rows.put(first, 1, 1, 0);
            Rows.put(second, 2, 1, 0);
            first.freeze();
            second.freeze();

            assertThat(Rows.search(first, 5, 1, 0).ids(0)).containsExactly(1);
            assertThat(Rows.search(second, 5, 1, 0).ids(0)).containsExactly(2);
        }
    }
}
