package io.pomaidb.examples;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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

    @Option(names = "--shards", defaultValue = "4", converter = Positive.class)
    int shards;

    @Option(names = "--metric", defaultValue = "cosine")
    Metric metric;

    @Option(names = "--k", defaultValue = "10", converter = Positive.class)
    int k;

    /** A whole number of 1 or more. */
    static final class Positive implements ITypeConverter<Integer> {

        @Override
        public Integer convert(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number >= 1) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw refused(value, e);
            }
            throw refused(value, null);
        }

        private static TypeConversionException refused(String value, NumberFormatException cause) {
            var refusal = new TypeConversionException("'" + value + "' (accepted: a whole number of 1 or more)");
            refusal.initCause(cause);
            return refusal;
        }
    }

    /** The accepted values of {@code --metric}, as they are typed. */
    enum Metric {
        ip,
        l2,
        cosine
    }
}
