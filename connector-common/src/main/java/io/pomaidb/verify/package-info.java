/** Checks an index as a whole: every snapshot, every file's checksum, every row, and what has to hold between them. */
package io.pomaidb.verify;
