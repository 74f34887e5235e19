package io.pomaidb.payload;

/** The order of rows in a payload file: by id as an unsigned number, as the engine's. */
final class IdOrder {
    private IdOrder() {}

    /** Whether each id is above the one before. */
    static boolean isStrictlyAscending(long[] ids, int count) {
        for (int i = 1; i < count; i++) {
            if (Long.compareUnsigned(ids[i - 1], ids[i]) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The positions of the first {@code count} ids in ascending order; equal ids stay in the order in which they came. */
    static int[] sorted(long[] ids, int count) {
        var order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        var other = new int[count];
        for (int width = 1; width < count && width > 0; width *= 2) {
            for (int left = 0; left < count; left += 2 * width) {
                int middle = (int) Math.min(count, (long) left + width);
                int right = (int) Math.min(count, (long) left + 2L * width);
                merge(ids, order, other, left, middle, right);
                if (right == count) {
                    break;
                }
            }
            int[] swap = order;
            order = other;
            other = swap;
        }
        return order;
    }

    private static void merge(long[] ids, int[] from, int[] to, int left, int middle, int right) {
        int l = left;
        int r = middle;
        for (int i = left; i < right; i++) {
            if (r >= right || (l < middle && Long.compareUnsigned(ids[from[l]], ids[from[r]]) <= 0)) {
                to[i] = from[l++];
            } else {
                to[i] = from[r++];
            }
        }
    }
}
