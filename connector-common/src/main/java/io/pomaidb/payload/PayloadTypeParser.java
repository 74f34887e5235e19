package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the text of a type, which may come from anybody: it is bounded in length and depth. */
final class PayloadTypeParser {
    /** Characters that a type's text may have. */
    static final int MAX_LENGTH = 60_000;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_]+");

    private final String text;
    private int at;

    PayloadTypeParser(String text) {
        this.text = text;
    }

    /** A field's name as it stands in a type's text. */
    static String quoted(String name) {
        return PLAIN.matcher(name).matches() ? name : '`' + name.replace("`", "``") + '`';
    }

    PayloadType parse() {
        if (text.length() > MAX_LENGTH) {
            throw new ConfigurationException("Cannot read a payload type: its text has " + text.length()
                    + " characters (accepted: up to " + MAX_LENGTH + ")");
        }
        PayloadType type = type(1);
        if (at < text.length()) {
            throw wrong("the end");
        }
        return type;
    }

    private PayloadType type(int depth) {
        if (depth > PayloadType.MAX_DEPTH) {
            throw wrong("at most " + PayloadType.MAX_DEPTH + " levels");
        }
        int start = at;
        String word = word();
        for (PayloadType.Kind kind : PayloadType.Kind.values()) {
            if (kind.text().equals(word)) {
                return switch (kind) {
                    case DECIMAL -> decimal();
                    case ARRAY -> array(depth);
                    case MAP -> map(depth);
                    case STRUCT -> struct(depth);
                    default -> new PayloadType(kind, 0, 0, List.of());
                };
            }
        }
        at = start;
        throw wrong("a type's name");
    }

    private PayloadType decimal() {
        expect('(');
        int precision = number();
        expect(',');
        int scale = number();
        expect(')');
        return PayloadType.decimal(precision, scale);
    }

    private PayloadType array(int depth) {
        expect('<');
        PayloadType element = type(depth + 1);
        expect('>');
        return PayloadType.array(element);
    }

    private PayloadType map(int depth) {
        expect('<');
        PayloadType key = type(depth + 1);
        expect(',');
        PayloadType value = type(depth + 1);
        expect('>');
        return PayloadType.map(key, value);
    }

    private PayloadType struct(int depth) {
        expect('<');
        var fields = new ArrayList<PayloadColumn>();
        do {
            String name = name();
            expect(':');
            fields.add(new PayloadColumn(name, type(depth + 1)));
        } while (skip(','));
        expect('>');
        return PayloadType.struct(fields);
    }

    private String name() {
        if (!skip('`')) {
            return word();
        }
        var name = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '`') {
                name.append(c);
            } else if (skip('`')) {
                name.append('`');
            } else {
                return name.toString();
            }
        }
        throw wrong("a closing `");
    }

    private String word() {
        int start = at;
        while (at < text.length() && isPlain(text.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw wrong("a name");
        }
        return text.substring(start, at);
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    private int number() {
        int start = at;
        while (at < text.length() && at - start < 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (start == at) {
            throw wrong("a number");
        }
        return Integer.parseInt(text, start, at, 10);
    }

    private boolean skip(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!skip(c)) {
            throw wrong("'" + c + "'");
        }
    }

    private ConfigurationException wrong(String expected) {
        String shown = text.length() <= 100 ? text : text.substring(0, 100) + "…";
        return new ConfigurationException("Cannot read payload type \"" + shown + "\": at character " + (at + 1)
                + " stands " + (at < text.length() ? "'" + text.charAt(at) + "'" : "the end") + " (expected "
                + expected + ")");
    }
}
