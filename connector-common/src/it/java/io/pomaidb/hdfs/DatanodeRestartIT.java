package io.pomaidb.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Snapshot;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Data nodes that go down and come back in the middle of a file of several blocks. */
class DatanodeRestartIT {
    private static final int DIM = 64;
    private static final SortedMap<Long, float[]> ROWS = Vectors.rows(new Random(1), 0, 12_000, DIM);

    @TempDir
    static Path cluster;

    private static MiniDFSCluster hdfs;

    @TempDir
    Path folder;

    private Configuration configuration;
    private TestIndex index;
    private MiniDFSCluster.DataNodeProperties[] stopped;

    @BeforeAll
    static void start() throws IOException {
        var settings = new Configuration();
        settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, cluster.toString());
        settings.setLong("dfs.blocksize", 1 << 20);
        settings.setInt("dfs.client.retry.window.base", 100);
        settings.setInt("dfs.client.socket-timeout", 2_000);
        hdfs = new MiniDFSCluster.Builder(settings).numDataNodes(2).build();
        hdfs.waitActive();
    }

    @AfterAll
    static void stop() {
        hdfs.shutdown();
    }

    @BeforeEach
    void open(TestInfo test) {
        configuration = HookedHdfs.configuration(hdfs.getConfiguration(0));
        String name = test.getTestMethod().orElseThrow().getName();
        index = new TestIndex(folder, new org.apache.hadoop.fs.Path(hdfs.getURI() + "/" + name), configuration);
    }

    private Snapshot write() throws IOException {
        return index.write(WriteMode.APPEND, ROWS, "shards", "1", "adaptive_threshold", "100000");
    }

    private void restart(int node) throws IOException {
        assertThat(hdfs.restartDataNode(node, true)).isTrue();
        hdfs.waitActive();
    }

    private void requireAllRows() throws IOException {
        SortedMap<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(ROWS.keySet());
        assertThat(rows.get(11_999L)).containsExactly(ROWS.get(11_999L));
    }

    @Test
    void anUploadGoesOnWithoutTheNodeThatRestarts() throws IOException {
        HookedHdfs.next(() -> restart(0));
        write();
        assertThat(HookedHdfs.happened()).isTrue();
        requireAllRows();
    }

    @Test
    void aFetchGoesOnWhenAllNodesHaveRestarted() throws IOException {
        write();
        HookedHdfs.next(() -> {
            restart(0);
            restart(0);
        });
        requireAllRows();
        assertThat(HookedHdfs.happened()).isTrue();
    }

    @Test
    void anUploadWithoutAnyNodeFailsWholeAndIsRepeated() throws IOException {
        IndexWrite write = index.plan(WriteMode.APPEND, "shards", "1", "adaptive_threshold", "100000");
        HookedHdfs.next(() -> {
            MiniDFSCluster.DataNodeProperties first = hdfs.stopDataNode(0);
            MiniDFSCluster.DataNodeProperties second = hdfs.stopDataNode(0);
            stopped = new MiniDFSCluster.DataNodeProperties[] {first, second};
        });
        assertThatThrownBy(() -> index.writeTask(write, ROWS)).isInstanceOf(IOException.class);
        assertThat(HookedHdfs.happened()).isTrue();
        assertThat(index.index().latest()).isEmpty();
        assertThat(filesBelow(index.index().path())).isZero();

        for (MiniDFSCluster.DataNodeProperties node : stopped) {
            assertThat(hdfs.restartDataNode(node, true)).isTrue();
        }
        hdfs.waitActive();
        write();
        requireAllRows();
    }

    private int filesBelow(org.apache.hadoop.fs.Path directory) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        int count = 0;
        for (FileStatus status : fileSystem.listStatus(directory)) {
            count += status.isDirectory() ? filesBelow(status.getPath()) : 1;
        }
        return count;
    }
}
