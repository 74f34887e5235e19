package io.pomaidb.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The help text stands in the script, so that it shows before anything is built; the parser stands in Java. */
class QuickstartHelpTest {

    @Test
    void explainsExactlyTheOptionsThatAreParsedWithTheirDefaults() throws IOException {
        var help = Files.readString(Path.of("../bin/quickstart"));
        var explained = Pattern.compile("^  (?:-h, )?(--[a-z-]+)", Pattern.MULTILINE)
                .matcher(help)
                .results()
                .map(match -> match.group(1))
                .filter(name -> !name.equals("--help"))
                .collect(Collectors.toSet());

        var parsed = new CommandLine(new QuickstartOptions()).getCommandSpec().options();

        assertThat(explained)
                .isEqualTo(parsed.stream().map(option -> option.longestName()).collect(Collectors.toSet()));
        for (var option : parsed) {
            if (option.defaultValue() != null) {
                assertThat(help)
                        .containsPattern(option.longestName() + " .*\\(default: " + option.defaultValue() + "\\)");
            }
        }
    }
}
