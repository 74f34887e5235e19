package io.pomaidb.cli;

import io.pomaidb.config.PomaiOption;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where commands that open segments keep them. */
final class CacheOption {
    @Option(names = "--cache", paramLabel = "FOLDER", description = "option cache_dir")
    private String folder;

    /** Adds the option where it was given. */
    void addTo(Map<String, String> options) {
        if (folder != null) {
            options.put(PomaiOption.CACHE_DIR.optionName(), folder);
        }
    }
}
