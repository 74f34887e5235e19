/** Tests of reading vectors. */
package io.pomaidb.vector;
