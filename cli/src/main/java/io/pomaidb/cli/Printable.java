package io.pomaidb.cli;

/** Text that others wrote into an index, made fit for a terminal, which would act on control characters. */
final class Printable {
    private Printable() {}

    static String of(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        var safe = new StringBuilder();
        text.chars().forEach(c -> {
            if (Character.isISOControl(c)) {
                safe.append(String.format("\\u%04x", c));
            } else {
                safe.append((char) c);
            }
        });
        return safe.toString();
    }
}
