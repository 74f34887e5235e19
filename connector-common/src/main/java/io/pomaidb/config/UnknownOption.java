package io.pomaidb.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;

/** The error for a name that is no option: suggests the one that was probably meant, and lists all. */
final class UnknownOption {

    private UnknownOption() {}

    static String message(String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        var nearest = Arrays.stream(PomaiOption.values())
                .map(PomaiOption::optionName)
                .min(Comparator.comparingInt(known -> editDistance(wanted, known)))
                .orElseThrow();
        // Further apart than a third of the name it is a guess that misleads.
        var suggestion = editDistance(wanted, nearest) <= Math.max(1, nearest.length() / 3)
                ? "did you mean " + nearest + "? "
                : "";
        var known = Arrays.stream(PomaiOption.values())
                .map(PomaiOption::optionName)
                .sorted()
                .collect(Collectors.joining(", "));
        return "Cannot use option " + name + ": there is no such option (" + suggestion + "accepted: " + known + ")";
    }

    /** Levenshtein's distance: the fewest letters to insert, drop or change. */
    private static int editDistance(String from, String to) {
        var row = new int[to.length() + 1];
        Arrays.setAll(row, i -> i);
        for (var i = 1; i <= from.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.length(); j++) {
                var changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
