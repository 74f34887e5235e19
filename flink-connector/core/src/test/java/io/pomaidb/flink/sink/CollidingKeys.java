package io.pomaidb.flink.sink;

import io.pomaidb.payload.KeyHash;
import java.nio.charset.StandardCharsets;

/** Two keys that are different and have one hash. */
final class CollidingKeys {
    static final String ONE = "a key of sixty-four characters, as long as two stripes of blocks";
    static final String OTHER = "gmtqntdi sixty-four characters, }B>02;5bas two stripes of blocks";
    static final long ID = KeyHash.idOf(ONE.getBytes(StandardCharsets.UTF_8));

    private CollidingKeys() {}
}
