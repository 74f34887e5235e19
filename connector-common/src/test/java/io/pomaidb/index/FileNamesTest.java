package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"MANIFEST", "000001.seg", "a/b/c.d", "...", "with space", "ünïcode"})
    void namesInsideTheDirectoryAreSafe(String name) {
        assertThat(FileNames.isSafe(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/../../x",
                "a/..",
                "/etc/passwd",
                "a//b",
                "a/",
                "C:x",
                "s3a://b/x",
                "a\\..\\b",
                "a\u0000b",
                "a\nb"
            })
    void namesThatLeadElsewhereAreNot(String name) {
        assertThat(FileNames.isSafe(name)).isFalse();
    }
}
