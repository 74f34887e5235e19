/** Rules about the dependencies between packages, held against the compiled classes. */
package io.pomaidb.architecture;
