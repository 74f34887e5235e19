package io.pomaidb.config;

import java.util.Locale;

/** Where an option has an effect. */
public enum OptionUse {
    WRITE,
    SEARCH,
    BOTH;

    /** As the documentation writes it. */
    String label() {
        return this == BOTH ? "write, search" : name().toLowerCase(Locale.ROOT);
    }
}
