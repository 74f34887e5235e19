package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's own SQL client, which gets the connector by {@code ADD JAR}. */
@Tag("sql-client")
class SqlClientIT {
    private static final String CLIENT = "org.apache.flink.table.client.SqlClient";

    @TempDir
    private Path folder;

    @Test
    void aScriptAddsTheJarAndWritesAndReads() throws Exception {
        Path configuration = Files.createDirectories(folder.resolve("conf"));
        List<String> settings = List.of("execution.target: local", "parallelism.default: 1");
        Files.write(configuration.resolve("config.yaml"), settings);
        Files.write(configuration.resolve("flink-conf.yaml"), settings);
        Path script = Files.writeString(
                folder.resolve("script.sql"),
                """
                ADD JAR '%s';
                SET 'execution.runtime-mode' = 'batch';
                SET 'table.dml-sync' = 'true';
                CREATE TABLE words (id BIGINT, embedding ARRAY<FLOAT>, word STRING, PRIMARY KEY (id) NOT ENFORCED)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s');
                INSERT INTO words VALUES (1, ARRAY[1, 2], 'one'), (2, ARRAY[3, 4], 'two');
                DELETE FROM words WHERE id = 1;
                SET 'sql-client.execution.result-mode' = 'tableau';
                SELECT CONCAT('<', word, '>') FROM words;
                """
                        .formatted(
                                System.getProperty("pomai.uber.jar"),
                                folder.resolve("index").toUri(),
                                folder.resolve("cache")));

        String printed = ChildJvm.withVariables(folder, Map.of("FLINK_CONF_DIR", configuration.toString()))
                .run(CLIENT, "embedded", "-f", script.toString());

        assertThat(printed).contains("<two>").doesNotContain("<one>");
    }
}
