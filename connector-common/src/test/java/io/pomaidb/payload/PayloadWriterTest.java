package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadWriterTest {
    private static final PayloadSchema NUMBER =
            new PayloadSchema(null, List.of(new PayloadColumn("number", PayloadType.LONG)));
    private static final PayloadSchema KEYED = new PayloadSchema("key", NUMBER.columns());

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1000, 1000000, false", "20000, 2000, false", "20000, 2000, true", "60000, 600, false"})
    void rowsInAnyOrderAndTwiceCountOnceInTheOrderOfIds(int count, int buffer, boolean ascending) throws IOException {
        var random = new Random(count + buffer);
        SortedMap<Long, Long> expected = new TreeMap<>(Long::compareUnsigned);
        try (var writer = new PayloadWriter(NUMBER, folder, buffer)) {
            for (int i = 0; i < count; i++) {
                long id = ascending ? i / 2 - count / 4 : random.nextInt(count) - count / 2;
                writer.add(id, null, number(i));
                expected.put(id, (long) i);
            }
            Path file = folder.resolve("payload.parquet");
            assertThat(writer.finish(file)).isEqualTo(expected.size());
            var found = new ArrayList<Long>();
            try (var reader = PayloadReader.open(
                    PayloadFiles.at(PayloadFiles.fileSystem(), file, expected.size()), NUMBER.columns())) {
                PayloadScan scan = reader.scan();
                while (scan.next()) {
                    found.add(scan.id());
                    assertThat(scan.row().longAt(0)).isEqualTo(expected.get(scan.id()));
                }
            }
            assertThat(found).containsExactlyElementsOf(expected.keySet());
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("payload.parquet");
        }
    }

    private static PayloadRow number(long value) {
        var row = new PayloadRow(1);
        row.setLong(0, value);
        return row;
    }

    @Test
    void anIdOfTwoKeysIsRefusedWhereverTheyMeet() throws IOException {
        for (int buffer : new int[] {1, 1 << 20}) {
            try (var writer = new PayloadWriter(KEYED, folder, buffer)) {
                writer.add(5, bytes("one"), number(1));
                writer.add(4, bytes("other"), number(1));
                writer.add(5, bytes("one"), number(2));
                writer.add(5, bytes("two"), number(3));
                assertThatThrownBy(() -> writer.finish(folder.resolve("payload.parquet")))
                        .isInstanceOf(DataException.class)
                        .hasMessageContaining("\"one\"")
                        .hasMessageContaining("\"two\"")
                        .hasMessageContaining("id 5");
            }
            assertThat(folder.resolve("payload.parquet")).doesNotExist();
        }
    }

    @Test
    void theKeysOfANewSegmentAreHeldAgainstOlderOnes() throws IOException {
        PayloadFile older = keyed(1, "a", 2, "b", 3, "c");
        PayloadFile other = keyed(-9, "z");
        KeyCollisions.check(KEYED, keyed(2, "b", 4, "d", -9, "z"), List.of(older, other));
        assertThatThrownBy(() -> KeyCollisions.check(KEYED, keyed(2, "b", 3, "d", -9, "z"), List.of(other, older)))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot write rows with keys \"d\" and \"c\": both have the id 3, the xxHash64 of the key"
                        + " (change one of the keys)");
    }

    private PayloadFile keyed(Object... idsAndKeys) throws IOException {
        try (var writer = new PayloadWriter(KEYED, folder, 1000)) {
            for (int i = 0; i < idsAndKeys.length; i += 2) {
                writer.add((int) idsAndKeys[i], bytes((String) idsAndKeys[i + 1]), number(i));
            }
            return PayloadFiles.finish(writer, folder);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theIdOfAKeyIsItsXxHash64() {
        // Of the reference implementation, with seed 0; with 42, of Spark's function xxhash64.
        assertThat(KeyHash.hash(bytes(""), 0)).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(KeyHash.hash(bytes("a"), 0)).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(KeyHash.hash(bytes("abc"), 0)).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(KeyHash.idOf(bytes("ABC"))).isEqualTo(4105715581806190027L);
    }

    @Test
    void valuesThatDoNotFitTheirTypesAreRefusedByRowAndColumn() throws IOException {
        var schema = new PayloadSchema(
                null,
                List.of(
                        new PayloadColumn("price", PayloadType.decimal(5, 2)),
                        new PayloadColumn("large", PayloadType.decimal(20, 0)),
                        new PayloadColumn("map", PayloadType.map(PayloadType.INT, PayloadType.INT))));
        var tooLarge = new PayloadRow(3);
        tooLarge.setLong(0, 100_000);
        var tooLong = new PayloadRow(3);
        tooLong.setBytes(1, new byte[] {127, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        var nullKey = new PayloadRow(3);
        nullKey.setMap(2, new PayloadEntries(new PayloadRow(1), new PayloadRow(1)));
        try (var writer = new PayloadWriter(schema, folder, 1000)) {
            assertThatThrownBy(() -> writer.add(7, null, tooLarge))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("row 7: column price of type decimal(5,2)");
            assertThatThrownBy(() -> writer.add(8, null, tooLong)).hasMessageContaining("row 8: column large");
            assertThatThrownBy(() -> writer.add(9, null, nullKey)).hasMessageContaining("the key null");
            assertThatThrownBy(() -> writer.add(9, null, new PayloadRow(2))).hasMessageContaining("2 payload columns");
        }
    }
}
