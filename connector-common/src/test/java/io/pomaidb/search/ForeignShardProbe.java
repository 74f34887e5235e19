package io.pomaidb.search;

import io.pomaidb.engine.PomaiLibrary;
import io.pomaidb.fixture.Jvm;
import java.io.IOException;
import java.nio.file.Path;

/** Checks filtered shards with the library that this JVM was told to load, which is another one than the tests'. */
final class ForeignShardProbe {
    private ForeignShardProbe() {}

    public static void main(String[] arguments) throws IOException {
        FilteredShards.checkAll(Path.of(arguments[0]));
        Jvm.report(PomaiLibrary.load().generation() + " " + PomaiLibrary.load().filtersIds());
    }
}
