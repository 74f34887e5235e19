/** Tests of writing an index. */
package io.pomaidb.write;
