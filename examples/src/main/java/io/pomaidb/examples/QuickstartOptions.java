package io.pomaidb.examples;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code bin/quickstart}; the help text stands in that script. */
@Command(name = "bin/quickstart")
final class QuickstartOptions {

    @Option(names = "--input")
    Path input;

    @Option(names = "--id-column", defaultValue = "id")
    String idColumn;

    @Option(names = "--vector-column", defaultValue = "embedding")
    String vectorColumn;

    @Option(names = "--output")
    String output;

    @Option(names = "--shards", defaultValue = "4")
    int shards;

    @Option(names = "--metric", defaultValue = "cosine")
    Metric metric;

    @Option(names = "--k", defaultValue = "10")
    int k;

    /** The accepted values of {@code --metric}, as they are typed. */
    enum Metric {
        ip,
        l2,
        cosine
    }
}
