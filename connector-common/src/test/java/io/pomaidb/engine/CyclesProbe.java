package io.pomaidb.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Run in a fresh JVM: opens, searches, scans and closes a database again and again, and says what memory that cost. */
final class CyclesProbe {

    /** Enough for the JVM to have compiled what there is to compile, which takes memory as well. */
    private static final int WARM_UP = 15_000;

    private static final int CYCLES = 10_000;

    private CyclesProbe() {}

    public static void main(String[] args) throws IOException {
        var directory = Files.createTempDirectory(Path.of(args[0]).getParent(), "db");
        var options = DatabaseOptions.builder(64).build();
        try (var database = PomaiDatabase.open(directory, options);
                var batch = new VectorBatch(64, 200)) {
            for (var id = 0; id < 200; id++) {
                batch.vectors().put(batch.add(id), id);
            }
            database.putBatch(batch);
            database.freeze();
        }
        cycle(WARM_UP, directory, options);
        var residentBefore = residentKilobytes();
        var mappingsBefore = mappings();
        cycle(CYCLES, directory, options);
        Files.writeString(
                Path.of(args[0]), (residentKilobytes() - residentBefore) + "\n" + (mappings() - mappingsBefore));
    }

    private static void cycle(int times, Path directory, DatabaseOptions options) {
        var query = new float[64 * 20];
        for (var i = 0; i < times; i++) {
            try (var database = PomaiDatabase.open(directory, options);
                    var queries = new QueryBatch(64, query)) {
                database.searchBatch(queries, 10);
                database.get(i % 300);
                try (var scan = database.scan()) {
                    scan.next();
                }
            }
        }
    }

    private static long residentKilobytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            var line =
                    lines.filter(text -> text.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
    }

    private static long mappings() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.count();
        }
    }
}
