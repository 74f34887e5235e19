package io.pomaidb.spark.write;

import io.pomaidb.error.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What others may have committed between the read and the commit of a DELETE, an UPDATE or a MERGE. */
public enum IsolationLevel {
    /** Anything but changes of the rows that the operation changes. */
    SNAPSHOT,
    /** Nothing either that the operation would have read. */
    SERIALIZABLE;

    /** The setting of a catalog, behind {@code spark.sql.catalog.<name>.}. */
    public static final String SETTING = "isolation_level";

    /**
     * The level of a catalog's setting.
     *
     * @param text null for the default
     * @throws ConfigurationException if there is no such level
     */
    public static IsolationLevel parse(String text) {
        if (text == null) {
            return SNAPSHOT;
        }
        return Arrays.stream(values())
                .filter(level -> level.name().equalsIgnoreCase(text.trim()))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("Cannot use a catalog's setting " + SETTING + ": '" + text
                        + "' (accepted: "
                        + Arrays.stream(values())
                                .map(level -> level.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + ")"));
    }
}
