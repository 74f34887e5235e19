package io.pomaidb.engine;

import io.pomaidb.error.ConfigurationException;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which JNA the class path has. Its name is its own in every jar, so that another program's may come before ours; one that is
 * too old fails somewhere in a call, with nothing that tells why.
 */
final class JnaVersion {
    private static final Logger LOG = LoggerFactory.getLogger(JnaVersion.class);
    private static final int MAJOR = 5;
    private static final int MINOR = 12;
    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+).*");

    private JnaVersion() {}

    /** Refuses a JNA that is known to be too old, before any of it is used. */
    static void require() {
        try {
            // The compiler would put its own JNA's constant here; and JNA's public one loads the native part.
            Class<?> version = Class.forName("com.sun.jna.Version", false, JnaVersion.class.getClassLoader());
            Field field = version.getDeclaredField("VERSION");
            field.setAccessible(true);
            String found = (String) field.get(null);
            Matcher numbers = NUMBERS.matcher(found);
            if (numbers.matches() && isOld(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))) {
                var source = version.getProtectionDomain().getCodeSource();
                throw new ConfigurationException("Cannot load the PomaiDB engine: the class path has JNA " + found
                        + (source == null ? "" : " in " + source.getLocation()) + " first (accepted: JNA " + MAJOR + "."
                        + MINOR + " or later; remove that one, or put the jar with the engine before it)");
            }
        } catch (ReflectiveOperationException | InaccessibleObjectException unknown) {
            // A JNA that does not say its version has to show whether it works.
            LOG.debug("The version of JNA cannot be told", unknown);
        }
    }

    private static boolean isOld(int major, int minor) {
        return major < MAJOR || (major == MAJOR && minor < MINOR);
    }
}
