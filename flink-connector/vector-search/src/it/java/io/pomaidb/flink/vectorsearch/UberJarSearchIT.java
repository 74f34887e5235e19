package io.pomaidb.flink.vectorsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.ChildJvm;
import io.pomaidb.flink.fixture.SqlScript;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches by the jar that users get, in a JVM that has Flink and Hadoop and none of the jar's own dependencies. */
@Tag("uber-jar")
class UberJarSearchIT {
    private static final String JAR = System.getProperty("pomai.uber.jar", "");

    @TempDir
    private Path folder;

    @Test
    void itSearchesByAddJarInSql() throws Exception {
        search(ChildJvm.withHadoop(folder), "ADD JAR '" + JAR + "';\n");
    }

    @Test
    void itSearchesInFlinksLib() throws Exception {
        search(ChildJvm.withHadoop(folder, JAR), "");
    }

    /** Each search is a job with a class loader of its own, and so has to load the engine again. */
    private void search(ChildJvm jvm, String before) throws Exception {
        Path script = Files.writeString(folder.resolve("script.sql"), before + statements());
        Path rows = folder.resolve("rows");

        jvm.run(SqlScript.class.getName(), script.toString(), rows.toString());

        assertThat(Files.readAllLines(rows))
                .containsExactlyInAnyOrder(
                        "+I[sync, 7, 1, one, -0.25]",
                        "+I[sync, 7, 2, two, -2.25]",
                        "+I[sync, 8, 4, four, -1.0]",
                        "+I[sync, 8, 3, three, -4.0]",
                        "+I[async, 7, 1, one, -0.25]",
                        "+I[async, 7, 2, two, -2.25]",
                        "+I[async, 8, 4, four, -1.0]",
                        "+I[async, 8, 3, three, -4.0]");
    }

    private String statements() {
        return """
                CREATE TABLE words (id BIGINT, embedding ARRAY<FLOAT>, word STRING, PRIMARY KEY (id) NOT ENFORCED)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s', 'metric' = 'l2', 'shards' = '2');
                INSERT INTO words VALUES
                  (1, ARRAY[1, 0], 'one'), (2, ARRAY[2, 0], 'two'), (3, ARRAY[3, 0], 'three'), (4, ARRAY[4, 0], 'four');
                CREATE TEMPORARY VIEW q AS SELECT * FROM (VALUES
                  (7, CAST(ARRAY[0.5, 0] AS ARRAY<FLOAT>)), (8, CAST(ARRAY[5, 0] AS ARRAY<FLOAT>))) AS t(qid, vec);
                SELECT 'sync', qid, id, word, score FROM q, LATERAL TABLE(
                  VECTOR_SEARCH(TABLE words, DESCRIPTOR(embedding), q.vec, 2, MAP['async', 'false']));
                SELECT 'async', qid, id, word, score FROM q, LATERAL TABLE(
                  VECTOR_SEARCH(TABLE words, DESCRIPTOR(embedding), q.vec, 2, MAP['async', 'true']));
                """
                .formatted(folder.resolve("index").toUri(), folder.resolve("cache"));
    }
}
