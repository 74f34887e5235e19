/** Indexes on object stores: S3A of a Hadoop client against a server that speaks S3, in a process of its own. */
package io.pomaidb.s3;
