package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.util.Locale;

/**
 * The text of a predicate, token by token: words, names in back quotes, numbers, strings in quotes, and signs. It may come
 * from anybody.
 */
final class PredicateTokens {
    /** Characters that a predicate's text may have. */
    static final int MAX_LENGTH = 1_000_000;

    private static final int MAX_SHOWN = 60;

    /** What a token is. */
    enum Kind {
        WORD,
        /** A column's name in back quotes, which are taken off. */
        NAME,
        NUMBER,
        /** A string in quotes, which are taken off. */
        STRING,
        SIGN,
        END
    }

    private final String text;
    private int at;

    private Kind kind = Kind.END;
    private int start;
    private String value = "";

    /** Stands on the first token. */
    PredicateTokens(String text) {
        this.text = text;
        if (text.length() > MAX_LENGTH) {
            throw new ConfigurationException("Cannot read a predicate: its text has " + text.length()
                    + " characters (accepted: up to " + MAX_LENGTH + ")");
        }
        next();
    }

    Kind kind() {
        return kind;
    }

    /** The current token without its quotes. */
    String value() {
        return value;
    }

    /** Where the current token begins; the first character is 0. */
    int start() {
        return start;
    }

    /** Whether the current token is a word, whatever its case. */
    boolean is(String word) {
        return kind == Kind.WORD && value.equalsIgnoreCase(word);
    }

    /** Steps over a word, if the current token is it. */
    boolean skip(String word) {
        boolean is = is(word);
        if (is) {
            next();
        }
        return is;
    }

    /** Steps over a sign, if the current token is it. */
    boolean skipSign(String sign) {
        boolean is = kind == Kind.SIGN && value.equals(sign);
        if (is) {
            next();
        }
        return is;
    }

    void expect(String word) {
        if (!skip(word)) {
            throw wrong(word.toUpperCase(Locale.ROOT));
        }
    }

    void expectSign(String sign) {
        if (!skipSign(sign)) {
            throw wrong("'" + sign + "'");
        }
    }

    /** Steps to the next token. */
    void next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        start = at;
        if (at == text.length()) {
            take(Kind.END, at);
            return;
        }
        char c = text.charAt(at);
        if (c == '\'' || c == '`') {
            quoted(c);
        } else if (isDigit(c) || ((isSignOfNumber(c) || c == '.') && isNumberBehind(at + 1))) {
            number();
        } else if (Character.isLetter(c) || c == '_') {
            int end = at + 1;
            while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            take(Kind.WORD, end);
        } else {
            int two = Math.min(text.length(), at + 2);
            boolean pair =
                    switch (text.substring(at, two)) {
                        case "<=", ">=", "<>", "!=" -> true;
                        default -> false;
                    };
            take(Kind.SIGN, pair ? two : at + 1);
        }
    }

    private void take(Kind taken, int end) {
        kind = taken;
        value = text.substring(at, end);
        at = end;
    }

    private void quoted(char quote) {
        var content = new StringBuilder();
        int end = at + 1;
        while (true) {
            int next = text.indexOf(quote, end);
            if (next < 0) {
                throw wrongAt(start, "a closing " + quote);
            }
            content.append(text, end, next);
            end = next + 1;
            if (end == text.length() || text.charAt(end) != quote) {
                break;
            }
            content.append(quote);
            end++;
        }
        kind = quote == '`' ? Kind.NAME : Kind.STRING;
        value = content.toString();
        at = end;
    }

    private void number() {
        int end = digits(isSignOfNumber(text.charAt(at)) ? at + 1 : at);
        if (end < text.length() && text.charAt(end) == '.') {
            end = digits(end + 1);
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < text.length() && isSignOfNumber(text.charAt(exponent))) {
                exponent++;
            }
            int behind = digits(exponent);
            end = behind > exponent ? behind : end;
        }
        take(Kind.NUMBER, end);
    }

    private int digits(int from) {
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private boolean isNumberBehind(int position) {
        int digit = position < text.length() && text.charAt(position) == '.' ? position + 1 : position;
        return digit < text.length() && isDigit(text.charAt(digit));
    }

    private static boolean isSignOfNumber(char c) {
        return c == '-' || c == '+';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The error that another thing was expected where the current token stands. */
    ConfigurationException wrong(String expected) {
        return wrongAt(start, expected);
    }

    /** The error that another thing was expected at a place. */
    ConfigurationException wrongAt(int place, String expected) {
        String rest = text.substring(place, Math.min(text.length(), place + MAX_SHOWN));
        return new ConfigurationException("Cannot read predicate: at character " + (place + 1) + " stands "
                + (rest.isEmpty() ? "the end" : rest + (place + MAX_SHOWN < text.length() ? "…" : "")) + " (expected "
                + expected + ")");
    }
}
