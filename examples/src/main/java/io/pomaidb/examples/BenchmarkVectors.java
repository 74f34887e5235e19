package io.pomaidb.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * The vectors a benchmark runs on, row-major: real SIFT descriptors where they are at hand, else clustered ones made
 * from a fixed seed.
 */
final class BenchmarkVectors {

    static final int DIM = 128;
    private static final int CLUSTERS = 1000;

    private final String name;
    private final int rows;
    private final float[] values;

    private BenchmarkVectors(String name, int rows, float[] values) {
        this.name = name;
        this.rows = rows;
        this.values = values;
    }

    String name() {
        return name;
    }

    int rows() {
        return rows;
    }

    /** All components, {@value #DIM} a row; shared, not a copy. */
    float[] values() {
        return values;
    }

    static BenchmarkVectors of(int rows, Path home) throws IOException {
        var data = System.getenv("POMAI_TEST_DATA");
        var file = (data != null ? Path.of(data) : home.resolveSibling("shared").resolve("data"))
                .resolve("sift-photos/base.u8");
        return Files.exists(file) && Files.size(file) >= (long) rows * DIM ? sift(rows, file) : clustered(rows);
    }

    float[] row(int row) {
        var vector = new float[DIM];
        System.arraycopy(values, row * DIM, vector, 0, DIM);
        return vector;
    }

    private static BenchmarkVectors sift(int rows, Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(rows * DIM);
            var values = new float[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                values[i] = bytes[i] & 0xff;
            }
            return new BenchmarkVectors("SIFT descriptors", rows, values);
        }
    }

    static BenchmarkVectors clustered(int rows) {
        var random = new Random(42);
        var centres = new float[CLUSTERS * DIM];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = (float) random.nextGaussian();
        }
        var values = new float[rows * DIM];
        for (int row = 0; row < rows; row++) {
            int centre = random.nextInt(CLUSTERS);
            for (int i = 0; i < DIM; i++) {
                values[row * DIM + i] = centres[centre * DIM + i] + 0.3f * (float) random.nextGaussian();
            }
        }
        return new BenchmarkVectors("generated clustered vectors", rows, values);
    }
}
