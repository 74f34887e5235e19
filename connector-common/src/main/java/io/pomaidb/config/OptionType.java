package io.pomaidb.config;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What values an option takes.
 *
 * @param accepted the accepted values in words, for errors and documentation
 * @param parse the value of a text; empty, or a {@link RuntimeException}, if the text is not accepted
 */
record OptionType(String accepted, Function<String, Optional<? extends Serializable>> parse) {

    private static final List<String> BYTE_SUFFIXES = List.of("k", "m", "g", "t");

    /** Any text that is not blank, as it stands: spaces may well be part of a path's or a column's name. */
    static OptionType text(String accepted) {
        return new OptionType(accepted, text -> text.isBlank() ? Optional.empty() : Optional.of(text));
    }

    /** A path, as it stands. */
    static OptionType path() {
        return new OptionType(
                "a Hadoop path without a password",
                text -> text.isBlank() || PathSecrets.isIn(text) ? Optional.empty() : Optional.of(text));
    }

    /** A type whose values have no spaces around them. */
    private static OptionType trimmed(String accepted, Function<String, Optional<? extends Serializable>> parse) {
        return new OptionType(accepted, text -> parse.apply(text.trim()));
    }

    static OptionType wholeNumber(int least, int most) {
        return trimmed("a whole number from " + least + " to " + most, text -> Optional.of(Integer.valueOf(text))
                .filter(value -> value >= least && value <= most));
    }

    /** A number of bytes, plain or with a suffix as Spark and the JVM take it: {@code 512m}, {@code 2g}. */
    static OptionType bytes(long least) {
        return trimmed(
                "a number of bytes from " + least + " on, plain or with k, m, g or t as in 512m",
                text -> Optional.of(parseBytes(text)).filter(value -> value >= least));
    }

    static <E extends Enum<E>> OptionType oneOf(Class<E> values) {
        var accepted = Arrays.stream(values.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return trimmed(accepted, text -> Optional.of(Enum.valueOf(values, text.toUpperCase(Locale.ROOT))));
    }

    /** A vector as it is written in JSON and in Spark's output: numbers in square brackets. */
    static OptionType vector() {
        return trimmed("numbers in brackets as in [0.25, -1, 3e-2]", OptionType::parseVector);
    }

    /** A point in time as ISO 8601 and SQL write it, of UTC where no zone is given. */
    static OptionType time() {
        return trimmed("a time as in 2026-01-31, 2026-01-31 12:30:00 or 2026-01-31T12:30:00+01:00", text -> {
            String iso = text.replace(' ', 'T');
            String withTime = iso.contains("T") ? iso : iso + "T00:00:00";
            try {
                return Optional.of(OffsetDateTime.parse(withTime).toInstant());
            } catch (DateTimeParseException withoutZone) {
                return parseLocalTime(withTime);
            }
        });
    }

    private static Optional<Instant> parseLocalTime(String text) {
        try {
            return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    private static long parseBytes(String text) {
        var suffix = BYTE_SUFFIXES.indexOf(text.substring(text.length() - 1).toLowerCase(Locale.ROOT));
        if (suffix < 0) {
            return Long.parseLong(text);
        }
        var unit = 1L << (10 * (suffix + 1));
        return Math.multiplyExact(Long.parseLong(text.substring(0, text.length() - 1)), unit);
    }

    private static Optional<float[]> parseVector(String text) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            return Optional.empty();
        }
        var components = text.substring(1, text.length() - 1).split(",", -1);
        var vector = new float[components.length];
        for (var i = 0; i < vector.length; i++) {
            vector[i] = Float.parseFloat(components[i].trim());
            if (!Float.isFinite(vector[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(vector);
    }
}
