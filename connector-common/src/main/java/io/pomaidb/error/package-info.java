/**
 * The failures that a user can cause and mend: a wrong setting and wrong data. What the native engine reports is
 * {@code io.pomaidb.engine.PomaiException}. All are unchecked, and every message reads "Cannot do what to what: the
 * value and where it stands (what is accepted, or the option to change)".
 */
package io.pomaidb.error;
