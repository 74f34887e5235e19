/** The format's documents, held against real indexes by a reader that knows nothing but them. */
package io.pomaidb.document;
