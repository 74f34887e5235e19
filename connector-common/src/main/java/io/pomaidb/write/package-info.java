/**
 * Writing an index: the plan that a driver makes, the shard writer that a task runs, and the one commit that makes all
 * of it visible.
 */
package io.pomaidb.write;
