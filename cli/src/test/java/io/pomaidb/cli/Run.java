package io.pomaidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One run of the program: its exit code and what it wrote. */
record Run(int code, String out, String err) {
    static Run of(Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine program = Pomaidb.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        var texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return new Run(program.execute(texts), out.toString(), err.toString());
    }

    /** What it wrote to standard output, as JSON. */
    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out);
    }
}
