package io.pomaidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {
    @Test
    void aProgressBarFillsAndIsGoneInTheEnd() {
        var written = new ByteArrayOutputStream();
        var terminal = new PrintStream(written, true, StandardCharsets.UTF_8);
        try (ProgressBar bar = ProgressBar.on(terminal, "checking")) {
            bar.show(0, 100);
            bar.show(100, 100);
        }
        assertThat(written.toString(StandardCharsets.UTF_8))
                .startsWith("\r\u001b[Kchecking [" + ".".repeat(30) + "]   0 %")
                .endsWith("checking [" + "#".repeat(30) + "] 100 %\r\u001b[K");
    }

    @Test
    void aProgressBarIsSilentWhereThereIsNoTerminal() {
        try (ProgressBar bar = ProgressBar.on(null, "checking")) {
            bar.show(1, 2);
        }
        assertThat(System.getProperty("pomaidb.terminal")).isNull();
    }

    @Test
    void textOfStrangersCannotControlTheTerminal() {
        assertThat(Printable.of("a\u001b[2Jb\u009bc")).isEqualTo("a\\u001b[2Jb\\u009bc");
        assertThat(Printable.of("été")).isEqualTo("été");
    }

    @Test
    void unitsAreReadable() {
        assertThat(Units.bytes(0)).isEqualTo("0 B");
        assertThat(Units.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
        assertThat(Units.count(1234567)).isEqualTo("1,234,567");
        assertThat(Units.time(0)).isEqualTo("1970-01-01T00:00:00Z");
    }
}
