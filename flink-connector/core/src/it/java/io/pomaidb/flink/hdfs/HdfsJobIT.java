package io.pomaidb.flink.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class HdfsJobIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    static Path folder;

    private static MiniDFSCluster hdfs;

    @TempDir
    Path local;

    @BeforeAll
    static void startHdfs() throws IOException {
        var configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString());
        hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        hdfs.waitActive();
    }

    @AfterAll
    static void stopHdfs() {
        hdfs.shutdown();
    }

    private Sql catalog(Sql session) throws Exception {
        session.run(
                "CREATE CATALOG indexes WITH ('type' = 'pomaidb', 'warehouse' = '%s/warehouse', 'cache_dir' = '%s')",
                hdfs.getURI(), local.resolve("cache"));
        return session;
    }

    @Test
    void aStreamIsWrittenAndThenChangedAndRead() throws Exception {
        Sql streaming = catalog(Sql.streaming());
        streaming.session().getConfig().set("execution.checkpointing.interval", "300 ms");
        streaming.run(
                """
                CREATE TABLE indexes.`default`.words (id BIGINT, embedding ARRAY<FLOAT>, word STRING,
                  PRIMARY KEY (id) NOT ENFORCED) DISTRIBUTED BY HASH(id) INTO 3 BUCKETS
                """);
        streaming.run(
                """
                CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000',
                  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '2000')
                """);

        streaming.run("INSERT INTO indexes.`default`.words"
                + " SELECT n, ARRAY[CAST(n AS FLOAT), 0], CONCAT('word ', CAST(n AS STRING)) FROM numbers");
        Sql batch = catalog(Sql.batch());
        batch.run("USE CATALOG indexes");
        assertThat(batch.rows("SELECT COUNT(*), COUNT(DISTINCT word), MIN(id), MAX(id) FROM words"))
                .containsExactly(Row.of(2000L, 2000L, 1L, 2000L));

        batch.run("DELETE FROM words WHERE id > 10");
        batch.run("INSERT INTO words VALUES (7, ARRAY[7, 0], 'changed')");
        assertThat(batch.values("SELECT word FROM words WHERE id BETWEEN 7 AND 9"))
                .containsExactly("changed", "word 8", "word 9");

        batch.run("ALTER TABLE words RENAME TO terms");
        batch.run("TRUNCATE TABLE terms");
        assertThat(batch.rows("SELECT * FROM terms")).isEmpty();
        batch.run("DROP TABLE terms");
        assertThat(batch.values("SHOW TABLES")).isEmpty();
    }
}
