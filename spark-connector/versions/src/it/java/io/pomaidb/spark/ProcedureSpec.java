package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Maintenance in SQL, which Spark has from 4.0 on. */
@Tag("every-version")
abstract class ProcedureSpec extends SparkSpec {
    private static final int DIM = 4;

    private static int catalogs;

    private String path;

    /** A catalog of its own for each test: a session keeps one as it was when it was first used. */
    private String catalog;

    ProcedureSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void anIndexOfManySegmentsInAWarehouse() {
        assumeFalse(spark.version().startsWith("3."), "Spark 3.5 has no procedures");
        catalog = "procedures" + ++catalogs;
        spark.conf().set("spark.sql.catalog." + catalog, PomaiCatalog.class.getName());
        spark.conf().set("spark.sql.catalog." + catalog + ".warehouse", folder.toString());
        path = path("words");
        for (long from = 0; from < 60; from += 20) {
            writer(rows(from, from + 40, DIM))
                    .option("shards", 2)
                    .mode("append")
                    .save(path);
        }
    }

    private List<Row> call(String procedure) {
        return spark.sql("CALL " + catalog + ".system." + procedure).collectAsList();
    }

    @Test
    void segmentsAreCompacted() {
        var before = read(path);
        assertThat(call("compact(table => 'words', full => true)"))
                .extracting(row -> row.mkString(","))
                .containsExactly("4,80,2,2");
        assertThat(call("compact(table => '" + catalog + ".words', shards => 3)"))
                .extracting(row -> row.mkString(","))
                .containsExactly("5,80,6,3");
        assertThat(read(path)).isEqualTo(before).hasSize(80);
    }

    @Test
    void versionsAreListedGoneBackToAndExpired() {
        assertThat(call("snapshots('" + path + "')"))
                .extracting(row -> row.<Long>getAs("version"))
                .containsExactly(1L, 2L, 3L);
        assertThat(call("rollback('words', 1)")).hasSize(1);
        assertThat(read(path)).hasSize(40);
        assertThat(call("vacuum(table => 'words', retention_hours => 0, grace_hours => 0, dry_run => false)"))
                .extracting(row -> row.<Integer>getAs("expired_versions"))
                .containsExactly(3);
        assertThat(read(path)).hasSize(40);
    }

    @Test
    void damageIsFound() throws IOException {
        assertThat(call("verify('words')")).isEmpty();
        Path damaged;
        try (Stream<Path> all = Files.walk(Path.of(path, "data"))) {
            damaged = all.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);

        assertThat(call("verify('words')")).isNotEmpty();
    }

    @Test
    void anotherProcedureIsRefused() {
        assertThatThrownBy(() -> call("polish('words')"))
                .hasStackTraceContaining("there is no such procedure (accepted: system.compact");
    }
}
