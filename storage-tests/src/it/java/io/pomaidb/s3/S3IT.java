package io.pomaidb.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TableLife;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.TopK;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** S3A and a server that speaks S3: no rename, no append, and objects that appear when their upload is complete. */
class S3IT {
    private static final int DIM = 8;

    @TempDir
    static Path objects;

    private static S3Store store;

    @TempDir
    Path local;

    private org.apache.hadoop.fs.Path path;
    private TestIndex index;

    @BeforeAll
    static void startServer() throws IOException {
        store = S3Store.start(objects);
    }

    @AfterAll
    static void stopServer() throws IOException {
        store.close();
    }

    @BeforeEach
    void openIndex(TestInfo test) {
        path = new org.apache.hadoop.fs.Path("s3a://" + S3Store.BUCKET + "/"
                + test.getTestMethod().orElseThrow().getName());
        index = at(store.configuration());
    }

    private TestIndex at(Configuration configuration) {
        return new TestIndex(local, path, configuration);
    }

    private static Snapshot empty(Optional<Snapshot> current, IndexParameters parameters) {
        return current.map(snapshot -> snapshot.append(parameters, List.of(), Optional.empty()))
                .orElseGet(() -> Snapshot.first(parameters, List.of(), Optional.empty()));
    }

    @Test
    void whatWasWrittenIsReadAndFound() throws IOException {
        SortedMap<Long, float[]> rows = Vectors.rows(new Random(1), 0, 300, DIM);
        index.write(WriteMode.CREATE, rows, "shards", "2", "metric", "l2");
        index.write(WriteMode.APPEND, Vectors.row(7, rows.get(8L)));
        assertThat(index.rows()).hasSize(300);
        assertThat(index.rows().get(7L)).containsExactly(rows.get(8L));
        TopK hits = index.search(2, rows.get(8L)).get(0);
        assertThat(List.of(hits.id(0), hits.id(1))).containsExactly(7L, 8L);

        index.write(WriteMode.OVERWRITE, Vectors.row(5, 1, 2), "shards", "3");
        assertThat(index.rows()).containsOnlyKeys(5L);
        assertThat(index.index().snapshot(1).rows()).isEqualTo(300);
    }

    @Test
    void aTableLives() throws IOException {
        new TableLife(index).run(local.resolve("verify"));
    }

    @Test
    void theStoreItselfDecidesWhoHasCommitted() throws Exception {
        Snapshot first = index.write(WriteMode.CREATE, Vectors.row(0, 1, 2), "shards", "1");
        int rivals = 4;
        int rounds = 3;
        var together = new CyclicBarrier(rivals);
        var executor = Executors.newFixedThreadPool(rivals);
        try {
            var results = new ArrayList<Future<List<Snapshot>>>();
            for (int i = 0; i < rivals; i++) {
                Callable<List<Snapshot>> rival = () -> {
                    PomaiIndex own = at(store.configuration()).index();
                    assertThat(own.path()
                                    .getFileSystem(store.configuration())
                                    .hasPathCapability(path, "fs.option.create.conditional.overwrite"))
                            .isTrue();
                    var committed = new ArrayList<Snapshot>();
                    for (int round = 0; round < rounds; round++) {
                        together.await();
                        committed.add(own.commit(current -> Optional.of(empty(current, first.parameters()))));
                    }
                    return committed;
                };
                results.add(executor.submit(rival));
            }
            var versions = new ArrayList<Long>();
            for (Future<List<Snapshot>> result : results) {
                for (Snapshot committed : result.get()) {
                    versions.add(committed.version());
                    assertThat(index.index().snapshot(committed.version())).isEqualTo(committed);
                }
            }
            assertThat(versions)
                    .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(2, 1 + rivals * rounds)
                            .boxed()
                            .toList());
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void everyRowOfTwoWritingProcessesIsThere() throws Exception {
        index.write(WriteMode.CREATE, Vectors.row(0, 1, 2), "shards", "2");
        int commits = 3;
        var writers = new ArrayList<Jvm>();
        try {
            for (int i = 1; i <= 2; i++) {
                Path folder = Files.createDirectories(local.resolve("writer" + i));
                Path settings = store.writeSettings(folder);
                writers.add(Jvm.start(
                        S3Writer.class,
                        folder.toString(),
                        path.toString(),
                        settings.toString(),
                        Integer.toString(1000 * i),
                        Integer.toString(commits)));
            }
            for (Jvm writer : writers) {
                assertThat(writer.readLine()).as(writer.errors()).isEqualTo("ready");
            }
            for (Jvm writer : writers) {
                writer.writeLine("go");
            }
            for (Jvm writer : writers) {
                writer.join();
            }
        } finally {
            for (Jvm writer : writers) {
                writer.close();
            }
        }
        assertThat(index.rows())
                .containsOnlyKeys(LongStream.of(0, 1000, 1001, 1002, 2000, 2001, 2002)
                        .boxed()
                        .toArray(Long[]::new));
        assertThat(index.index().versions()).hasSize(1 + 2 * commits);
    }

    @Test
    void withoutTheConditionOneWriterCommits() throws IOException {
        Configuration configuration = store.configuration();
        configuration.setBoolean("fs.s3a.create.conditional.enabled", false);
        TestIndex plain = at(configuration);
        plain.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "1");
        plain.write(WriteMode.APPEND, Vectors.row(2, 3, 4));
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void aServerThatDiesLeavesWhatWasCommittedAndTheNextWriteGoesOn() throws Exception {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 50, DIM), "shards", "2");
        IndexWrite write = index.plan(WriteMode.APPEND);
        var written = index.writeTask(write, Vectors.row(100, new float[DIM]));
        store.kill();
        try {
            assertThatThrownBy(() -> index.commit(write, written)).isInstanceOf(IOException.class);
        } finally {
            store.restart();
        }
        index = at(store.configuration());
        assertThat(index.rows()).hasSize(50).doesNotContainKey(100L);
        index.commit(write, written);
        assertThat(index.rows()).hasSize(51).containsKey(100L);
    }

    @Test
    void aServerThatDiesDuringAnUploadIsWaitedFor() throws Exception {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 50, DIM), "shards", "2");
        Configuration patient = store.configuration();
        patient.setInt("fs.s3a.retry.limit", 20);
        patient.setInt("fs.s3a.attempts.maximum", 20);
        store.kill();
        var executor = Executors.newSingleThreadExecutor();
        try {
            Future<Snapshot> append =
                    executor.submit(() -> at(patient).write(WriteMode.APPEND, Vectors.row(100, new float[DIM])));
            store.restart();
            assertThat(append.get().rows()).isEqualTo(51);
        } finally {
            executor.shutdownNow();
        }
        assertThat(at(store.configuration()).rows()).hasSize(51);
    }

    @Test
    void aMissingObjectIsNamed() throws IOException {
        Snapshot snapshot = index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "1");
        Segment segment = snapshot.segments().get(0);
        var object = new org.apache.hadoop.fs.Path(
                path, segment.directory() + "/" + segment.files().get(0).name());
        object.getFileSystem(store.configuration()).delete(object, false);
        assertThatThrownBy(index::rows)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot read segment file " + object + ": it does not exist");
    }

    @Test
    void otherObjectsUnderThePathAreRefused() throws IOException {
        Files.createDirectories(store.objects().resolve(path.getName()));
        Files.writeString(store.objects().resolve(path.getName()).resolve("part-0.parquet"), "x");
        assertThatThrownBy(() -> index.write(WriteMode.APPEND, Vectors.row(1, 2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it holds part-0.parquet and no _pomai");
    }
}
