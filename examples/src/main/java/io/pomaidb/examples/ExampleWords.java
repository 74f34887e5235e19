package io.pomaidb.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The example data in {@code examples/data/words}: English words, most frequent first, with a vector each.
 *
 * @param words the words; the place of a word is its id
 * @param vectors one row a word, {@value #DIM} components each
 */
record ExampleWords(List<String> words, List<float[]> vectors) {

    static final int DIM = 64;

    /** Reads {@code words.tsv} (id, word, …; one header line) and {@code vectors.f32} (little-endian, row-major). */
    static ExampleWords load(Path folder) throws IOException {
        var lines = Files.readAllLines(folder.resolve("words.tsv"));
        var bytes = Files.readAllBytes(folder.resolve("vectors.f32"));
        int rows = lines.size() - 1;
        if (bytes.length != rows * DIM * Float.BYTES) {
            throw new IOException("Cannot read " + folder.resolve("vectors.f32") + ": " + bytes.length + " bytes ("
                    + rows + " words of " + DIM + " float32 components expected)");
        }
        var floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        var words = new ArrayList<String>(rows);
        var vectors = new ArrayList<float[]>(rows);
        for (int id = 0; id < rows; id++) {
            words.add(lines.get(id + 1).split("\t", 3)[1]);
            var vector = new float[DIM];
            floats.get(vector);
            vectors.add(vector);
        }
        return new ExampleWords(List.copyOf(words), List.copyOf(vectors));
    }
}
