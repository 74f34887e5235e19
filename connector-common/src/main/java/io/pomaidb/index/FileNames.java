package io.pomaidb.index;

/** Which names of a segment's files are followed: those that stay inside its directory on every file system. */
final class FileNames {
    private static final int MAX_LENGTH = 255;

    private FileNames() {}

    static boolean isSafe(String name) {
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.length() > MAX_LENGTH || part.equals(".") || part.equals("..")) {
                return false;
            }
            // Backslash and colon are separators elsewhere, and Hadoop's Path would read a scheme before a colon.
            if (part.chars().anyMatch(c -> c == '\\' || c == ':' || c < ' ' || c == 0x7f)) {
                return false;
            }
        }
        return true;
    }
}
