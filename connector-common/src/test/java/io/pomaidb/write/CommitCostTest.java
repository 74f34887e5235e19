package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit writes about as much as it adds, whatever the index holds. */
class CommitCostTest {
    private static final long KIB = 1024;
    private static final List<PayloadColumn> COLUMNS =
            List.of(new PayloadColumn("number", PayloadType.LONG), new PayloadColumn("text", PayloadType.STRING));

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    private Map<Path, Long> files() throws IOException {
        var sizes = new HashMap<Path, Long>();
        try (Stream<Path> files = Files.walk(index.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(file, Files.size(file));
            }
        }
        return sizes;
    }

    private long written(Map<Path, Long> before) throws IOException {
        Map<Path, Long> after = files();
        after.keySet().removeAll(before.keySet());
        return after.values().stream().mapToLong(Long::longValue).sum();
    }

    private void writeWithPayload(WriteMode mode, int from, int to, String... options) throws IOException {
        IndexWrite write =
                IndexWrite.plan(index.index(), index.options(options), mode, IdType.LONG, COLUMNS, Optional.empty());
        try (ShardWriter writer = index.writer(write)) {
            for (var row : Vectors.rows(new Random(from), from, to, 16).entrySet()) {
                var payload = new PayloadRow(2);
                payload.setLong(0, row.getKey());
                payload.setBytes(1, ("the text of row " + row.getKey()).getBytes(StandardCharsets.UTF_8));
                writer.write(row.getKey(), VectorSource.of(row.getValue()), payload);
            }
            index.commit(write, writer.finish());
        }
    }

    @Test
    void oneRowIntoAHundredThousandTakesLessThan64KiBAndSoDoTheNext() throws IOException {
        // Without graphs, whose building is not what this is about.
        writeWithPayload(WriteMode.CREATE, 0, 100_000, "shards", "4", "adaptive_threshold", "1000000");
        long most = 0;
        for (int i = 0; i < 250; i++) {
            Map<Path, Long> before = files();
            if (i % 5 == 4) {
                index.index().delete(i, 50_000 + i);
            } else {
                writeWithPayload(WriteMode.APPEND, 99_999 + i, 100_000 + i);
            }
            most = Math.max(most, written(before));
        }
        assertThat(most).isLessThan(64 * KIB);
        Snapshot latest = index.index().latestExisting();
        assertThat(latest.segments()).hasSizeGreaterThan(250);
        assertThat(latest.lists()).isNotEmpty();
        assertThat(index.rows().size()).isEqualTo(100_000 + 199 - 100);
    }
}
