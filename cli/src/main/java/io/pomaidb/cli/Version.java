package io.pomaidb.cli;

import io.pomaidb.engine.PomaiLibrary;
import io.pomaidb.index.Snapshot;
import picocli.CommandLine.IVersionProvider;

/** What the program is made of. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "pomaidb command line", "index format " + Snapshot.FORMAT_VERSION, "engine " + PomaiLibrary.load()
        };
    }
}
