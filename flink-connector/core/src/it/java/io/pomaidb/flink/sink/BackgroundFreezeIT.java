package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes on while uploads take long: here they take as long as a test likes. */
class BackgroundFreezeIT {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int ROWS = 100;

    @TempDir
    private Path folder;

    private TestIndex index;
    private SinkSettings settings;
    private RowAdapter<TestRow> adapter;
    private Configuration configuration;
    private BackgroundFreeze freeze;
    private final List<Long> uploadedRows = new ArrayList<>();
    private final List<Long> failedRows = new ArrayList<>();

    @BeforeEach
    void shut() throws IOException {
        index = new TestIndex(folder);
        PomaiSink<TestRow> sink = TestRow.sink("gated://" + index.path(), 2)
                .hadoop(GatedDisk.SETTINGS)
                .build();
        settings = sink.settings();
        adapter = sink.adapter();
        configuration = settings.hadoop().load();
        var keys = new PartKeys(settings.index(), index.scratch());
        freeze = new BackgroundFreeze("test-freeze", keys, new BackgroundFreeze.FinishedParts() {
            @Override
            public void uploaded(OpenPart part) {
                uploadedRows.add(part.rows());
            }

            @Override
            public void failed(OpenPart part) {
                failedRows.add(part.rows());
            }
        });
        GatedDisk.shut();
    }

    @AfterEach
    void open() throws IOException {
        GatedDisk.open();
        freeze.close();
    }

    /** A part with some rows of each of the two shards. */
    private OpenPart part(int number) throws IOException {
        PomaiIndex at = settings.index();
        IndexWrite write = IndexWrite.plan(at, settings.options(), WriteMode.APPEND, IdType.LONG);
        OpenPart part = OpenPart.open(write, configuration, index.scratch());
        for (long id = (long) number * ROWS; id < (number + 1L) * ROWS; id++) {
            part.add(TestRow.of(id), adapter);
        }
        return part;
    }

    /** Does in another thread what has to wait; it is waiting when this returns. */
    private static <T> FutureTask<T> waiting(Callable<T> what) throws Exception {
        var task = new FutureTask<>(what);
        var thread = new Thread(task, "test-waiting");
        thread.start();
        Awaiting.until("the thread waits", DEADLINE, () -> task.isDone() || thread.getState() == Thread.State.WAITING);
        assertThat(task.isDone()).as("has not had to wait").isFalse();
        return task;
    }

    private long rowsOf(WrittenPart part) {
        return part.segments().stream()
                .map(WrittenSegment::segment)
                .mapToLong(segment -> segment.rows())
                .sum();
    }

    private List<Path> filesBelow(Path root) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void theNextPartIsFrozenWhileOneIsUploadedAndMoreRowsComeIn() throws Exception {
        freeze.submit(part(0));
        Awaiting.until("the first segment is being uploaded", DEADLINE, () -> GatedDisk.waiting() == 1);
        Awaiting.until("its other shard is frozen meanwhile", DEADLINE, () -> freeze.bytes() == 0);

        freeze.submit(part(1));
        Awaiting.until("the second part is frozen", DEADLINE, () -> freeze.bytes() == 0);
        OpenPart third = part(2);
        freeze.poll();

        assertThat(GatedDisk.passed()).isZero();
        assertThat(uploadedRows).isEmpty();
        FutureTask<Void> submitted = waiting(() -> {
            freeze.submit(third);
            return null;
        });
        GatedDisk.let(2);
        submitted.get(2, TimeUnit.MINUTES);
        assertThat(uploadedRows).containsExactly((long) ROWS);

        GatedDisk.open();
        List<WrittenPart> parts = freeze.collect();
        assertThat(parts).hasSize(3);
        assertThat(failedRows).isEmpty();
        assertThat(parts).allSatisfy(part -> {
            assertThat(part.segments())
                    .extracting(written -> written.segment().shard())
                    .containsExactly(0, 1);
            assertThat(rowsOf(part)).isEqualTo(ROWS);
        });
        assertThat(GatedDisk.passed()).isEqualTo(6);
        assertThat(filesBelow(index.scratch())).isEmpty();
    }

    /** A barrier goes on when the last part is uploaded: that of rows which are not is lost with the machine. */
    @Test
    void whatIsCollectedIsUploaded() throws Exception {
        freeze.submit(part(0));
        Awaiting.until("the first segment is being uploaded", DEADLINE, () -> GatedDisk.waiting() == 1);
        FutureTask<List<WrittenPart>> collected = waiting(freeze::collect);

        GatedDisk.let(1);
        Awaiting.until(
                "the second segment is being uploaded",
                DEADLINE,
                () -> GatedDisk.passed() == 1 && GatedDisk.waiting() == 1);
        assertThat(collected.isDone()).isFalse();
        GatedDisk.let(1);

        for (WrittenSegment written : collected.get(2, TimeUnit.MINUTES).get(0).segments()) {
            assertThat(settings.index().hasFiles(written.segment())).isTrue();
        }
    }

    @Test
    void anUploadThatFailsFailsTheNextCallAndLeavesNothing() throws Exception {
        freeze.submit(part(0));
        Awaiting.until("the first segment is being uploaded", DEADLINE, () -> GatedDisk.waiting() == 1);
        freeze.submit(part(1));
        GatedDisk.fail();
        GatedDisk.open();

        assertThatThrownBy(() -> freeze.submit(part(2)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot build and upload segments: A test wants the upload of");
        assertThat(failedRows).as("rows of the part whose upload failed").containsExactly((long) ROWS);
        assertThat(uploadedRows).isEmpty();
        freeze.close();
        assertThat(filesBelow(index.path())).isEmpty();
        assertThat(filesBelow(index.scratch())).isEmpty();
        assertThat(freeze.bytes()).isZero();
    }

    /** A job is cancelled in the middle: nothing is left, and no thread either. */
    @Test
    void aTaskThatIsClosedUploadsNoMoreAndDeletesWhatItHas() throws Exception {
        freeze.submit(part(0));
        Awaiting.until("the first segment is being uploaded", DEADLINE, () -> GatedDisk.waiting() == 1);
        freeze.submit(part(1));
        FutureTask<Void> closed = new FutureTask<>(() -> {
            freeze.close();
            return null;
        });
        new Thread(closed, "test-waiting").start();
        Awaiting.until(
                "no thread is left but those of the upload that is under way",
                DEADLINE,
                () -> threads("test-freeze").size() == 1);
        GatedDisk.open();
        closed.get(2, TimeUnit.MINUTES);

        assertThat(GatedDisk.passed())
                .as("segments that were uploaded nevertheless")
                .isEqualTo(1);
        assertThat(filesBelow(index.path())).isEmpty();
        assertThat(filesBelow(index.scratch())).isEmpty();
        assertThat(threads("test-freeze")).isEmpty();
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }
}
