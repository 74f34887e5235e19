package io.pomaidb.flink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.index.PomaiIndex;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;
import org.apache.flink.table.api.ExplainDetail;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What options say of a job: how many tasks it has, and which version it reads. */
@Tag("every-version")
class TableRuntimeIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    private Sql sql;

    @BeforeEach
    void write() throws Exception {
        sql = Sql.batch();
        sql.run(
                """
                CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>, PRIMARY KEY (id) NOT ENFORCED)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                """,
                folder.resolve("base").resolve("v").toUri(), folder.resolve("cache"));
        sql.run("INSERT INTO v VALUES (1, ARRAY[1, 2])");
        sql.run("INSERT INTO v VALUES (2, ARRAY[3, 4])");
    }

    /** The parallelism of the first node of a job whose name has a word. */
    private String parallelism(String node, String statement) {
        String plan = sql.session().explainSql(statement, ExplainDetail.JSON_EXECUTION_PLAN);
        var found = Pattern.compile(
                        "\"type\" : \"[^\"]*" + node + "(?:(?!\"type\").)*?\"parallelism\" : (\\d+)", Pattern.DOTALL)
                .matcher(plan);
        assertThat(found.find()).as(plan).isTrue();
        return found.group(1);
    }

    @Test
    void tablesHaveAParallelismOfTheirOwn() {
        assertThat(parallelism("Source", "SELECT id FROM v")).isEqualTo("2");
        assertThat(parallelism("Source", "SELECT id FROM v /*+ OPTIONS('scan.parallelism'='3') */"))
                .isEqualTo("3");
        String insert =
                "INSERT INTO v %s SELECT * FROM (VALUES (CAST(3 AS BIGINT), ARRAY[CAST(1 AS FLOAT)])) AS t(a, b)";
        assertThat(parallelism("Writer", insert.formatted("/*+ OPTIONS('sink.parallelism'='4') */")))
                .isEqualTo("4");
    }

    private long firstMillis() throws Exception {
        var index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path(
                        folder.resolve("base").resolve("v").toUri()),
                new Configuration());
        long first = index.snapshot(1).timestampMillis();
        assertThat(index.snapshot(2).timestampMillis()).isGreaterThan(first);
        return first;
    }

    @Test
    void aTimeChoosesTheVersion() throws Exception {
        String query = "SELECT id FROM v /*+ OPTIONS('scan.timestamp-millis'='%s') */";
        assertThat(sql.values(query, firstMillis())).containsExactly(1L);
        assertThat(sql.values(query, Long.MAX_VALUE / 1_000_000)).containsExactly(1L, 2L);
    }

    @Test
    void aCatalogsTablesAreReadAsOfATime() throws Exception {
        sql.run(
                "CREATE CATALOG c WITH ('type' = 'pomaidb', 'warehouse' = '%s', 'default-database' = 'base',"
                        + " 'cache_dir' = '%s')",
                folder.toUri(), folder.resolve("cache"));
        sql.run("USE CATALOG c");
        String time =
                Instant.ofEpochMilli(firstMillis()).toString().replace('T', ' ').replace("Z", "");
        assertThat(sql.values("SELECT id FROM v FOR SYSTEM_TIME AS OF TIMESTAMP '%s'", time))
                .containsExactly(1L);
        assertThat(sql.values("SELECT id FROM v")).containsExactly(1L, 2L);
    }
}
