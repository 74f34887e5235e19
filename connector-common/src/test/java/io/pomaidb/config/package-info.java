/** What the options accept, and what they say to the rest. */
package io.pomaidb.config;
