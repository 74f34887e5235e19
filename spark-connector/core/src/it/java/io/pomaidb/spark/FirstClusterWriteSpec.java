package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.index.Segment;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The write that makes an index whose rows go to the shard of the nearest centroid: it finds the centroids first. */
abstract class FirstClusterWriteSpec extends SparkSpec {
    private static final int SHARDS = 4;
    private static final int ROWS = 400;

    private String path;

    FirstClusterWriteSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void name() {
        path = path("index");
        spark.conf().set("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName());
    }

    /** Four heaps of points, far from each other. */
    private Dataset<Row> heaps(long from, long to) {
        return spark.range(from, to)
                .selectExpr(
                        "id",
                        "array(cast(100 * (id % 2) + sin(id) AS float), cast(100 * (id % 4 div 2) + cos(id) AS float))"
                                + " AS embedding",
                        "concat('heap ', id % 4) AS heap");
    }

    private void assertOneHeapAShard(long rows) throws IOException {
        assertThat(snapshot(path).parameters().routing().isByCluster()).isTrue();
        assertThat(snapshot(path).segments()).extracting(Segment::shard).containsOnly(0, 1, 2, 3);
        assertThat(reader().load(path).count()).isEqualTo(rows);
        assertThat(reader().load(path)
                        .groupBy("_shard")
                        .agg(org.apache.spark.sql.functions.countDistinct("heap"))
                        .collectAsList())
                .hasSize(SHARDS)
                .allSatisfy(shard -> assertThat(shard.getLong(1)).isEqualTo(1));
    }

    @Test
    @Tag("every-version")
    void aDataFrameIsShardedByNearnessInOneCommit() throws IOException {
        writer(heaps(0, ROWS))
                .option("metric", "l2")
                .option("shard_by", "cluster")
                .option("shards", SHARDS)
                .save(path);
        assertThat(snapshot(path).version()).isEqualTo(1);
        assertOneHeapAShard(ROWS);
        assertThat(search(path)
                        .query(100, 0)
                        .option("probes", "1")
                        .topK(ROWS)
                        .run()
                        .count())
                .isEqualTo(ROWS / SHARDS);

        writer(heaps(ROWS, 2 * ROWS)).mode(SaveMode.Append).save(path);
        assertOneHeapAShard(2 * ROWS);
    }

    @Test
    void anAppendMakesItAndAnOverwriteChangesTheSharding() throws IOException {
        writer(heaps(0, ROWS))
                .option("metric", "l2")
                .option("shard_by", "cluster")
                .mode(SaveMode.Append)
                .save(path);
        assertOneHeapAShard(ROWS);
        writer(heaps(0, 100)).option("metric", "l2").mode(SaveMode.Overwrite).save(path);
        assertThat(snapshot(path).parameters().routing().isByCluster()).isFalse();
        writer(heaps(0, 200))
                .option("metric", "l2")
                .option("shard_by", "cluster")
                .mode(SaveMode.Overwrite)
                .save(path);
        assertOneHeapAShard(200);
    }

    @Test
    @Tag("every-version")
    void aQueryMakesSuchATable() throws IOException {
        heaps(0, ROWS).createOrReplaceTempView("heap_rows");
        String table = "pomaidb.`" + path + "` TBLPROPERTIES (metric 'l2', shard_by 'cluster', shards '4')";
        spark.sql("CREATE TABLE " + table + " AS SELECT * FROM heap_rows");
        assertOneHeapAShard(ROWS);
        spark.sql("CREATE OR REPLACE TABLE " + table + " AS SELECT * FROM heap_rows WHERE id < 300");
        assertOneHeapAShard(300);
    }

    @Test
    @Tag("every-version")
    void whatReplacesAllRowsOfSuchATableKeepsItsCentroids() throws IOException {
        heaps(0, ROWS).createOrReplaceTempView("heap_rows");
        String table = "pomaidb.`" + path + "`";
        String properties = " TBLPROPERTIES (metric 'l2', shard_by 'cluster', shards '4')";
        String columns = " (id BIGINT, embedding ARRAY<FLOAT>, heap STRING)";
        assertThatThrownBy(() -> spark.sql("CREATE TABLE " + table + columns + properties))
                .hasMessageContaining("option shard_by is cluster and there are no centroids")
                .hasMessageContaining("AS SELECT");
        spark.sql("CREATE TABLE " + table + properties + " AS SELECT * FROM heap_rows");

        spark.sql("TRUNCATE TABLE " + table);
        assertThat(reader().load(path).count()).isZero();
        spark.sql("INSERT INTO " + table + " SELECT * FROM heap_rows");
        assertOneHeapAShard(ROWS);
        spark.sql("INSERT OVERWRITE " + table + " SELECT * FROM heap_rows WHERE id < 200");
        assertOneHeapAShard(200);
        spark.sql("INSERT OVERWRITE " + table + " SELECT * FROM heap_rows WHERE id < 0");
        assertThat(reader().load(path).count()).isZero();
        spark.sql("INSERT INTO " + table + " SELECT * FROM heap_rows");
        assertOneHeapAShard(ROWS);
        spark.sql("DELETE FROM " + table);
        assertThat(reader().load(path).count()).isZero();
        spark.sql("INSERT INTO " + table + " SELECT * FROM heap_rows");
        assertOneHeapAShard(ROWS);
        spark.sql("CREATE OR REPLACE TABLE " + table + columns + properties);
        assertThat(reader().load(path).count()).isZero();
        spark.sql("INSERT INTO " + table + " SELECT * FROM heap_rows");
        assertOneHeapAShard(ROWS);
    }

    @Test
    void tooFewRowsAreRefused() {
        assertThatThrownBy(() -> writer(heaps(0, 3))
                        .option("shard_by", "cluster")
                        .option("shards", SHARDS)
                        .save(path))
                .hasStackTraceContaining("Cannot train 4 centroids: the sample has 3 vectors");
        assertThat(folder.resolve("index/_pomai")).doesNotExist();
    }

    @Test
    void aVectorThatCannotBeWrittenIsNamedByTheWrite() throws IOException {
        Dataset<Row> bad =
                heaps(0, ROWS).selectExpr("id", "IF(id = 7, array(float('NaN'), 1F), embedding) AS embedding", "heap");
        assertThatThrownBy(() -> writer(bad)
                        .option("shard_by", "cluster")
                        .option("shards", SHARDS)
                        .save(path))
                .hasStackTraceContaining("row 7");
        assertThat(index(path).latest()).isEmpty();
    }
}
