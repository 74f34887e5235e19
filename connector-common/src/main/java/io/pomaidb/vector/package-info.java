/** Vectors on their way from a row or a query to the engine: one reading, one check and one normalisation for both. */
package io.pomaidb.vector;
