/** Compaction and new layouts, beside writers that do not wait for them. */
package io.pomaidb.compaction;
