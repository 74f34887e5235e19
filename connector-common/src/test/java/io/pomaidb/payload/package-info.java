/** Tests of payload files: types, lookups by pages, bounded sorting, filters against brute force, damaged files. */
package io.pomaidb.payload;
