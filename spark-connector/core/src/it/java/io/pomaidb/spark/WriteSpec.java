package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Sharding;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Writing DataFrames, as far as it goes well. */
abstract class WriteSpec extends SparkSpec {
    private static final int DIM = 8;

    WriteSpec(Master master) {
        super(master);
    }

    @Test
    @Tag("every-version")
    void appendCreatesAnIndexAndThenReplacesRowsOfTheSameIds() throws IOException {
        writer(rows(0, 100, DIM)).option("shards", 3).mode(SaveMode.Append).save(path("index"));
        writer(rows(0, 5, DIM).withColumn("embedding", expr("transform(embedding, x -> x * 2)")))
                .mode(SaveMode.Append)
                .save(path("index"));
        writer(rows(100, 110, DIM)).mode(SaveMode.Append).save(path("index"));

        var found = read(path("index"));
        assertThat(found).hasSize(110);
        assertThat(found.get(109L)).isEqualTo(TestVectors.list(109, DIM));
        assertThat(found.get(5L)).isEqualTo(TestVectors.list(5, DIM));
        assertThat(found.get(4L))
                .isEqualTo(TestVectors.list(4, DIM).stream().map(x -> x * 2).toList());
        assertThat(snapshot(path("index")).version()).isEqualTo(3);
        assertThat(snapshot(path("index")).shards()).isEqualTo(3);
    }

    @Test
    void overwriteReplacesRowsAndParameters() throws IOException {
        writer(rows(0, 50, DIM)).option("metric", "l2").mode(SaveMode.Overwrite).save(path("index"));
        writer(rows(100, 120, 4))
                .option("metric", "cosine")
                .option("shards", 2)
                .mode(SaveMode.Overwrite)
                .save(path("index"));

        assertThat(read(path("index")).keySet())
                .containsExactlyElementsOf(LongStream.range(100, 120).boxed().toList());
        assertThat(snapshot(path("index")).metric()).isEqualTo(IndexMetric.COSINE);
        assertThat(snapshot(path("index")).dim()).isEqualTo(4);
        assertThat(snapshot(path("index")).shards()).isEqualTo(2);
    }

    @Test
    @Tag("every-version")
    void errorIfExistsCreatesOnce() {
        writer(rows(0, 20, DIM)).mode(SaveMode.ErrorIfExists).save(path("index"));

        assertThatThrownBy(() -> writer(rows(20, 40, DIM)).save(path("index")))
                .isInstanceOf(TableAlreadyExistsException.class)
                .hasMessageContaining(path("index"))
                .hasMessageContaining("already exists");
        assertThat(read(path("index"))).hasSize(20);
    }

    @Test
    void ignoreCreatesOnce() {
        writer(rows(0, 20, DIM)).mode(SaveMode.Ignore).save(path("index"));
        writer(rows(20, 40, DIM)).mode(SaveMode.Ignore).save(path("index"));

        assertThat(read(path("index")).keySet())
                .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
    }

    @Test
    @Tag("every-version")
    void everyPartitionIsOneShard() throws IOException {
        for (String idType : List.of("bigint", "int")) {
            var path = path("by-" + idType);
            writer(rows(-500, 500, DIM).withColumn("id", col("id").cast(idType)))
                    .option("shards", 4)
                    .save(path);
            assertThat(rowsByShard(path)).isEqualTo(expectedByShard(4));
            assertThat(snapshot(path).segments()).hasSize(4);
        }
    }

    @Test
    void aShardIsBuiltByAsManyTasksAsAskedFor() throws IOException {
        writer(rows(-500, 500, DIM))
                .option("shards", 2)
                .option("segments_per_shard", 3)
                .save(path("index"));

        assertThat(snapshot(path("index")).segmentsOf(0)).hasSize(3);
        assertThat(snapshot(path("index")).segmentsOf(1)).hasSize(3);
        assertThat(rowsByShard(path("index"))).isEqualTo(expectedByShard(2));
        assertThat(read(path("index"))).hasSize(1000);
    }

    @Test
    @Tag("every-version")
    void rowsOfAnyOrderAreWrittenOnceEachAndNotSortedBySpark() throws IOException {
        var mixed = rows(0, 10_000, DIM)
                .union(rows(3_000, 4_000, DIM))
                .withColumn("word", expr("concat('word ', id)"))
                .orderBy(expr("xxhash64(id)"));
        writer(mixed).option("shards", 2).save(path("index"));

        assertThat(rowsByShard(path("index")).values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(10_000);
        assertThat(read(path("index"))).hasSize(10_000).containsEntry(3_500L, TestVectors.list(3_500, DIM));
        assertThat(reader().load(path("index"))
                        .where("word = concat('word ', id)")
                        .count())
                .isEqualTo(10_000);
        rows(0, 10, DIM).withColumn("word", expr("'more'")).createOrReplaceTempView("more_rows");
        assertThat(spark.sql("EXPLAIN INSERT INTO pomaidb.`" + path("index")
                                + "` SELECT id, embedding, word FROM more_rows")
                        .first()
                        .getString(0))
                .contains("hashpartitioning(id")
                .doesNotContain("Sort");
    }

    private Map<Integer, Long> rowsByShard(String path) throws IOException {
        return snapshot(path).segments().stream()
                .collect(Collectors.groupingBy(Segment::shard, TreeMap::new, Collectors.summingLong(Segment::rows)));
    }

    private static Map<Integer, Long> expectedByShard(int shards) {
        return LongStream.range(-500, 500)
                .boxed()
                .collect(
                        Collectors.groupingBy(id -> Sharding.shardOf(id, shards), TreeMap::new, Collectors.counting()));
    }

    @Test
    @Tag("every-version")
    void sparksHashPartitioningIsTheSharding() {
        var partitions = rows(-500, 500, 1)
                .repartition(5, col("id"))
                .select(col("id"), expr("spark_partition_id()"))
                .collectAsList();

        assertThat(partitions).hasSize(1000).allSatisfy(row -> assertThat(row.getInt(1))
                .isEqualTo(Sharding.shardOf(row.getLong(0), 5)));
    }

    @Test
    void idsTakeAll64Bits() {
        writer(TestVectors.rows(
                        spark,
                        RowFactory.create(Long.MIN_VALUE, new float[] {1, 2}),
                        RowFactory.create(-1L, new float[] {3, 4}),
                        RowFactory.create(Long.MAX_VALUE, new float[] {5, 6})))
                .save(path("index"));

        assertThat(read(path("index")))
                .containsEntry(Long.MIN_VALUE, List.of(1f, 2f))
                .containsEntry(-1L, List.of(3f, 4f))
                .containsEntry(Long.MAX_VALUE, List.of(5f, 6f))
                .hasSize(3);
    }

    @Test
    void anAppendTakesFromTheIndexWhatItsOptionsDoNotSay() throws IOException {
        writer(rows(0, 10, DIM).toDF("word.id", "word vector"))
                .option("id_column", "word.id")
                .option("vector_column", "word vector")
                .option("metric", "l2")
                .option("hnsw_m", 8)
                .save(path("index"));
        writer(rows(10, 20, DIM).toDF("word.id", "word vector")).mode("append").save(path("index"));

        assertThat(read(path("index"))).hasSize(20);
        assertThat(reader().load(path("index")).columns()).containsExactly("word.id", "word vector");
        assertThat(snapshot(path("index")).metric()).isEqualTo(IndexMetric.L2);
        assertThat(snapshot(path("index")).parameters().engine().hnswM()).isEqualTo(8);
    }

    @Test
    void columnsAreFoundInAnyLetterCaseAndOrder() {
        writer(rows(0, 10, DIM)
                        .select(col("embedding").as("EMBEDDING"), col("id").as("Id")))
                .save(path("index"));

        assertThat(read(path("index")).get(3L)).isEqualTo(TestVectors.list(3, DIM));
    }

    @Test
    void anEmptyDataFrameMakesAnEmptyIndex() throws IOException {
        writer(rows(0, 0, DIM)).save(path("index"));
        assertThat(read(path("index"))).isEmpty();
        assertThat(search(path("index")).query(1, 2, 3).run().collectAsList()).isEmpty();

        writer(rows(0, 10, DIM)).mode("append").save(path("index"));
        assertThat(read(path("index"))).hasSize(10);
        assertThat(snapshot(path("index")).dim()).isEqualTo(DIM);
    }

    @Test
    void anIndexOfIntsKeepsThem() throws IOException {
        writer(rows(0, 10, DIM).withColumn("id", col("id").cast("int"))).save(path("index"));

        assertThat(snapshot(path("index")).schema().idType()).isEqualTo(IdType.INT);
        assertThat(reader().load(path("index")).schema().apply("id").dataType()).isEqualTo(DataTypes.IntegerType);
        assertThat(read(path("index"))).hasSize(10);
    }

    @Test
    void sqlWritesTheSameIndexes() throws IOException {
        rows(0, 30, DIM).createOrReplaceTempView("written_rows");
        writer(rows(0, 1, DIM)).save(path("first")); // brings the catalog along
        var table = "pomaidb.`" + path("index") + "`";

        spark.sql("CREATE TABLE " + table + " OPTIONS (metric 'l2', shards '2') AS SELECT * FROM written_rows");
        spark.sql("INSERT INTO " + table + " SELECT id + 100 AS id, embedding FROM written_rows");
        assertThat(read(path("index"))).hasSize(60);
        assertThat(snapshot(path("index")).metric()).isEqualTo(IndexMetric.L2);
        assertThat(spark.sql("SELECT count(*) FROM " + table).first().getLong(0))
                .isEqualTo(60);

        spark.sql("INSERT OVERWRITE " + table + " SELECT * FROM written_rows WHERE id < 3");
        assertThat(read(path("index")).keySet()).containsExactly(0L, 1L, 2L);
        spark.sql("CREATE OR REPLACE TABLE " + table + " AS SELECT * FROM written_rows WHERE id < 2");
        assertThat(read(path("index")).keySet()).containsExactly(0L, 1L);
    }

    @Test
    void aPathThatEndsInASpaceIsThatPathInEveryMode() {
        writer(rows(0, 5, DIM)).save(path("index "));
        writer(rows(5, 10, DIM)).mode("append").save(path("index "));
        writer(rows(10, 15, DIM)).mode("ignore").save(path("index "));

        assertThat(read(path("index "))).hasSize(10);
        assertThat(folder).isDirectoryNotContaining("glob:**/index");
    }
}
