package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches whose queries, or whose hits, take several times the heap. */
class ManyQueriesIT {
    /** Little more than the least that Spark starts with. */
    private static final String HEAP = "480m";

    @TempDir
    private Path folder;

    @Test
    void theDriverDoesNotHoldAllQueries() throws IOException {
        try (Jvm job = start(ManyQueriesJob.QUERIES)) {
            assertAnswers(job, "by shards", ManyQueriesJob.LARGE_QUERIES);
            assertAnswers(job, "in all shards", ManyQueriesJob.LARGE_QUERIES);
        }
    }

    @Test
    void aTaskDoesNotHoldAllHitsOfItsShard() throws IOException {
        try (Jvm job = start(ManyQueriesJob.PAYLOAD)) {
            assertAnswers(job, "with payload", ManyQueriesJob.SMALL_QUERIES * ManyQueriesJob.HITS);
        }
    }

    private Jvm start(String searches) throws IOException {
        return Jvm.startAsThis(HEAP, ManyQueriesJob.class, searches, folder.toString());
    }

    private static void assertAnswers(Jvm job, String what, int hits) throws IOException {
        String line = job.readLine();
        assertThat(line).as(() -> what + "\n" + errors(job)).isEqualTo("" + hits);
    }

    private static String errors(Jvm job) {
        try {
            return job.errors();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
