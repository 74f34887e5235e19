/** How a search is cut into tasks. */
package io.pomaidb.spark.search;
