package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredicateTextTest {
    private static final PayloadSchema SCHEMA = new PayloadSchema(
            "key",
            List.of(
                    new PayloadColumn("ok", PayloadType.BOOLEAN),
                    new PayloadColumn("size", PayloadType.INT),
                    new PayloadColumn("big", PayloadType.LONG),
                    new PayloadColumn("weight", PayloadType.FLOAT),
                    new PayloadColumn("score", PayloadType.DOUBLE),
                    new PayloadColumn("price", PayloadType.decimal(10, 2)),
                    new PayloadColumn("day", PayloadType.DATE),
                    new PayloadColumn("at", PayloadType.TIMESTAMP),
                    new PayloadColumn("local", PayloadType.TIMESTAMP_NTZ),
                    new PayloadColumn("raw", PayloadType.BINARY),
                    new PayloadColumn("tags", PayloadType.array(PayloadType.STRING)),
                    new PayloadColumn("a `b` c", PayloadType.STRING)));

    private static PayloadPredicate parse(String text) {
        return PayloadPredicate.parse(text, SCHEMA);
    }

    @Test
    void everyComparisonIsRead() {
        assertThat(parse("size = 3")).isEqualTo(PayloadPredicate.equal("size", 3L));
        assertThat(parse("size <> 3")).isEqualTo(PayloadPredicate.notEqual("size", 3L));
        assertThat(parse("size != 3")).isEqualTo(PayloadPredicate.notEqual("size", 3L));
        assertThat(parse("size<-3")).isEqualTo(PayloadPredicate.less("size", -3L));
        assertThat(parse("size <= +3")).isEqualTo(PayloadPredicate.lessOrEqual("size", 3L));
        assertThat(parse("size>3")).isEqualTo(PayloadPredicate.greater("size", 3L));
        assertThat(parse("size >= 3")).isEqualTo(PayloadPredicate.greaterOrEqual("size", 3L));
        assertThat(parse("size in (1, NULL,3)")).isEqualTo(PayloadPredicate.in("size", Arrays.asList(1L, null, 3L)));
        assertThat(parse("size NOT IN (1)")).isEqualTo(PayloadPredicate.not(PayloadPredicate.in("size", List.of(1L))));
        assertThat(parse("size BETWEEN 1 AND 3")).isEqualTo(PayloadPredicate.between("size", 1L, 3L));
        assertThat(parse("tags IS NULL")).isEqualTo(PayloadPredicate.isNull("tags"));
        assertThat(parse("tags is not null")).isEqualTo(PayloadPredicate.isNotNull("tags"));
        assertThat(parse("key LIKE 'ab%'")).isEqualTo(PayloadPredicate.startsWith("key", "ab"));
        assertThat(parse("key LIKE '10\\% \\_\\\\%'")).isEqualTo(PayloadPredicate.startsWith("key", "10% _\\"));
        assertThat(parse("key NOT LIKE 'ab'")).isEqualTo(PayloadPredicate.not(PayloadPredicate.equal("key", "ab")));
    }

    @Test
    void andBindsMoreThanOrAndNotMoreThanBoth() {
        PayloadPredicate a = PayloadPredicate.equal("size", 1L);
        PayloadPredicate b = PayloadPredicate.equal("size", 2L);
        PayloadPredicate c = PayloadPredicate.equal("size", 3L);
        assertThat(parse("size = 1 or size = 2 and size = 3"))
                .isEqualTo(PayloadPredicate.or(a, PayloadPredicate.and(b, c)));
        assertThat(parse("(size = 1 or size = 2) and not size = 3"))
                .isEqualTo(PayloadPredicate.and(PayloadPredicate.or(a, b), PayloadPredicate.not(c)));
        assertThat(parse("size between 1 and 2 and size = 3"))
                .isEqualTo(PayloadPredicate.and(PayloadPredicate.between("size", 1L, 2L), c));
        assertThat(parse("not not ((size = 1))")).isEqualTo(PayloadPredicate.not(PayloadPredicate.not(a)));
    }

    @Test
    void literalsHaveTheTypesOfTheirColumns() {
        assertThat(parse("ok = TRUE")).isEqualTo(PayloadPredicate.equal("ok", true));
        assertThat(parse("big = 9223372036854775807")).isEqualTo(PayloadPredicate.equal("big", Long.MAX_VALUE));
        assertThat(parse("weight = 0.1")).isEqualTo(PayloadPredicate.equal("weight", 0.1F));
        assertThat(parse("score = .5e-3")).isEqualTo(PayloadPredicate.equal("score", 0.0005));
        assertThat(parse("score = nan")).isEqualTo(PayloadPredicate.equal("score", Double.NaN));
        assertThat(parse("score > -infinity")).isEqualTo(PayloadPredicate.greater("score", Double.NEGATIVE_INFINITY));
        assertThat(parse("price = 9.90")).isEqualTo(PayloadPredicate.equal("price", new BigDecimal("9.90")));
        assertThat(parse("day = '2024-02-29'")).isEqualTo(PayloadPredicate.equal("day", LocalDate.of(2024, 2, 29)));
        assertThat(parse("day < DATE '2024-02-29'")).isEqualTo(PayloadPredicate.less("day", LocalDate.of(2024, 2, 29)));
        assertThat(parse("at = '2024-02-29 12:00:00.000001+02:00'"))
                .isEqualTo(PayloadPredicate.equal("at", Instant.parse("2024-02-29T10:00:00.000001Z")));
        assertThat(parse("local = '2024-02-29T12:00'"))
                .isEqualTo(PayloadPredicate.equal("local", LocalDateTime.of(2024, 2, 29, 12, 0)));
        assertThat(parse("key = 'it''s'")).isEqualTo(PayloadPredicate.equal("key", "it's"));
        assertThat(parse("`a ``b`` c` = ''")).isEqualTo(PayloadPredicate.equal("a `b` c", ""));
        assertThat(((PayloadPredicate.Compare) parse("raw >= x'00ff'")).literal())
                .isEqualTo(new byte[] {0, -1});
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    "" | character 1 stands the end (expected a column
                    colour = 1 | character 1 stands colour = 1 (expected a column: a `b` c, at, big
                    size | character 5 stands the end (expected =, <>
                    size = | character 7 stands the end (expected a whole number
                    size = 2.5 | character 8 stands 2.5 (expected a literal of type int
                    size = 'x' | character 8 stands 'x' (expected a whole number
                    size = 1 size | character 10 stands size (expected AND, OR, or the end
                    (size = 1 | character 10 stands the end (expected ')'
                    size in 1 | character 9 stands 1 (expected '('
                    size in () | character 10 stands ) (expected a whole number
                    size between 1 or 2 | character 16 stands or 2 (expected AND
                    size not = 3 | character 10 stands = 3 (expected IN, BETWEEN or LIKE
                    size like 'a%' | character 11 stands 'a%' (expected another condition
                    key like '%a' | character 10 stands '%a' (expected a prefix and %
                    key like 'a\\' | character 10 stands 'a\\' (expected a prefix and %
                    key = 'a | character 7 stands 'a (expected a closing '
                    day = '2024-13-01' | character 7 stands '2024-13-01' (expected a literal of type date
                    price = 1e999999999 | character 9 stands 1e999999999 (expected a number of up to 400 digits
                    tags = 1 | character 8 stands 1 (expected IS NULL: tags is of type array<string>
                    raw = x'0' | character 7 stands x'0' (expected a literal of type binary
                    size = 99999999999999999999 | character 8 stands 9999
                    at = '2024-02-29T10:00:00.0000001Z' | character 6 stands '2024
                    """)
    void errorsPointAtThePlace(String text, String expected) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("Cannot read predicate: at ")
                .hasMessageContaining(expected);
    }

    @Test
    void whatIsTooLargeIsRefused() {
        assertThatThrownBy(() -> parse("(".repeat(100_000) + "size = 1" + ")".repeat(100_000)))
                .hasMessageContaining("at character 101 ")
                .hasMessageContaining("100 levels");
        assertThatThrownBy(() -> parse("not ".repeat(100_000) + "size = 1")).hasMessageContaining("100 levels");
        assertThatThrownBy(() -> parse(" ".repeat(1_000_001))).hasMessageContaining("1000001 characters");
        String many = "size = 1" + " or size = 2".repeat(50_000);
        assertThat(((PayloadPredicate.Or) parse(many)).any()).hasSize(50_001);
    }
}
