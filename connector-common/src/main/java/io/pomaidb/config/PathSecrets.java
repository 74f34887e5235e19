package io.pomaidb.config;

import java.util.regex.Pattern;

/**
 * Passwords in paths, as in {@code s3a://key:secret@bucket/index}. A path is shown in plans, logs and errors, so none is
 * accepted: credentials belong in the Hadoop configuration, which is never shown.
 */
public final class PathSecrets {
    private static final Pattern PASSWORD = Pattern.compile("//[^/@]*:(?!\\d*/)[^@]*@");

    private PathSecrets() {}

    /** Whether a path holds a password. */
    public static boolean isIn(String path) {
        return PASSWORD.matcher(path).find();
    }

    /** The path without user and password, for errors. */
    public static String masked(String path) {
        return PASSWORD.matcher(path).replaceAll("//***@");
    }
}
