package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import java.util.Map;

/** The native libraries that the tests load: the bundled engine, and what engine/test/generations builds. */
final class TestLibraries {

    /** As the binding does, without making the library's symbols global. */
    private static final int RTLD_NOW = 2;

    private TestLibraries() {}

    /** A library with the structs of {@code generation}; the bundled one has those of A. */
    static PomaiLibrary of(StructGeneration generation) {
        var library =
                switch (generation) {
                    case A -> PomaiLibrary.load();
                    case B -> PomaiLibrary.load(built("gen_b"));
                    case C -> PomaiLibrary.load(built("gen_c"));
                };
        assertThat(library.generation()).isEqualTo(generation);
        return library;
    }

    /** The path of a test library by its name in engine/test/generations/CMakeLists.txt. */
    static Path built(String name) {
        var directory = System.getProperty("pomai.test.generations");
        var file = Path.of(directory, System.mapLibraryName("pomai_c_" + name)).normalize();
        assertThat(file)
                .as("the engine's build makes the test libraries, as in mvn -pl connector-common -am verify")
                .isRegularFile();
        return file;
    }

    /** How many native objects a test library has handed out and not got back. */
    static long live(PomaiLibrary library) {
        var options = Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW);
        return NativeLibrary.getInstance(library.path().toString(), options)
                .getFunction("pomai_test_live")
                .invokeLong(new Object[] {});
    }
}
