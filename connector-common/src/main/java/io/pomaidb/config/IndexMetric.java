package io.pomaidb.config;

import io.pomaidb.engine.Metric;
import java.util.Locale;

/** How two vectors of an index compare. Higher scores are better under every metric. */
public enum IndexMetric {
    /** Inner product: the score is the dot product. */
    IP(Metric.INNER_PRODUCT),
    /** Euclidean distance: the score is minus the squared distance. */
    L2(Metric.L2),
    /** Cosine of the angle: vectors and queries are scaled to length one, and compared by inner product. */
    COSINE(Metric.INNER_PRODUCT);

    private final Metric engineMetric;

    IndexMetric(Metric engineMetric) {
        this.engineMetric = engineMetric;
    }

    /** The metric that the native databases of such an index have. */
    public Metric engineMetric() {
        return engineMetric;
    }

    /** Whether vectors and queries are scaled to length one before they reach the engine. */
    public boolean normalizes() {
        return this == COSINE;
    }

    /** The name in options and snapshots: {@code ip}, {@code l2}, {@code cosine}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The metric called {@code name} in any letter case; an {@link IllegalArgumentException} if there is none. */
    public static IndexMetric of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
