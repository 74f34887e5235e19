/** Tests of the index format, the commits and the segment cache, without rows. */
package io.pomaidb.index;
