package io.pomaidb.spark;

import io.pomaidb.fixture.ShownCode;
import java.nio.file.Path;
import scala.tools.nsc.Main;

/** Compiles and runs Scala that a document shows. */
final class ShownScala {
    private ShownScala() {}

    static Object run(String text, Path folder, Object... arguments) throws Exception {
        return ShownCode.run(ShownScala::errors, ShownCode.CLASS + ".scala", text, folder, arguments);
    }

    private static String errors(Path source, Path classes) {
        String classPath = System.getProperty("java.class.path");
        boolean done = Main.process(
                new String[] {"-nowarn", "-classpath", classPath, "-d", classes.toString(), source.toString()});
        return done ? "" : "The compiler's errors are above.";
    }
}
