/**
 * The native engine in Java: {@link io.pomaidb.engine.PomaiDatabase} is one open database directory,
 * {@link io.pomaidb.engine.PomaiLibrary} the loaded {@code libpomai_c}. Vectors pass in off-heap batches
 * ({@link io.pomaidb.engine.VectorBatch}, {@link io.pomaidb.engine.QueryBatch}); a call is a whole batch. This is the
 * only package that knows JNA, and the only one where native memory is owned: whatever a library of another build does,
 * and however a handle is misused, the outcome is an exception.
 */
package io.pomaidb.engine;
