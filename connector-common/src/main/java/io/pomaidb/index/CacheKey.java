package io.pomaidb.index;

import java.util.UUID;

/** Names a segment among those of all indexes. */
record CacheKey(UUID index, UUID segment) {}
