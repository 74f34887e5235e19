package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.longlong.Roaring64Bitmap;

class PayloadFilterTest {
    private static final int ROWS = 12_000;

    private static final List<PayloadColumn> COLUMNS = List.of(
            new PayloadColumn("flag", PayloadType.BOOLEAN),
            new PayloadColumn("small", PayloadType.BYTE),
            new PayloadColumn("number", PayloadType.INT),
            new PayloadColumn("rising", PayloadType.LONG),
            new PayloadColumn("float", PayloadType.FLOAT),
            new PayloadColumn("double", PayloadType.DOUBLE),
            new PayloadColumn("price", PayloadType.decimal(7, 2)),
            new PayloadColumn("middle", PayloadType.decimal(16, 3)),
            new PayloadColumn("large", PayloadType.decimal(25, 5)),
            new PayloadColumn("day", PayloadType.DATE),
            new PayloadColumn("at", PayloadType.TIMESTAMP),
            new PayloadColumn("clock", PayloadType.TIMESTAMP_NTZ),
            new PayloadColumn("text", PayloadType.STRING),
            new PayloadColumn("raw", PayloadType.BINARY),
            new PayloadColumn("with.dot", PayloadType.INT),
            new PayloadColumn("list", PayloadType.array(PayloadType.INT)));

    private static final List<PayloadPredicate.Comparison> COMPARISONS = List.of(PayloadPredicate.Comparison.values());

    private static final PayloadColumn MISSING = new PayloadColumn("missing", PayloadType.INT);

    private static final PayloadColumn ID = new PayloadColumn(BruteForce.ID, PayloadType.LONG);

    /** Of a segment that is not asked for its ids. */
    private static final PayloadFilter.Ids NO_IDS = sink -> {
        throw new AssertionError("The ids are not needed");
    };

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithBruteForceOnRandomPredicates(long seed) throws IOException {
        var random = new Random(seed);
        boolean hasNan = seed != 2;
        var schema = new PayloadSchema(null, COLUMNS);
        SortedMap<Long, PayloadRow> rows = new TreeMap<>(Long::compareUnsigned);
        for (int i = 0; i < ROWS; i++) {
            rows.put(idOf(i), row(random, i, hasNan));
        }
        PayloadFile file = PayloadFiles.write(folder, schema, rows);
        var withMissing = new ArrayList<>(COLUMNS);
        withMissing.add(MISSING);
        var later = new PayloadSchema(null, ID.name(), withMissing);
        for (int i = 0; i < 250; i++) {
            PayloadPredicate predicate = predicate(random, 3);
            var expected = new Roaring64Bitmap();
            rows.forEach((id, row) -> {
                if (Boolean.TRUE.equals(BruteForce.test(predicate, withMissing, id, row))) {
                    expected.addLong(id);
                }
            });
            PayloadMatches matches = new PayloadFilter(later, predicate).matches(file, NO_IDS);
            if (matches.all()) {
                assertThat(expected.getLongCardinality()).as("%s", predicate).isEqualTo(ROWS);
            } else {
                assertThat(matches.ids()).as("%s", predicate).isEqualTo(expected);
            }
        }
    }

    private static long idOf(int row) {
        return row * 3L - ROWS;
    }

    /** Values cluster by row, so that pages differ and statistics matter. */
    private static PayloadRow row(Random random, int i, boolean hasNan) {
        var row = new PayloadRow(COLUMNS.size());
        for (int c = 0; c < COLUMNS.size(); c++) {
            if (random.nextInt(7) == 0 || i / 1000 % 6 == c % 6) {
                continue;
            }
            int near = i / 500 + random.nextInt(3);
            switch (c) {
                case 0 -> row.setBoolean(c, near % 2 == 0);
                case 1 -> row.setInt(c, (byte) near);
                case 3 -> row.setLong(c, i * 1_000_000_000L);
                case 4 -> row.setFloat(c, number(random, near, hasNan));
                case 5 -> row.setDouble(c, number(random, near, hasNan));
                case 6, 7 -> row.setLong(c, near * 25L - 100);
                case 8 ->
                    row.setBytes(
                            c,
                            BigDecimal.valueOf(near * 25L - 100, 5)
                                    .unscaledValue()
                                    .toByteArray());
                case 10, 11 -> row.setLong(c, near * 86_400_000_000L);
                case 12 -> row.setBytes(c, text(near).getBytes(StandardCharsets.UTF_8));
                case 13 -> row.setBytes(c, new byte[] {(byte) (near * 11), (byte) near});
                case 15 -> row.setValues(c, new PayloadRow(near % 3));
                default -> row.setInt(c, near - 10);
            }
        }
        return row;
    }

    private static float number(Random random, int near, boolean hasNan) {
        return switch (random.nextInt(12)) {
            case 0 -> hasNan ? Float.NaN : 0.0f;
            case 1 -> -0.0f;
            case 2 -> 0.0f;
            case 3 -> Float.NEGATIVE_INFINITY;
            default -> near / 4f;
        };
    }

    private static String text(int near) {
        return near % 5 == 0 ? "äpfel-" + near : "item-" + near % 13;
    }

    private static PayloadPredicate predicate(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 7 : 10);
        int c = random.nextInt(COLUMNS.size() + 3);
        PayloadColumn column = c == COLUMNS.size() ? MISSING : c > COLUMNS.size() ? ID : COLUMNS.get(c);
        if (kind < 7 && !column.type().isAtomic()) {
            kind = 5;
        }
        return switch (kind) {
            case 0, 1, 2 ->
                new PayloadPredicate.Compare(
                        column.name(),
                        COMPARISONS.get(random.nextInt(COMPARISONS.size())),
                        random.nextInt(15) == 0 ? null : literal(random, column));
            case 3 -> {
                var literals = new ArrayList<Object>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    literals.add(random.nextInt(12) == 0 ? null : literal(random, column));
                }
                yield PayloadPredicate.in(column.name(), literals);
            }
            case 4 -> PayloadPredicate.between(column.name(), literal(random, column), literal(random, column));
            case 5 ->
                random.nextBoolean()
                        ? PayloadPredicate.isNull(column.name())
                        : PayloadPredicate.isNotNull(column.name());
            case 6 ->
                PayloadPredicate.startsWith(
                        "text", List.of("item-1", "ä", "", "item-12", "x").get(random.nextInt(5)));
            case 7 -> PayloadPredicate.not(predicate(random, depth - 1));
            case 8 -> new PayloadPredicate.And(predicates(random, depth - 1));
            default -> new PayloadPredicate.Or(predicates(random, depth - 1));
        };
    }

    private static List<PayloadPredicate> predicates(Random random, int depth) {
        var predicates = new ArrayList<PayloadPredicate>();
        for (int i = random.nextInt(4); i > 0; i--) {
            predicates.add(predicate(random, depth));
        }
        return predicates;
    }

    private static Object literal(Random random, PayloadColumn column) {
        if (column.equals(ID)) {
            return idOf(random.nextInt(ROWS)) + random.nextInt(2);
        }
        int near = random.nextInt(28);
        return switch (column.type().kind()) {
            case BOOLEAN -> random.nextBoolean();
            case FLOAT, DOUBLE ->
                switch (random.nextInt(8)) {
                    case 0 -> Double.NaN;
                    case 1 -> -0.0;
                    case 2 -> 0.0f;
                    case 3 -> near;
                    case 4 -> near / 4.0 + 1e-9;
                    default -> near / 4.0;
                };
            case DECIMAL ->
                random.nextBoolean()
                        ? new BigDecimal(near * 25L - 100)
                                .movePointLeft(column.type().scale())
                        : new BigDecimal("0.12345678").multiply(BigDecimal.valueOf(near));
            case DATE -> LocalDate.ofEpochDay(near - 10);
            case TIMESTAMP -> Instant.EPOCH.plus(near, ChronoUnit.DAYS);
            case TIMESTAMP_NTZ -> LocalDateTime.ofEpochSecond(near * 86_400L, 0, ZoneOffset.UTC);
            case STRING -> text(near);
            case BINARY -> new byte[] {(byte) (near * 11), (byte) near};
            case LONG -> near * 500L * 1_000_000_000L;
            default -> random.nextInt(10) == 0 ? (Object) Long.MAX_VALUE : (Object) (near - 10);
        };
    }

    @Test
    void aPredicateOnColumnsThatASegmentDoesNotHaveSaysTheSameOfAllItsRows() throws IOException {
        var schema = new PayloadSchema(null, List.of(MISSING));
        assertThat(new PayloadFilter(schema, PayloadPredicate.isNull("missing"))
                        .matches(null, NO_IDS)
                        .all())
                .isTrue();
        assertThat(new PayloadFilter(schema, PayloadPredicate.notEqual("missing", 1))
                        .matches(null, NO_IDS)
                        .none())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void agreesWithBruteForceOnTheIdsOfASegmentWithoutAFile(long seed) throws IOException {
        var random = new Random(seed);
        var columns = new ArrayList<>(COLUMNS);
        columns.add(MISSING);
        var schema = new PayloadSchema(null, ID.name(), columns);
        var row = new PayloadRow(columns.size());
        var ids = new Roaring64Bitmap();
        for (int i = 0; i < 500; i++) {
            ids.addLong(idOf(random.nextInt(ROWS)));
        }
        for (int i = 0; i < 500; i++) {
            PayloadPredicate predicate = predicate(random, 3);
            PayloadMatches matches =
                    new PayloadFilter(schema, predicate).matches(null, sink -> ids.forEach(sink::accept));
            var found = ids.clone();
            if (!matches.all()) {
                found.and(matches.ids());
            }
            var expected = new Roaring64Bitmap();
            ids.forEach(id -> {
                if (Boolean.TRUE.equals(BruteForce.test(predicate, columns, id, row))) {
                    expected.addLong(id);
                }
            });
            assertThat(found).as("%s", predicate).isEqualTo(expected);
        }
    }

    @Test
    void idsThatAPredicateNamesAreNotLookedFor() throws IOException {
        var schema = new PayloadSchema(null, ID.name(), COLUMNS);
        PayloadPredicate named = PayloadPredicate.and(
                PayloadPredicate.or(
                        PayloadPredicate.equal("id", -5),
                        PayloadPredicate.in("id", Arrays.asList(7, null, Long.MIN_VALUE)),
                        PayloadPredicate.equal("id", null)),
                PayloadPredicate.less("id", 7L),
                PayloadPredicate.isNull("number"));
        assertThat(new PayloadFilter(schema, named).matches(null, NO_IDS).ids())
                .isEqualTo(Roaring64Bitmap.bitmapOf(-5, Long.MIN_VALUE));
        var empty = new PayloadSchema(null, ID.name(), List.of());
        assertThat(new PayloadFilter(empty, PayloadPredicate.in("id", List.of()))
                        .matches(null, NO_IDS)
                        .none())
                .isTrue();
    }

    @Test
    void refusesWhatTheSchemaDoesNotHave() {
        var schema = new PayloadSchema(null, COLUMNS);
        for (PayloadPredicate wrong : Arrays.asList(
                PayloadPredicate.equal("nowhere", 1),
                PayloadPredicate.equal("id", 1),
                PayloadPredicate.equal("number", 1.5),
                PayloadPredicate.equal("number", "1"),
                PayloadPredicate.less("text", 1),
                PayloadPredicate.startsWith("raw", "a"),
                PayloadPredicate.equal("list", List.of(1)),
                PayloadPredicate.in("list", Collections.singletonList(null)),
                PayloadPredicate.equal("at", Instant.EPOCH.plusNanos(1)),
                PayloadPredicate.equal("at", Instant.MAX),
                PayloadPredicate.equal("text", "half a character \ud83d"),
                PayloadPredicate.equal("double", Long.MAX_VALUE))) {
            assertThatThrownBy(() -> wrong.check(schema))
                    .as("%s", wrong)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(" column ");
        }
        PayloadPredicate deep = PayloadPredicate.isNull("flag");
        for (int i = 0; i < 10_000; i++) {
            deep = PayloadPredicate.not(deep);
        }
        PayloadPredicate tooDeep = deep;
        assertThatThrownBy(() -> tooDeep.check(schema)).hasMessageContaining("nested");
    }
}
