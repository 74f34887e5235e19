package io.pomaidb.flink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.config.PomaiOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OptionsDocumentationTest {
    private static final Path DOCUMENTATION = Path.of("..", "..", "docs", "flink-sql.md");

    @Test
    void everyOptionOfATableIsInTheDocumentation() throws Exception {
        Set<String> shared =
                TableOptions.shared().stream().map(PomaiOption::optionName).collect(Collectors.toSet());
        String text = Files.readString(DOCUMENTATION);

        assertThat(TableOptions.optional())
                .extracting(option -> option.key())
                .filteredOn(key -> !shared.contains(key))
                .allSatisfy(key -> assertThat(text).contains("| `" + key + "` |"));
    }
}
