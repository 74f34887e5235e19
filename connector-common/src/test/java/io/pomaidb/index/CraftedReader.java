package io.pomaidb.index;

import io.pomaidb.error.DataException;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import java.io.IOException;
import java.nio.file.Path;

/** Reads the latest snapshot of an index in a small JVM, and says how that went. */
final class CraftedReader {
    private CraftedReader() {}

    public static void main(String[] arguments) throws IOException {
        try {
            Jvm.report("read version "
                    + new TestIndex(Path.of(arguments[0]))
                            .index()
                            .latestExisting()
                            .version());
        } catch (DataException e) {
            Jvm.report("DataException: " + e.getMessage());
        }
    }
}
