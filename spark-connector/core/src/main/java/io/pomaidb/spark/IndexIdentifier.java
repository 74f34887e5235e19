package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.connector.catalog.Identifier;

/**
 * Names an index by its path, together with the options of the read or write, because Spark hands a catalog nothing but
 * the identifier and the columns of hits depend on options.
 */
final class IndexIdentifier implements Identifier {
    private final Map<String, String> options;

    IndexIdentifier(Map<String, String> options) {
        // No Map.copyOf: a value may be null, which parsing says better than a NullPointerException.
        this.options = Collections.unmodifiableMap(new HashMap<>(options));
    }

    Map<String, String> options() {
        return options;
    }

    @Override
    public String[] namespace() {
        return new String[0];
    }

    @Override
    public String name() {
        return options.entrySet().stream()
                .filter(option -> option.getKey().equalsIgnoreCase(PomaiOption.PATH.optionName()))
                .map(option -> String.valueOf(option.getValue()))
                .findFirst()
                .orElse("");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IndexIdentifier that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(options);
    }

    @Override
    public String toString() {
        return name();
    }
}
