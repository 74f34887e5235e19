package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadFileTest {
    @TempDir
    Path folder;

    @Test
    void everyTypeComesBackAsItWasWritten() throws IOException {
        roundTrip(RandomPayload.everyType(), new RandomPayload(7), 3_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomTypesComeBackAsTheyWereWritten(long seed) throws IOException {
        var random = new RandomPayload(seed);
        var columns = new ArrayList<PayloadColumn>();
        for (int i = 0; i < 6; i++) {
            columns.add(new PayloadColumn("column " + i, random.type(4)));
        }
        roundTrip(columns, random, 300);
    }

    private void roundTrip(List<PayloadColumn> columns, RandomPayload random, int count) throws IOException {
        var schema = new PayloadSchema(null, columns);
        var rows = new TreeMap<Long, PayloadRow>(Long::compareUnsigned);
        for (int i = 0; i < count; i++) {
            rows.put(random.random().nextLong(), random.row(columns));
        }
        PayloadFile file = PayloadFiles.write(folder, schema, rows);

        try (var reader = PayloadReader.open(file, columns)) {
            PayloadScan scan = reader.scan();
            for (var row : rows.entrySet()) {
                assertThat(scan.next()).isTrue();
                assertThat(scan.id()).isEqualTo(row.getKey());
                assertThat(RandomPayload.plain(columns, scan.row()))
                        .isEqualTo(RandomPayload.plain(columns, row.getValue()));
            }
            assertThat(scan.next()).isFalse();
        }
        lookUp(columns, rows, file, new Random(count));
    }

    private void lookUp(List<PayloadColumn> columns, Map<Long, PayloadRow> rows, PayloadFile file, Random random)
            throws IOException {
        var ids = new ArrayList<>(rows.keySet());
        Collections.shuffle(ids, random);
        var wanted = new long[40];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = i % 4 == 0 ? random.nextLong() : i % 9 == 5 ? wanted[i - 1] : ids.get(i);
        }
        var projection = new ArrayList<>(columns);
        Collections.shuffle(projection, random);
        List<PayloadColumn> some = projection.subList(0, projection.size() / 2);
        try (var reader = PayloadReader.open(file, some)) {
            for (int round = 0; round < 2; round++) {
                List<PayloadRow> found = reader.rows(wanted);
                for (int i = 0; i < wanted.length; i++) {
                    PayloadRow expected = rows.get(wanted[i]);
                    if (expected == null) {
                        assertThat(found.get(i)).isNull();
                    } else {
                        assertThat(RandomPayload.plain(some, found.get(i)))
                                .isEqualTo(RandomPayload.plain(some, projected(columns, expected, some)));
                    }
                }
            }
        }
    }

    /** The row with the columns of a projection, all of which it has. */
    private static PayloadRow projected(List<PayloadColumn> columns, PayloadRow row, List<PayloadColumn> some) {
        var projected = new PayloadRow(some.size());
        for (int i = 0; i < some.size(); i++) {
            int from = columns.indexOf(some.get(i));
            if (row.isNullAt(from)) {
                continue;
            }
            switch (some.get(i).type().kind()) {
                case STRING, BINARY -> projected.setBytes(i, row.bytesAt(from));
                case DECIMAL -> {
                    if (some.get(i).type().isLongDecimal()) {
                        projected.setLong(i, row.longAt(from));
                    } else {
                        projected.setBytes(i, row.bytesAt(from));
                    }
                }
                case ARRAY, STRUCT -> projected.setValues(i, row.valuesAt(from));
                case MAP -> projected.setMap(i, row.mapAt(from));
                default -> projected.setLong(i, row.longAt(from));
            }
        }
        return projected;
    }
}
