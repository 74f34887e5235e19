package io.pomaidb.vector;

import java.nio.FloatBuffer;

/** Scales vectors to length one, and back. */
public final class UnitLength {
    /** Rounding components to floats leaves vectors of length one this near to it: these are taken as they are. */
    private static final double TOLERANCE = 0x1p-22;

    private UnitLength() {}

    /**
     * Scales a vector; one of zeros stays as it is, and so does one whose length is one but for the rounding of floats.
     *
     * @param offset where its components begin
     * @return what they were divided by; 1 where they are as they were
     */
    static double scale(FloatBuffer components, int offset, int dim) {
        double squares = 0;
        for (int i = offset; i < offset + dim; i++) {
            squares += (double) components.get(i) * components.get(i);
        }
        double length = Math.sqrt(squares);
        if (length == 0 || Math.abs(length - 1) <= TOLERANCE) {
            return 1;
        }
        double factor = 1 / length;
        for (int i = offset; i < offset + dim; i++) {
            components.put(i, (float) (components.get(i) * factor));
        }
        return length;
    }

    /**
     * Undoes it, but for the rounding of floats.
     *
     * @param scale what the components were divided by
     */
    public static void restore(float[] components, double scale) {
        if (scale != 1) {
            for (int i = 0; i < components.length; i++) {
                double restored = components[i] * scale;
                components[i] = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, restored));
            }
        }
    }
}
