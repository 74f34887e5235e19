package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a large file is read to fetch a few rows, or to find those that satisfy a predicate. */
class PagesReadTest {
    private static final int ROWS = 100_000;

    private static final List<PayloadColumn> COLUMNS = List.of(
            new PayloadColumn("number", PayloadType.LONG),
            new PayloadColumn("text", PayloadType.STRING),
            new PayloadColumn("tag", PayloadType.STRING));

    @TempDir
    static Path folder;

    private static PayloadFile file;
    private static BytesRead disk;

    @BeforeAll
    static void write() throws IOException {
        var random = new Random(11);
        try (var writer = new PayloadWriter(new PayloadSchema(null, COLUMNS), folder, 4 << 20)) {
            for (int i = 0; i < ROWS; i++) {
                var row = new PayloadRow(3);
                row.setLong(0, i);
                row.setBytes(1, text(random, 600));
                row.setBytes(2, ("tag-" + i / 20_000).getBytes(StandardCharsets.UTF_8));
                writer.add(i * 7919L, null, row);
            }
            Path parquet = folder.resolve("payload.parquet");
            disk = new BytesRead();
            file = PayloadFiles.at(disk, parquet, writer.finish(parquet));
        }
    }

    private static byte[] text(Random random, int length) {
        var text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('!' + random.nextInt(90));
        }
        return text;
    }

    @Test
    void fetchingTenRowsReadsPagesAndNotTheFile() throws IOException {
        assertThat(file.size()).isGreaterThan(40 << 20);
        var ids = new long[10];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (i * 9_973L + 17) % ROWS * 7919L;
        }
        disk.reset();
        try (var reader = PayloadReader.open(file, COLUMNS)) {
            List<PayloadRow> rows = reader.rows(ids);
            for (int i = 0; i < ids.length; i++) {
                assertThat(rows.get(i).longAt(0)).isEqualTo(ids[i] / 7919L);
                assertThat(rows.get(i).bytesAt(1)).hasSize(600);
            }
            // Ten pages of text at 64 KiB, and small ones of ids and numbers.
            assertThat(disk.bytes()).isLessThan(file.size() / 20);
            long first = disk.bytes();
            reader.rows(new long[] {ids[3]});
            assertThat(disk.bytes() - first).isLessThan(200 << 10);
        }
    }

    @Test
    void anyRowOfPagesWithFewRowsIsFound() throws IOException {
        var random = new Random(12);
        int count = 35;
        try (var writer = new PayloadWriter(new PayloadSchema(null, COLUMNS), folder, 1 << 20)) {
            for (int i = 0; i < count; i++) {
                var row = new PayloadRow(3);
                row.setLong(0, i);
                row.setBytes(1, text(random, 50_000));
                writer.add(i, null, row);
            }
            PayloadFile wide = PayloadFiles.finish(writer, folder);
            for (int last = 0; last < count; last++) {
                try (var reader = PayloadReader.open(wide, COLUMNS)) {
                    List<PayloadRow> rows = reader.rows(new long[] {last, last / 2, last / 3});
                    assertThat(rows)
                            .extracting(row -> row.longAt(0))
                            .containsExactly((long) last, last / 2L, last / 3L);
                    assertThat(rows.get(0).bytesAt(1)).hasSize(50_000);
                }
            }
        }
    }

    @Test
    void withoutTheTextNoTextIsRead() throws IOException {
        disk.reset();
        try (var reader = PayloadReader.open(file, COLUMNS.subList(0, 1))) {
            assertThat(reader.rows(new long[] {7919L * 5}).get(0).longAt(0)).isEqualTo(5);
        }
        assertThat(disk.bytes()).isLessThan(150 << 10);
    }

    @Test
    void aPredicateReadsThePagesThatMayHaveItsRows() throws IOException {
        var filter = new PayloadFilter(
                new PayloadSchema(null, COLUMNS), PayloadPredicate.between("number", 50_000L, 50_099L));
        disk.reset();
        assertThat(filter.matches(file, sink -> {}).ids().getLongCardinality()).isEqualTo(100);
        assertThat(disk.bytes()).isLessThan(200 << 10);
    }

    @Test
    void aRangeOfIdsReadsThePagesThatHaveThem() throws IOException {
        var filter = new PayloadFilter(
                new PayloadSchema(null, "id", COLUMNS),
                PayloadPredicate.and(
                        PayloadPredicate.between("id", 7919L * 50_000, 7919L * 50_099),
                        PayloadPredicate.isNotNull("number")));
        disk.reset();
        assertThat(filter.matches(file, sink -> {}).ids().getLongCardinality()).isEqualTo(100);
        assertThat(disk.bytes()).isLessThan(200 << 10);
    }

    @Test
    void aValueThatNoDictionaryHasReadsNoPage() throws IOException {
        disk.reset();
        var filter = new PayloadFilter(new PayloadSchema(null, COLUMNS), PayloadPredicate.equal("tag", "tag-1x"));
        assertThat(filter.matches(file, sink -> {}).none()).isTrue();
        assertThat(disk.bytes()).isLessThan(150 << 10);
    }
}
