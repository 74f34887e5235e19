package io.pomaidb.index;

import com.fasterxml.jackson.databind.JsonNode;
import io.pomaidb.error.DataException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A JSON object read field by field. A missing field, one of another type or out of range, and (by
 * {@link #refuseOthers}) one that nobody asked for, are errors that name the file and the field.
 */
final class JsonObject {
    private static final int MAX_SHOWN = 100;
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\x80-\\x9f]");

    private final String file;
    private final String where;
    private final JsonNode node;
    private final Set<String> asked = new HashSet<>();

    JsonObject(String file, String where, JsonNode node) {
        this.file = file;
        this.where = where;
        this.node = node;
        if (node == null || !node.isObject()) {
            throw wrong(where.isEmpty() ? "the document" : where, describe(node), "an object");
        }
    }

    JsonObject object(String name) {
        return new JsonObject(file, name(name), field(name));
    }

    List<JsonObject> objects(String name) {
        JsonNode array = array(name);
        var objects = new ArrayList<JsonObject>(array.size());
        for (int i = 0; i < array.size(); i++) {
            objects.add(new JsonObject(file, name(name) + "[" + i + "]", array.get(i)));
        }
        return objects;
    }

    JsonNode array(String name) {
        JsonNode value = field(name);
        if (value == null || !value.isArray()) {
            throw wrong(name(name), describe(value), "an array");
        }
        return value;
    }

    boolean isNull(String name) {
        JsonNode value = field(name);
        return value != null && value.isNull();
    }

    String text(String name, Pattern accepted) {
        JsonNode value = field(name);
        if (value == null
                || !value.isTextual()
                || !accepted.matcher(value.textValue()).matches()) {
            throw wrong(name(name), describe(value), "a string matching " + accepted);
        }
        return value.textValue();
    }

    String text(String name, String only) {
        JsonNode value = field(name);
        if (value == null || !only.equals(value.textValue())) {
            throw wrong(name(name), describe(value), "\"" + only + "\"");
        }
        return only;
    }

    long number(String name, long min, long max) {
        JsonNode value = field(name);
        if (value == null
                || !value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw wrong(name(name), describe(value), "an integer from " + min + " to " + max);
        }
        return value.longValue();
    }

    int integer(String name, int min, int max) {
        return (int) number(name, min, max);
    }

    UUID uuid(String name) {
        return UUID.fromString(text(name, SnapshotReader.UUID_TEXT));
    }

    List<String> names() {
        var names = new ArrayList<String>(node.size());
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Refuses fields that were not asked for: a reader that skips what it does not know may show wrong rows. */
    void refuseOthers() {
        for (String name : names()) {
            if (!asked.contains(name)) {
                throw new DataException(
                        "Cannot read snapshot " + file + ": it has an unknown field " + shown(name(name))
                                + " (format version " + Snapshot.FORMAT_VERSION + " has none of that name)");
            }
        }
    }

    DataException wrong(String field, String found, String expected) {
        return new DataException("Cannot read snapshot " + file + ": " + shown(field) + " is " + shown(found)
                + " (expected " + expected + ")");
    }

    String name(String field) {
        return where.isEmpty() ? field : where + "." + field;
    }

    private JsonNode field(String name) {
        asked.add(name);
        return node.get(name);
    }

    private static String describe(JsonNode value) {
        if (value == null) {
            return "missing";
        }
        return value.isContainerNode() ? "an " + value.getNodeType() : value.toString();
    }

    /** Text of a stranger as errors and logs may show it: short, and without what a terminal would act on. */
    private static String shown(String text) {
        String start = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
        return CONTROL.matcher(start).replaceAll("?");
    }
}
