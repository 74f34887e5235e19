package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.ChildJvm;
import io.pomaidb.flink.fixture.SqlScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users get, in a JVM that has Flink and Hadoop and none of the jar's own dependencies. */
@Tag("uber-jar")
class UberJarIT {
    private static final String JAR = System.getProperty("pomai.uber.jar", "");

    @TempDir
    private Path folder;

    private Path jobJar() throws IOException {
        Path jar = folder.resolve("job.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> type : List.of(UberJarJob.class, TestRow.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new ZipEntry(name));
                try (InputStream content = type.getClassLoader().getResourceAsStream(name)) {
                    content.transferTo(out);
                }
                out.closeEntry();
            }
        }
        return jar;
    }

    /** Runs a job that writes 2,000 rows, and then one that writes 4,000. */
    private void runTwice(ChildJvm jvm, String userJar) throws Exception {
        var index = new TestIndex(folder);
        String path = index.path().toUri().toString();
        jvm.run(
                UberJarCluster.class.getName(),
                jobJar().toString(),
                userJar,
                UberJarJob.class.getName(),
                path,
                "2000",
                path,
                "4000");
        Accounts.everyId(index, 4_000);
    }

    @Test
    void itWorksInFlinksLib() throws Exception {
        runTwice(ChildJvm.withHadoop(folder, JAR), "-");
    }

    @Test
    void itWorksAsAJarOfTheJobAgainAndAgainInOneProcess() throws Exception {
        runTwice(ChildJvm.withHadoop(folder), JAR);
    }

    /** Every statement is a job with a class loader of its own. */
    @Test
    void itWorksByAddJarInSql() throws Exception {
        Path script = Files.writeString(folder.resolve("script.sql"), "ADD JAR '" + JAR + "';\n" + statements());
        Path rows = folder.resolve("rows");

        ChildJvm.withHadoop(folder).run(SqlScript.class.getName(), script.toString(), rows.toString());

        assertThat(Files.readAllLines(rows)).endsWith("+I[one]", "+I[2]");
    }

    @Test
    void itWorksBySqlInFlinksLib() throws Exception {
        Path script = Files.writeString(folder.resolve("script.sql"), statements());
        Path rows = folder.resolve("rows");

        ChildJvm.withHadoop(folder, JAR).run(SqlScript.class.getName(), script.toString(), rows.toString());

        assertThat(Files.readAllLines(rows)).endsWith("+I[one]", "+I[2]");
    }

    @Test
    void withoutHadoopItSaysWhatIsMissing() throws Exception {
        Path script = Files.writeString(folder.resolve("script.sql"), statements());

        assertThat(ChildJvm.withoutHadoop(folder, JAR).fail(SqlScript.class.getName(), script.toString(), "nowhere"))
                .contains("Cannot reach any index: Hadoop's classes are missing (put hadoop-client-api");
    }

    private String statements() {
        return """
                CREATE TABLE words (id BIGINT, embedding ARRAY<FLOAT>, word STRING, PRIMARY KEY (id) NOT ENFORCED)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s');
                INSERT INTO words VALUES (1, ARRAY[1, 2], 'one');
                INSERT INTO words VALUES (2, ARRAY[3, 4], 'two');
                SELECT word FROM words WHERE id = 1;
                SELECT COUNT(*) FROM words;
                """
                .formatted(folder.resolve("index").toUri(), folder.resolve("cache"));
    }
}
