package io.pomaidb.flink.sink;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.LocalDirectories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.testframe.external.ExternalSystemDataReader;
import org.apache.flink.connector.testframe.external.sink.DataStreamSinkV2ExternalContext;
import org.apache.flink.connector.testframe.external.sink.TestingSinkSettings;

/** An index of ids for one of the tests of Flink's suite. */
final class SuiteIndex implements DataStreamSinkV2ExternalContext<Long> {
    private static final int ROWS = 100;

    private final Path folder;
    private final TestIndex index;

    SuiteIndex() {
        try {
            folder = Files.createTempDirectory("pomaidb-suite");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        index = new TestIndex(folder);
    }

    @Override
    public Sink<Long> createSink(TestingSinkSettings settings) {
        return PomaiSink.<Long>builder()
                .path(index.path().toUri().toString())
                .option("shards", "3")
                .id(id -> id)
                .vector(TestRow::vector)
                .build();
    }

    @Override
    public ExternalSystemDataReader<Long> createSinkDataReader(TestingSinkSettings settings) {
        return new CommittedIds(index);
    }

    @Override
    public List<Long> generateTestData(TestingSinkSettings settings, long seed) {
        return new Random(seed).longs().distinct().limit(ROWS).boxed().toList();
    }

    @Override
    public TypeInformation<Long> getProducedType() {
        return Types.LONG;
    }

    @Override
    public List<URL> getConnectorJarPaths() {
        return List.of();
    }

    @Override
    public void close() throws IOException {
        LocalDirectories.delete(folder);
    }
}
