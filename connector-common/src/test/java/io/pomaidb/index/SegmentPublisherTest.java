package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.InterruptibleFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentPublisherTest {
    @TempDir
    Path folder;

    private Path local;
    private PomaiIndex index;
    private SegmentPublisher publisher;

    @BeforeEach
    void create() throws IOException {
        local = Files.createDirectories(folder.resolve("local/nested")).getParent();
        index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path(folder.resolve("index").toUri()), new Configuration());
        publisher = new SegmentPublisher(index, WriteId.random());
    }

    private Path directoryOf(Segment segment) {
        return folder.resolve("index").resolve(segment.directory());
    }

    @Test
    void uploadsEveryFileWithItsSizeAndChecksum() throws IOException {
        var content = new byte[3_000_000];
        new java.util.Random(3).nextBytes(content);
        Files.write(local.resolve("a.seg"), content);
        Files.writeString(local.resolve("nested/b"), "123456789");
        Files.createFile(local.resolve("empty"));
        Files.createFile(local.resolve("LOCK"));
        Files.writeString(local.resolve("c.seg.tmp"), "half");

        Segment segment = publisher.publish(local, 12, 77, "0.1.0");

        var checksum = new CRC32C();
        checksum.update(content);
        assertThat(segment.files())
                .containsExactly(
                        new SegmentFile("a.seg", content.length, (int) checksum.getValue()),
                        new SegmentFile("empty", 0, 0),
                        // The check value of CRC-32C's definition.
                        new SegmentFile("nested/b", 9, 0xe3069283));
        assertThat(segment.directory()).isEqualTo("data/shard=00012/" + segment.uuid());
        assertThat(segment.bytes()).isEqualTo(3_000_009);
        assertThat(directoryOf(segment).resolve("a.seg")).hasBinaryContent(content);
        try (Stream<Path> files = Files.walk(directoryOf(segment))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(3);
        }
    }

    @Test
    void whatWasFetchedIsWhatWasUploaded() throws IOException {
        Files.writeString(local.resolve("nested/b"), "123456789");
        Segment segment = publisher.publish(local, 0, 1, "0.1.0");
        Path copy = Files.createDirectories(folder.resolve("copy"));
        SegmentFetcher.fetch(index, segment, copy);
        assertThat(copy.resolve("nested/b")).hasContent("123456789");
        assertThat(SegmentFetcher.isIntact(segment, copy)).isTrue();
    }

    @Test
    void aNameThatReadersRefuseIsNotUploaded() throws IOException {
        Files.createFile(local.resolve("a:b"));
        assertThatThrownBy(() -> publisher.publish(local, 0, 1, "0.1.0"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("readers refuse the name a:b");
    }

    @Test
    void deletingTouchesNothingElse() throws IOException {
        Files.writeString(local.resolve("a"), "x");
        Segment kept = publisher.publish(local, 0, 1, "0.1.0");
        Segment deleted = publisher.publish(local, 0, 1, "0.1.0");
        publisher.delete(deleted);
        publisher.delete(deleted);
        assertThat(directoryOf(deleted)).doesNotExist();
        assertThat(directoryOf(kept)).isNotEmptyDirectory();
    }

    @Test
    void deletingAllOfAWriteFindsWhatNobodyToldOfAndTouchesNoOtherWrite() throws IOException {
        publisher.deleteAll();
        Files.writeString(local.resolve("a"), "x");
        Segment first = publisher.publish(local, 0, 1, "0.1.0");
        Segment second = publisher.publish(local, 4, 1, "0.1.0");
        Segment foreign = new SegmentPublisher(index, WriteId.random()).publish(local, 4, 1, "0.1.0");
        Files.writeString(directoryOf(foreign).resolveSibling("not-a-segment"), "x");
        publisher.deleteAll();
        assertThat(directoryOf(first)).doesNotExist();
        assertThat(directoryOf(second)).doesNotExist();
        assertThat(directoryOf(foreign)).isNotEmptyDirectory();
        assertThat(directoryOf(foreign).resolveSibling("not-a-segment")).exists();
    }

    @Test
    void anInterruptedThreadDeletesAndStaysInterrupted() throws IOException {
        Files.writeString(local.resolve("a"), "x");
        var elsewhere = new org.apache.hadoop.fs.Path("interruptible:" + folder.resolve("index"));
        var remote = new SegmentPublisher(
                PomaiIndex.at(elsewhere, InterruptibleFileSystem.configuration()), WriteId.random());
        Segment segment = remote.publish(local, 0, 1, "0.1.0");
        Thread.currentThread().interrupt();
        remote.delete(segment);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(directoryOf(segment)).doesNotExist();
    }
}
