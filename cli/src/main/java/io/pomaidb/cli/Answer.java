package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;

/** What a command found, in both of its forms. */
interface Answer {
    /** Writes it for people. */
    void text(PrintWriter out) throws IOException;

    /** Writes the fields of one JSON object. */
    void json(JsonGenerator json) throws IOException;
}
