package io.pomaidb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.engine.FsyncPolicy;
import io.pomaidb.engine.Metric;
import io.pomaidb.error.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PomaiOptionsTest {

    @Test
    void withoutOptionsEveryGetterGivesItsDefault() {
        var options = PomaiOptions.parse(Map.of());

        assertThat(options.idColumn()).isEqualTo("id");
        assertThat(options.vectorColumn()).isEqualTo("embedding");
        assertThat(options.dim()).isEmpty();
        assertThat(options.metric()).isEqualTo(IndexMetric.IP);
        assertThat(options.shards()).isEqualTo(4);
        assertThat(options.segmentsPerShard()).isEqualTo(1);
        assertThat(options.hnswM()).isEqualTo(32);
        assertThat(options.hnswEfConstruction()).isEqualTo(200);
        assertThat(options.hnswEfSearch()).isEqualTo(64);
        assertThat(options.adaptiveThreshold()).isEqualTo(5000);
        assertThat(options.fsync()).isEqualTo(FsyncPolicy.NEVER);
        assertThat(options.memoryBudgetBytes()).isZero();
        assertThat(options.searchThreads()).isZero();
        assertThat(options.topK()).isEqualTo(10);
        assertThat(options.query()).isEmpty();
        assertThat(options.queries()).isEmpty();
        assertThat(options.queryIdColumn()).isEqualTo("query_id");
        assertThat(options.queryVectorColumn()).isEqualTo("query_vector");
        assertThat(options.queryBatchBytes()).isEqualTo(256L << 20);
        assertThat(options.cacheDir()).isEmpty();
        assertThat(options.cacheMaxBytes()).isEqualTo(32L << 30);
    }

    @Test
    void everyGivenOptionReachesItsGetter() {
        var given = new HashMap<String, String>();
        given.put("path", "hdfs://nn/index");
        given.put("id_column", "word_id");
        given.put("vector_column", "v");
        given.put("dim", "128");
        given.put("metric", "l2");
        given.put("shards", "65536");
        given.put("segments_per_shard", "3");
        given.put("hnsw_m", "16");
        given.put("hnsw_ef_construction", "400");
        given.put("hnsw_ef_search", "100");
        given.put("adaptive_threshold", "0");
        given.put("fsync", "always");
        given.put("memory_budget_bytes", "2g");
        given.put("search_threads", "8");
        given.put("top_k", "1");
        given.put("queries", "my_queries");
        given.put("query_id", "qid");
        given.put("query_vector", "qvec");
        given.put("query_batch_bytes", "1024");
        given.put("cache_dir", "/disk/cache");
        given.put("cache_max_bytes", "1T");

        var options = PomaiOptions.parse(given);

        assertThat(options.path()).isEqualTo("hdfs://nn/index");
        assertThat(options.idColumn()).isEqualTo("word_id");
        assertThat(options.vectorColumn()).isEqualTo("v");
        assertThat(options.dim()).hasValue(128);
        assertThat(options.metric()).isEqualTo(IndexMetric.L2);
        assertThat(options.shards()).isEqualTo(65536);
        assertThat(options.segmentsPerShard()).isEqualTo(3);
        assertThat(options.hnswM()).isEqualTo(16);
        assertThat(options.hnswEfConstruction()).isEqualTo(400);
        assertThat(options.hnswEfSearch()).isEqualTo(100);
        assertThat(options.adaptiveThreshold()).isZero();
        assertThat(options.fsync()).isEqualTo(FsyncPolicy.ALWAYS);
        assertThat(options.memoryBudgetBytes()).isEqualTo(2L << 30);
        assertThat(options.searchThreads()).isEqualTo(8);
        assertThat(options.topK()).isEqualTo(1);
        assertThat(options.queries()).hasValue("my_queries");
        assertThat(options.queryIdColumn()).isEqualTo("qid");
        assertThat(options.queryVectorColumn()).isEqualTo("qvec");
        assertThat(options.queryBatchBytes()).isEqualTo(1024);
        assertThat(options.cacheDir()).hasValue("/disk/cache");
        assertThat(options.cacheMaxBytes()).isEqualTo(1L << 40);
    }

    @Test
    void aQueryVectorIsParsedFromBrackets() {
        var options = PomaiOptions.parse(Map.of("query", " [0.25, -1,3e-2 ] "));

        assertThat(options.query())
                .hasValueSatisfying(query -> assertThat(query).containsExactly(0.25f, -1f, 0.03f));
    }

    @Test
    void whatIsReadOfAnIndexIsToldByVersionOrTime() {
        assertThat(PomaiOptions.parse(Map.of("version", " 12 ")).version()).hasValue("12");
        assertThat(PomaiOptions.parse(Map.of()).version()).isEmpty();
        for (String time : List.of(
                "2026-01-31T12:30:00Z", "2026-01-31 12:30:00", "2026-01-31T13:30+01:00", " 2026-01-31T12:30:00.000Z")) {
            assertThat(PomaiOptions.parse(Map.of("timestamp", time)).timestamp())
                    .as(time)
                    .hasValue(Instant.parse("2026-01-31T12:30:00Z"));
        }
        assertThat(PomaiOptions.parse(Map.of("timestamp", "2026-01-31")).timestamp())
                .hasValue(Instant.parse("2026-01-31T00:00:00Z"));
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("timestamp", "yesterday")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Cannot use option timestamp: 'yesterday' (accepted: a time as in");
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("version", "1", "timestamp", "2026-01-31")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("both version and timestamp are given");
    }

    @Test
    void columnsAndConditionsOfHitsAreTexts() {
        var options = PomaiOptions.parse(Map.of("columns", "word, year", "filter", "year > 1990"));

        assertThat(options.columns()).hasValue("word, year");
        assertThat(options.filter()).hasValue("year > 1990");
    }

    @Test
    void namesAndChoicesMatchInAnyLetterCase() {
        var options = PomaiOptions.parse(Map.of("SHARDS", "8", "Hnsw_M", "24", "metric", "COSINE"));

        assertThat(options.shards()).isEqualTo(8);
        assertThat(options.hnswM()).isEqualTo(24);
        assertThat(options.metric()).isEqualTo(IndexMetric.COSINE);
    }

    @Test
    void spacesAreDroppedAroundNumbersAndChoicesAndKeptInTexts() {
        var options = PomaiOptions.parse(
                Map.of("shards", " 8 ", "metric", " l2", "path", "/indexes/new ", "id_column", " id"));

        assertThat(options.shards()).isEqualTo(8);
        assertThat(options.metric()).isEqualTo(IndexMetric.L2);
        assertThat(options.path()).isEqualTo("/indexes/new ");
        assertThat(options.idColumn()).isEqualTo(" id");
    }

    @Test
    void isSetTellsAGivenDefaultFromOneThatWasNotGiven() {
        var options = PomaiOptions.parse(Map.of("shards", "4"));

        assertThat(options.isSet(PomaiOption.SHARDS)).isTrue();
        assertThat(options.isSet(PomaiOption.METRIC)).isFalse();
    }

    @Test
    void anUnknownNameIsRefusedWithTheOneThatWasMeantAndAllOthers() {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("shard", "4")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        "Cannot use option shard: there is no such option (did you mean shards? accepted: ")
                .hasMessageContaining("adaptive_threshold, cache_dir, cache_max_bytes, columns, dim, ");
    }

    @Test
    void aNameFarFromAnyOptionGetsTheListWithoutAGuess() {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("compression_codec", "zstd")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("Cannot use option compression_codec: there is no such option (accepted: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    shards             | 0          | a whole number from 1 to 65536
                    shards             | 65537      | a whole number from 1 to 65536
                    shards             | four       | a whole number from 1 to 65536
                    shards             | ''         | a whole number from 1 to 65536
                    dim                | 0          | a whole number from 1 to 65536
                    dim                | 65537      | a whole number from 1 to 65536
                    top_k              | 0          | a whole number from 1 to 2147483647
                    top_k              | -1         | a whole number from 1 to 2147483647
                    hnsw_m             | 1          | a whole number from 2 to 512
                    hnsw_ef_search     | 2.5        | a whole number from 1 to 100000
                    metric             | hamming    | ip, l2, cosine
                    fsync              | sometimes  | never, always
                    query              | 1, 2       | numbers in brackets
                    query              | [1, NaN]   | numbers in brackets
                    query              | [1e40]     | numbers in brackets
                    query              | []         | numbers in brackets
                    query_batch_bytes  | 0          | a number of bytes from 1 on
                    cache_max_bytes    | 9999999t   | a number of bytes from 1 on
                    cache_max_bytes    | m          | a number of bytes from 1 on
                    cache_max_bytes    | ''         | a number of bytes from 1 on
                    vector_column      | ''         | a column name
                    path               | ' '        | a Hadoop path
                    """)
    void aValueThatIsNotAcceptedIsNamedWithWhatIs(String name, String value, String accepted) {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of(name, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Cannot use option " + name + ": '" + value + "' (accepted: " + accepted);
    }

    @Test
    void aNullValueIsRefused() {
        var options = new HashMap<String, String>();
        options.put("shards", null);

        assertThatThrownBy(() -> PomaiOptions.parse(options))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Cannot use option shards: its value is null");
    }

    @Test
    void oneNameInTwoSpellingsMustAgree() {
        assertThat(PomaiOptions.parse(Map.of("shards", "8", "SHARDS", "8")).shards())
                .isEqualTo(8);
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("shards", "8", "SHARDS", "9")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Cannot use option shards: ")
                .hasMessageContaining("'8'")
                .hasMessageContaining("'9'");
    }

    @Test
    void oneQueryAndATableOfQueriesExcludeEachOther() {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("query", "[1]", "queries", "q")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("both query and queries are given");
    }

    @Test
    void aPathThatIsNotGivenIsMissedWhenItIsAskedFor() {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of()).path())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("option path is not set");
    }

    @Test
    void optionsTravelToTheTasks() throws IOException, ClassNotFoundException {
        var options = PomaiOptions.parse(Map.of("shards", "8", "metric", "l2", "query", "[1, 2]"));

        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(options);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            var received = (PomaiOptions) in.readObject();
            assertThat(received.toString()).isEqualTo("PomaiOptions[metric=L2, shards=8, query=[1.0, 2.0]]");
            assertThat(received.isSet(PomaiOption.SHARDS)).isTrue();
            assertThat(received.topK()).isEqualTo(10);
        }
    }

    @Test
    void cosineIsInnerProductOfVectorsOfLengthOne() {
        assertThat(IndexMetric.COSINE.engineMetric()).isEqualTo(Metric.INNER_PRODUCT);
        assertThat(IndexMetric.COSINE.normalizes()).isTrue();
        assertThat(IndexMetric.IP.engineMetric()).isEqualTo(Metric.INNER_PRODUCT);
        assertThat(IndexMetric.IP.normalizes()).isFalse();
        assertThat(IndexMetric.L2.engineMetric()).isEqualTo(Metric.L2);
        assertThat(IndexMetric.L2.normalizes()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ip", "l2", "cosine"})
    void aMetricIsFoundByTheNameItGives(String name) {
        assertThat(IndexMetric.of(name).optionName()).isEqualTo(name);
    }

    @ParameterizedTest
    @EnumSource(PomaiOption.class)
    void everyDefaultIsAcceptedByItsOwnOption(PomaiOption option) {
        option.defaultText().ifPresent(text -> assertThat(option.parse(text)).isNotNull());
    }

    @ParameterizedTest
    @EnumSource(PomaiOption.class)
    void theTableHasARowForEveryOption(PomaiOption option) {
        assertThat(PomaiOption.markdownTable().lines()).anySatisfy(line -> assertThat(line)
                .startsWith("| `" + option.optionName() + "` | ")
                .contains(option.accepted(), option.help())
                .endsWith(" |"));
    }

    @Test
    void theTableIsMarkdown() {
        assertThat(PomaiOption.markdownTable())
                .startsWith("| option | default | accepted | used by | meaning |\n| --- | --- | --- | --- | --- |\n")
                .contains("\n| `metric` | `ip` | ip, l2, cosine | write | ")
                .endsWith(" |\n");
    }
}
