/** Tests of searching and scanning a shard. */
package io.pomaidb.search;
