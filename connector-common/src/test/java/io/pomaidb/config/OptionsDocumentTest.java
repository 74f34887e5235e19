package io.pomaidb.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README shows the options as they are declared. */
class OptionsDocumentTest {

    @Test
    void theReadmesTableIsTheDeclaredOne() throws IOException {
        var readme = Files.readString(Path.of("../README.md"));
        var begin = "<!-- options: begin -->\n";
        var shown = readme.substring(readme.indexOf(begin) + begin.length(), readme.indexOf("<!-- options: end -->"));

        assertThat(shown).isEqualTo(PomaiOption.markdownTable());
    }
}
