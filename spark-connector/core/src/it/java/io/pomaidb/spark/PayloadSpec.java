package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Columns besides id and vector, and ids that are strings: what is written comes back. */
abstract class PayloadSpec extends SparkSpec {
    private static final int DIM = 4;

    /** A column of each type, some of them null in some rows. */
    private static final String EVERY_TYPE =
            """
            id,
            embedding,
            id % 2 = 0 AS truth,
            CAST(id AS tinyint) AS tiny,
            CAST(-id AS smallint) AS small,
            IF(id % 5 = 0, NULL, CAST(id * 1000 AS int)) AS number,
            id * 10000000000 AS large,
            CAST(id AS float) / 3 AS real,
            IF(id % 7 = 0, double('NaN'), id / 7) AS precise,
            CAST(id / 4 AS decimal(9, 2)) AS price,
            CAST(id AS decimal(38, 10)) * -12345678901234567 AS huge,
            IF(id % 3 = 0, NULL, concat('wörd ', id)) AS word,
            encode(CAST(id AS string), 'UTF-8') AS bytes,
            date_add(DATE'1969-12-30', CAST(id AS int)) AS day,
            timestamp_micros(id * 1000001 - 3) AS moment,
            CAST(timestamp_micros(id * 1000001 - 3) AS timestamp_ntz) AS clock,
            array(CAST(id AS int), NULL, 7) AS numbers,
            IF(id % 2 = 0, map('a', id, 'b', NULL), NULL) AS counts,
            named_struct('x', id, 'tags', array(named_struct('name', concat('t', id), 'weight', id / 2))) AS nested
            """;

    PayloadSpec(Master master) {
        super(master);
    }

    /** Rows with columns {@code word}, {@code year} and {@code tags}. */
    Dataset<Row> documents(long from, long to) {
        return rows(from, to, DIM)
                .selectExpr(
                        "id",
                        "embedding",
                        "concat('word ', id) AS word",
                        "CAST(1900 + id % 100 AS int) AS year",
                        "array(concat('t', id % 3)) AS tags");
    }

    private static List<Row> byId(Dataset<Row> rows) {
        return rows.orderBy("id").collectAsList();
    }

    @Test
    @Tag("every-version")
    void everyTypeComesBackAsItWas() {
        Dataset<Row> rows = rows(0, 50, DIM).selectExpr(EVERY_TYPE.split(",\n")).cache();
        writer(rows).option("shards", 3).save(path("index"));

        Dataset<Row> read = reader().load(path("index"));
        assertThat(read.columns()).containsExactly(rows.columns());
        assertThat(asNullable(read.schema())).isEqualTo(asNullable(rows.schema()));
        assertThat(byId(read)).containsExactlyElementsOf(byId(rows));
    }

    private static StructType asNullable(StructType schema) {
        return StructType.fromDDL(schema.toDDL()).asNullable();
    }

    @Test
    void anAppendAddsColumnsAndReplacesWholeRows() throws IOException {
        writer(documents(0, 20).drop("year")).option("shards", 2).save(path("index"));
        writer(documents(15, 30).drop("tags").withColumnRenamed("word", "WORD"))
                .mode(SaveMode.Append)
                .save(path("index"));

        assertThat(reader().load(path("index")).columns()).containsExactly("id", "embedding", "word", "tags", "year");
        List<Row> found = byId(reader().load(path("index")).select("id", "word", "tags", "year"));
        assertThat(found).hasSize(30);
        assertThat(found.get(14).toString())
                .isEqualTo("[14,word 14,ArraySeq(t2),null]".replace("ArraySeq", "WrappedArray"));
        assertThat(found.get(15).toString()).isEqualTo("[15,word 15,null,1915]");
        assertThat(snapshot(path("index")).version()).isEqualTo(2);
    }

    @Test
    void aColumnOfAnotherTypeIsRefused() {
        writer(documents(0, 20)).save(path("index"));

        assertThatThrownBy(() -> writer(documents(0, 20).withColumn("year", lit("x")))
                        .mode(SaveMode.Append)
                        .save(path("index")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("year", "string", "int");
    }

    @Test
    @Tag("every-version")
    void idsMayBeStrings() throws IOException {
        Dataset<Row> keyed = documents(0, 100).withColumn("id", expr("concat('kéy-', id)"));
        writer(keyed).option("shards", 3).option("metric", "l2").save(path("index"));
        writer(keyed.where("id IN ('kéy-7', 'kéy-8')").withColumn("year", lit(2024)))
                .mode("append")
                .save(path("index"));

        Dataset<Row> read = reader().load(path("index"));
        assertThat(read.count()).isEqualTo(100);
        assertThat(read.where("year = 2024")
                        .select("id")
                        .as(org.apache.spark.sql.Encoders.STRING())
                        .collectAsList())
                .containsExactlyInAnyOrder("kéy-7", "kéy-8");
        assertThat(read.where("id = 'kéy-9'").select("word").collectAsList().toString())
                .isEqualTo("[[word 9]]");
        assertThat(snapshot(path("index")).segments()).hasSizeLessThanOrEqualTo(6);

        List<Row> hits = search(path("index"))
                .query(TestVectors.of(42, DIM))
                .columns("word")
                .topK(1)
                .run()
                .collectAsList();
        assertThat(hits.toString()).isEqualTo("[[1,kéy-42,0.0,word 42]]");
    }

    @Test
    @Tag("every-version")
    void conditionsReachTheIndex() {
        writer(documents(0, 500)).option("shards", 3).save(path("index"));
        writer(documents(100, 120).withColumn("year", lit(2000))).mode("append").save(path("index"));
        Dataset<Row> read = reader().load(path("index"));

        for (String condition : List.of(
                "year = 2000",
                "year > 1990 AND word LIKE 'word 4%'",
                "year IN (1905, 1910, NULL) OR id < 3",
                "NOT (year BETWEEN 1901 AND 1998)",
                "word IS NULL",
                "year <=> 1950 AND size(tags) = 1 AND tags[0] = 't1'",
                "id IN (1, 2, 3, 499, 1000)",
                "id = 77 AND year = 1977",
                "length(word) = 6",
                "1 = 0")) {
            Dataset<Row> expected = documents(0, 500)
                    .withColumn("year", expr("IF(id >= 100 AND id < 120, 2000, year)"))
                    .where(condition);
            assertThat(byId(read.where(condition))).as(condition).containsExactlyElementsOf(byId(expected));
            assertThat(read.where(condition).count()).as(condition).isEqualTo(expected.count());
        }
        assertThat(explained(read.where("year > 1990 AND id = 7"))).doesNotContain("Filter (", "+- Filter");
        assertThat(explained(read.where("length(word) = 6"))).contains("Filter");
    }

    private static String explained(Dataset<Row> rows) {
        return rows.queryExecution().optimizedPlan().toString();
    }

    @Test
    @Tag("every-version")
    void limitsAndCountsReachTheIndex() {
        writer(documents(0, 500)).option("shards", 3).save(path("index"));
        Dataset<Row> read = reader().load(path("index"));

        assertThat(read.limit(7).collectAsList()).hasSize(7);
        assertThat(read.where("year = 1950").limit(3).collectAsList()).hasSize(3);
        assertThat(read.select("word").limit(7).queryExecution().executedPlan().toString())
                .contains("limit: 7")
                .containsPattern("BatchScan[^\n]*\\[word#\\d+\\]");
        assertThat(read.count()).isEqualTo(500);
        assertThat(read.groupBy().count().queryExecution().executedPlan().toString())
                .contains("LocalTableScan");

        writer(documents(490, 510)).mode("append").save(path("index"));
        assertThat(reader().load(path("index")).count()).isEqualTo(510);
    }

    @Test
    @Tag("every-version")
    void metadataAnswersCountsAndRanges() throws IOException {
        Dataset<Row> all = rows(0, 400, DIM)
                .selectExpr(
                        "id - 50 AS id",
                        "embedding",
                        "cast(IF(id % 3 = 0, NULL, id - 100) AS INT) AS number",
                        "cast(id / 4 AS DECIMAL(12, 2)) AS price",
                        "timestamp_micros(id * 1000000) AS seen",
                        "date_add(DATE'2020-01-01', cast(id AS INT)) AS day",
                        "cast(id AS SMALLINT) AS small",
                        "cast(NULL AS BIGINT) AS nothing",
                        "cast(id AS DOUBLE) AS real",
                        "concat('w', id) AS word");
        String functions = "count(*), count(id), count(DISTINCT id), min(id), max(id), min(number), max(number),"
                + " count(number), min(price), max(price), min(seen), max(day), min(small), max(nothing), count(nothing)";
        writer(all.where("id < 200")).option("shards", 3).save(path("index"));
        // Ids above all others: that none is there twice is told by the footers.
        writer(all.where("id >= 200")).mode("append").save(path("index"));
        assertAggregates(all, functions, true);
        assertAggregates(all, "max(word), min(id)", false);
        assertAggregates(all, "max(real), count(*)", false);
        assertAggregates(all, "count(DISTINCT number)", false);
        assertThat(reader().load(path("index")).where("number > 7").count())
                .isEqualTo(all.where("number > 7").count());

        writer(all.where("id = 349").withColumn("number", lit(-1)))
                .mode("append")
                .save(path("index"));
        Dataset<Row> replaced = all.withColumn("number", expr("IF(id = 349, -1, number)"));
        assertAggregates(replaced, "min(id), max(id)", true);
        assertAggregates(replaced, functions, false);

        index(path("index")).delete(-50, 349);
        assertAggregates(replaced.where("id > -50 AND id < 349"), "min(id), max(id), count(*)", false);
    }

    private void assertAggregates(Dataset<Row> expected, String functions, boolean fromMetadata) {
        expected.createOrReplaceTempView("expected_rows");
        reader().load(path("index")).createOrReplaceTempView("index_rows");
        Dataset<Row> asked = spark.sql("SELECT " + functions + " FROM index_rows");

        assertThat(asked.collectAsList().toString())
                .as(functions)
                .isEqualTo(spark.sql("SELECT " + functions + " FROM expected_rows")
                        .collectAsList()
                        .toString());
        String plan = asked.queryExecution().executedPlan().toString();
        if (fromMetadata) {
            assertThat(plan).contains("LocalTableScan").doesNotContain("BatchScan");
        } else {
            assertThat(plan).contains("BatchScan");
        }
    }

    @Test
    void rowsTellWhereTheyAre() throws IOException {
        writer(documents(0, 50)).option("shards", 2).save(path("index"));
        writer(documents(40, 60)).mode("append").save(path("index"));

        List<Row> found =
                byId(reader().load(path("index")).select(col("id"), col("_version"), col("_shard"), col("_segment")));
        assertThat(found).hasSize(60).allSatisfy(row -> {
            assertThat(row.getLong(1)).isEqualTo(row.getLong(0) < 40 ? 1 : 2);
            assertThat(row.getInt(2)).isEqualTo(io.pomaidb.index.Sharding.shardOf(row.getLong(0), 2));
        });
        assertThat(found.stream().map(row -> row.getString(3)).distinct()).hasSize(4);
    }

    @Test
    void earlierVersionsCanBeRead() throws IOException {
        writer(documents(0, 10)).option("shards", 2).save(path("index"));
        writer(documents(10, 30)).mode("append").save(path("index"));
        writer(documents(0, 5).withColumn("more", lit(1))).mode("overwrite").save(path("index"));
        index(path("index")).tag("before", 2);

        assertThat(reader().option("version", 1).load(path("index")).count()).isEqualTo(10);
        Dataset<Row> tagged = reader().option("version", "before").load(path("index"));
        assertThat(tagged.count()).isEqualTo(30);
        assertThat(tagged.columns()).doesNotContain("more");
        assertThat(reader().option("timestamp", "2100-01-01")
                        .load(path("index"))
                        .count())
                .isEqualTo(5);
        assertThat(search(path("index"))
                        .version("1")
                        .query(TestVectors.of(3, DIM))
                        .topK(100)
                        .run()
                        .count())
                .isEqualTo(10);
        assertThatThrownBy(() -> reader().option("version", 9).load(path("index")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it has no version 9");
        assertThatThrownBy(() -> reader().option("timestamp", "2001-01-01").load(path("index")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("oldest version");
    }

    @Test
    @Tag("every-version")
    void joinsOfIdsNeedNoShuffle() {
        var left = path("left");
        var right = path("right");
        writer(rows(0, 50, DIM)).option("shards", 3).save(left);
        writer(rows(20, 90, DIM)).option("shards", 3).save(right);
        spark.conf().set("spark.sql.sources.v2.bucketing.enabled", "true");
        spark.conf().set("spark.sql.autoBroadcastJoinThreshold", "-1");
        try {
            var joined = reader().load(left).as("l").join(reader().load(right).as("r"), "id");

            assertThat(joined.queryExecution().executedPlan().toString()).doesNotContain("Exchange");
            assertThat(joined.count()).isEqualTo(30);
            assertThat(joined.select("l.embedding").collectAsList()).hasSize(30);
        } finally {
            spark.conf().unset("spark.sql.sources.v2.bucketing.enabled");
            spark.conf().unset("spark.sql.autoBroadcastJoinThreshold");
        }
    }
}
