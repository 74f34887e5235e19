package io.pomaidb.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TableLife;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.Transaction;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class HdfsIT {
    @TempDir
    static Path cluster;

    private static MiniDFSCluster hdfs;

    @TempDir
    Path local;

    private Configuration configuration;
    private PomaiIndex index;
    private PomaiOptions options;

    @BeforeAll
    static void startHdfs() throws IOException {
        var configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, cluster.toString());
        hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        hdfs.waitActive();
    }

    @AfterAll
    static void stopHdfs() {
        hdfs.shutdown();
    }

    @BeforeEach
    void openIndex(TestInfo test) throws IOException {
        configuration = hdfs.getConfiguration(0);
        String name = test.getTestMethod().orElseThrow().getName();
        index = PomaiIndex.at(new org.apache.hadoop.fs.Path(hdfs.getURI() + "/" + name), configuration);
        options = PomaiOptions.parse(
                Map.of("shards", "2", "cache_dir", local.resolve("cache").toString()));
    }

    private Snapshot append(Map<Long, float[]> rows) throws IOException {
        IndexWrite write = IndexWrite.plan(index, options, WriteMode.APPEND, IdType.LONG);
        List<WrittenSegment> written;
        try (ShardWriter writer = write.newWriter(configuration, local, 1)) {
            for (var row : rows.entrySet()) {
                writer.write(row.getKey(), VectorSource.of(row.getValue()));
            }
            written = writer.finish();
        }
        return write.commit(configuration, written, Optional.empty());
    }

    private Map<Long, Float> firstComponents() throws IOException {
        Snapshot snapshot = index.latestExisting();
        var rows = new TreeMap<Long, Float>();
        for (int shard = 0; shard < snapshot.shards(); shard++) {
            try (var scan = SnapshotView.of(index, snapshot, options, 1).scan(shard)) {
                while (scan.next()) {
                    assertThat(rows.put(scan.id(), scan.component(0))).isNull();
                }
            }
        }
        return rows;
    }

    @Test
    void aTableLives() throws IOException {
        new TableLife(new TestIndex(local, index.path(), configuration)).run(local.resolve("verify"));
    }

    @Test
    void rowsThatWereCommittedAreRead() throws IOException {
        Map<Long, float[]> rows = Vectors.rows(new Random(1), 0, 500, 8);
        append(rows);
        append(Vectors.row(7, 42, 0, 0, 0, 0, 0, 0, 0));
        Map<Long, Float> expected = new TreeMap<>();
        rows.forEach((id, vector) -> expected.put(id, id == 7 ? 42 : vector[0]));
        assertThat(firstComponents()).isEqualTo(expected);
    }

    @Test
    void aVersionIsGivenOnce() throws IOException {
        append(Vectors.row(1, 1));
        var attempts = new ArrayList<Long>();
        Snapshot late = index.commit(current -> {
            Snapshot base = current.orElseThrow();
            attempts.add(base.version());
            if (attempts.size() == 1) {
                appendUnchecked(Vectors.row(2, 2));
            }
            return Optional.of(base.append(base.parameters(), List.of(), Optional.of(new Transaction("late", 1))));
        });
        assertThat(attempts).containsExactly(1L, 2L);
        assertThat(late.version()).isEqualTo(3);
        assertThat(firstComponents()).containsOnly(Map.entry(1L, 1f), Map.entry(2L, 2f));
        assertThat(hdfs.getFileSystem().listStatus(new org.apache.hadoop.fs.Path(index.path(), "_pomai")))
                .extracting(file -> file.getPath().getName())
                .containsExactly("00000000000000000001.json", "00000000000000000002.json", "00000000000000000003.json");
    }

    private void appendUnchecked(Map<Long, float[]> rows) {
        try {
            append(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyCommitOfManyWritersIsThere() throws Exception {
        int writers = 4;
        int commits = 5;
        var results = new ArrayList<Future<Void>>();
        var executor = Executors.newFixedThreadPool(writers);
        try {
            for (int i = 0; i < writers; i++) {
                long from = 100L * i;
                Callable<Void> writer = () -> {
                    for (long id = from; id < from + commits; id++) {
                        append(Vectors.row(id, (float) id));
                    }
                    return null;
                };
                results.add(executor.submit(writer));
            }
            for (Future<Void> result : results) {
                result.get();
            }
        } finally {
            executor.shutdownNow();
        }
        List<Long> versions =
                LongStream.rangeClosed(1, (long) writers * commits).boxed().toList();
        assertThat(index.versions()).isEqualTo(versions);
        assertThat(index.latestExisting().segments())
                .extracting(Segment::sequence)
                .isEqualTo(versions);
        assertThat(firstComponents()).hasSize(writers * commits).containsEntry(304L, 304f);
    }

    @Test
    void anotherFolderIsRefused() throws IOException {
        FileSystem fileSystem = hdfs.getFileSystem();
        fileSystem
                .create(new org.apache.hadoop.fs.Path(index.path(), "part-00000.parquet"))
                .close();
        assertThatThrownBy(() -> append(Vectors.row(1, 2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it holds part-00000.parquet and no _pomai");
    }

    @Test
    void aMissingSegmentFileIsNamed() throws IOException {
        Snapshot snapshot = append(Vectors.row(1, 2));
        Segment segment = snapshot.segments().get(0);
        var file = new org.apache.hadoop.fs.Path(
                index.path(), segment.directory() + "/" + segment.files().get(0).name());
        hdfs.getFileSystem().delete(file, false);
        assertThatThrownBy(this::firstComponents)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot read segment file " + file + ": it does not exist");
    }
}
