package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.predicate.LogicalInverseRewriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are damaged or made to do harm: an error that names them, and no absurd allocation. */
class PayloadDamageTest {
    private static final int ROWS = 300;
    private static final List<PayloadColumn> COLUMNS = List.of(
            new PayloadColumn("number", PayloadType.INT),
            new PayloadColumn("tag", PayloadType.STRING),
            new PayloadColumn("list", PayloadType.array(PayloadType.LONG)));
    private static final PayloadSchema SCHEMA = new PayloadSchema(null, COLUMNS);

    @TempDir
    Path folder;

    private byte[] good;

    @BeforeEach
    void write() throws IOException {
        var rows = new TreeMap<Long, PayloadRow>();
        for (int i = 0; i < ROWS; i++) {
            var row = new PayloadRow(3);
            row.setInt(0, i);
            row.setBytes(1, ("tag" + i % 7).getBytes(StandardCharsets.UTF_8));
            var list = new PayloadRow(2);
            list.setLong(0, i);
            row.setValues(2, list);
            rows.put((long) i, row);
        }
        PayloadFile file = PayloadFiles.write(folder, SCHEMA, rows);
        good = Files.readAllBytes(Path.of(file.path().toUri()));
    }

    /** Reads everything in every way; whatever comes of it, it is not an error of another kind, or of memory. */
    private boolean reads(byte[] content) throws IOException {
        Path path = folder.resolve("damaged.parquet");
        Files.write(path, content);
        PayloadFile file = PayloadFiles.at(PayloadFiles.fileSystem(), path, ROWS);
        try {
            try (var reader = PayloadReader.open(file, COLUMNS)) {
                reader.rows(new long[] {0, 17, 299});
                PayloadScan scan = reader.scan();
                while (scan.next()) {
                    RandomPayload.plain(COLUMNS, scan.row());
                }
            }
            new PayloadFilter(
                            SCHEMA,
                            PayloadPredicate.and(
                                    PayloadPredicate.equal("tag", "tag3"), PayloadPredicate.less("number", 200)))
                    .matches(file, sink -> {});
            return true;
        } catch (DataException e) {
            assertThat(e.getMessage()).contains("damaged.parquet");
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void damageIsAnErrorThatNamesTheFile() throws IOException {
        assertThat(reads(good)).isTrue();
        var random = new Random(5);
        int noticed = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bad = good.clone();
            // The end, where the footer and the indexes are, is what everything else is read by.
            int at = i % 2 == 0 ? random.nextInt(bad.length) : bad.length - 1 - random.nextInt(1800);
            switch (i % 3) {
                case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bad[at] = (byte) 0xff;
                default -> {
                    for (int j = at; j < Math.min(bad.length, at + 5); j++) {
                        bad[j] = (byte) (j == at + 4 ? 0x0f : 0xff);
                    }
                }
            }
            noticed += reads(bad) ? 0 : 1;
        }
        assertThat(noticed).isGreaterThan(250);
    }

    @Test
    void everyTurnedBitOfAPageIsNoticed() throws IOException {
        var random = new Random(6);
        for (int i = 0; i < 200; i++) {
            byte[] bad = good.clone();
            bad[40 + random.nextInt(300)] ^= (byte) (1 << random.nextInt(8));
            assertThat(reads(bad)).isFalse();
        }
    }

    @Test
    void aFileOfAnotherLengthIsRefused() throws IOException {
        for (int length : new int[] {0, 4, 11, 12, 100, good.length - 1}) {
            assertThat(reads(Arrays.copyOf(good, length))).isFalse();
        }
        Path path = folder.resolve("short.parquet");
        Files.write(path, good);
        var longer = new PayloadFile(
                PayloadFiles.fileSystem(), new org.apache.hadoop.fs.Path(path.toUri()), good.length + 1, ROWS);
        assertThatThrownBy(() -> PayloadReader.open(longer, COLUMNS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("fewer than the " + (good.length + 1) + " bytes");
        var more = new PayloadFile(
                PayloadFiles.fileSystem(), new org.apache.hadoop.fs.Path(path.toUri()), good.length, ROWS + 1);
        assertThatThrownBy(() -> PayloadReader.open(more, COLUMNS))
                .hasMessageContaining("300 rows (the snapshot says that there are 301)");
        var missing = new PayloadFile(
                PayloadFiles.fileSystem(), new org.apache.hadoop.fs.Path("file:/nowhere/x.parquet"), 100, 1);
        assertThatThrownBy(() -> PayloadReader.open(missing, COLUMNS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("file:/nowhere/x.parquet: it does not exist");
    }

    @Test
    void aFooterLargerThanTheFileIsNotRead() throws IOException {
        byte[] bad = good.clone();
        ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(bad.length - 8, Integer.MAX_VALUE);
        Path path = folder.resolve("footer.parquet");
        Files.write(path, bad);
        assertThatThrownBy(() -> PayloadReader.open(PayloadFiles.at(PayloadFiles.fileSystem(), path, ROWS), COLUMNS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its footer has 2147483647 bytes");
    }

    @Test
    void aDamagedFooterIsSaidToBeThat() throws IOException {
        var random = new Random(7);
        int footer = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(good.length - 8);
        Path path = folder.resolve("footer.parquet");
        int undecodable = 0;
        for (int i = 0; i < 100; i++) {
            byte[] bad = good.clone();
            int at = bad.length - 8 - footer + random.nextInt(20);
            bad[at] ^= (byte) (1 + random.nextInt(255));
            Files.write(path, bad);
            try (var reader = PayloadReader.open(PayloadFiles.at(PayloadFiles.fileSystem(), path, ROWS), COLUMNS)) {
                assertThat(reader.columns()).isEqualTo(COLUMNS);
            } catch (DataException e) {
                assertThat(e.getMessage()).startsWith("Cannot read payload file file:" + path + ": its ");
                assertThat(e.getMessage().length()).isLessThan(600);
                undecodable += e.getMessage().contains(": its footer cannot be decoded: ") ? 1 : 0;
            }
        }
        assertThat(undecodable).isGreaterThan(50);
    }

    @Test
    void aFailingDiskIsNoDamage() throws IOException {
        var failing = new RawLocalFileSystem() {
            @Override
            public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize) throws IOException {
                throw new IOException("the disk is gone");
            }
        };
        failing.initialize(java.net.URI.create("file:///"), new Configuration());
        Path path = folder.resolve("whole.parquet");
        Files.write(path, good);
        assertThatThrownBy(() -> PayloadReader.open(PayloadFiles.at(failing, path, ROWS), COLUMNS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("whole.parquet: the disk is gone");
    }

    @Test
    void literalsOfFiltersDoNotReachParquetsLog() {
        FilterPredicate predicate = FilterApi.not(FilterApi.or(
                FilterApi.eq(FilterApi.intColumn("a"), 4711), FilterApi.gt(FilterApi.intColumn("a"), 815)));
        var filter = (FilterCompat.FilterPredicateCompat) FilterCompat.get(new QuietPredicate(predicate));
        assertThat(filter.getFilterPredicate().toString()).doesNotContain("4711", "815");
        assertThat(((QuietPredicate) filter.getFilterPredicate()).shown())
                .isEqualTo(LogicalInverseRewriter.rewrite(predicate));
    }

    @Test
    void aColumnOfAnotherTypeIsRefused() throws IOException {
        Path path = folder.resolve("types.parquet");
        Files.write(path, good);
        var other = List.of(new PayloadColumn("number", PayloadType.LONG));
        assertThatThrownBy(() -> PayloadReader.open(PayloadFiles.at(PayloadFiles.fileSystem(), path, ROWS), other))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its column number is optional int32 number"
                        + " (expected optional int64 number, as the snapshot has it)");
    }
}
