package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIOException;
import org.junit.jupiter.api.Test;

class ObjectCommitStoreTest {
    private static final Path FILE = new Path("objects://bucket/index/_pomai/00000000000000000001.json");

    private final ObjectStore objects = new ObjectStore();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theStoreItselfRefusesTheSecondConditionalCreate() throws IOException {
        CommitStore store = new ConditionalCreateCommitStore(objects);
        store.putIfAbsent(FILE, bytes("first"));
        assertThatThrownBy(() -> store.putIfAbsent(FILE, bytes("second")))
                .isInstanceOf(PathIOException.class)
                .hasMessageContaining("412");
        assertThat(objects.content(FILE)).isEqualTo(bytes("first"));
    }

    @Test
    void withoutTheConditionAnEarlierCommitIsSeenToo() throws IOException {
        CommitStore store = new PlainCreateCommitStore(objects);
        store.putIfAbsent(FILE, bytes("first"));
        assertThatThrownBy(() -> store.putIfAbsent(FILE, bytes("second")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(objects.content(FILE)).isEqualTo(bytes("first"));
    }

    @Test
    void aWriteThatFailsDoesNotCompleteTheObject() {
        objects.failWrites();
        for (CommitStore store :
                new CommitStore[] {new ConditionalCreateCommitStore(objects), new PlainCreateCommitStore(objects)}) {
            assertThatThrownBy(() -> store.putIfAbsent(FILE, bytes("first")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("No space left on device");
            assertThat(objects.content(FILE)).isNull();
        }
    }
}
