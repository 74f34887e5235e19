package io.pomaidb.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A line of a terminal that shows how far something is, and is gone when it is closed. Elsewhere it shows nothing. */
final class ProgressBar implements AutoCloseable {
    /** Set by the script that starts the command, which can tell whether standard error is a terminal. */
    private static final String TERMINAL = "pomaidb.terminal";

    private static final int WIDTH = 30;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream terminal;
    private final String label;
    private long shownAt;
    private boolean shown;

    private ProgressBar(PrintStream terminal, String label) {
        this.terminal = terminal;
        this.label = label;
    }

    /** A bar on standard error, if that is a terminal. */
    static ProgressBar of(String label) {
        return new ProgressBar(Boolean.getBoolean(TERMINAL) ? System.err : null, label);
    }

    /** A bar on a terminal. */
    static ProgressBar on(PrintStream terminal, String label) {
        return new ProgressBar(terminal, label);
    }

    /** Shows how much of all is done, ten times a second at most. */
    void show(long done, long all) {
        long now = System.nanoTime();
        if (terminal == null || (shown && done < all && now - shownAt < INTERVAL_NANOS)) {
            return;
        }
        shown = true;
        shownAt = now;
        double share = all <= 0 ? 1 : Math.min(1, (double) done / all);
        int filled = (int) (share * WIDTH);
        terminal.print(CLEAR_LINE + label + " [" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] "
                + String.format(Locale.ROOT, "%3.0f %%", share * 100));
        terminal.flush();
    }

    @Override
    public void close() {
        if (shown) {
            terminal.print(CLEAR_LINE);
            terminal.flush();
        }
    }
}
